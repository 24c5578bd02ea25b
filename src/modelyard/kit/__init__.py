"""Small tools that know nothing of machine learning: version, hashing, discovery, matching."""
