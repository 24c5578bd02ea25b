"""One file is one page: it hands out `PAGE`, and is found by scanning this folder."""
