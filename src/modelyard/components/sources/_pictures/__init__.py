"""What folders and zip files of pictures have in common."""
