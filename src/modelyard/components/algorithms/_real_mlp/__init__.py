"""The network behind RealMLP, and how it learns."""
