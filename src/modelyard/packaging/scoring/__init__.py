"""A stand-alone example that scores rows with an exported graph; its files are handed out."""
