"""The shelves: one file is one component, found by the catalog, known to no sibling."""
