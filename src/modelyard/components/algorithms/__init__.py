"""Ways to fit a model to prepared features."""
