"""What networks make of pictures: their layers, the weights they begin with, and how they fit."""
