"""The registry as people use it: versions, what stands for them, and where they are served."""
