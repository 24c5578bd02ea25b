"""The worker: claims jobs of every tenant, and runs each in a process of its own with limits."""
