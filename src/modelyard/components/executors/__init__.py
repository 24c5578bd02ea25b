"""Where work runs that may be stopped: beside the training, one file for each kind of place."""
