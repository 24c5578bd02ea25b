"""The command line: one file is one command; it parses, calls the floor below, and prints."""


def main() -> None:
    """Run the command line."""
