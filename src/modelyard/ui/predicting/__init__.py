"""The parts of the page Predict: the form of a model, its answers, what-if, tables and files."""
