"""Turns a trained model into the content of a package: described, drafted and proved."""
