"""Use cases, each of which calls stores and the engine, and no other service's insides."""
