"""How well one column tells the target, as the check for columns that give it away asks."""
