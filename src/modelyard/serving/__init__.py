"""The server of predictions: one or more verified packages over HTTP, without store or engine."""
