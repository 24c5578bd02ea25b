"""What the page about jobs is made of: the list, and one job with its log."""
