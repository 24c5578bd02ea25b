"""The command line: one file is one command; it parses, calls the floor below, and prints."""

import sys


def main() -> None:
    """Run the command line on the arguments of this process."""
    from modelyard.cli._group import run

    sys.exit(run(sys.argv[1:]))
