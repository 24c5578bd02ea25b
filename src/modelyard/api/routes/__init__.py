"""What the API answers: one file is one resource, which hands out `ROUTER` and is found by it."""
