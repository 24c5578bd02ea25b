"""The REST API of the platform: FastAPI and whatever speaks HTTP to people live here alone."""
