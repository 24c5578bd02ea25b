"""What the page about data is made of: the list, and one dataset with all that is known of it."""
