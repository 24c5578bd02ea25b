"""The search for hyperparameters: where it looks, how trials are scored, and when it ends."""
