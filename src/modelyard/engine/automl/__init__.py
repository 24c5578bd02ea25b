"""AutoML: candidates compete on the same rows until the time is up, and the best are blended."""
