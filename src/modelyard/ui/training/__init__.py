"""What the page for training is made of: the form by its parts, and a job that is watched."""
