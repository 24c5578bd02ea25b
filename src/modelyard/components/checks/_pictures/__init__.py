"""What several checks of pictures look at."""
