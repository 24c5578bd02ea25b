"""What the algorithms that are networks share: what they see and read, and how they are trained."""
