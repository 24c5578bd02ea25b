"""What several pages draw: one file is one part."""
