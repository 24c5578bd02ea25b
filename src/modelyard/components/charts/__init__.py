"""Pictures of an evaluation, as specifications that others draw."""
