"""What the algorithms that are networks share: how they are trained, kept and written as graphs."""
