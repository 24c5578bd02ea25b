"""Writes the OpenAPI document of the API beside this file, as clients are to know it."""

import json
from pathlib import Path

from modelyard.api.app import make_app
from modelyard.bootstrap import open_project


def main() -> None:
    """Write it, sorted, so that a change shows as what it is."""
    document = make_app(open_project()).openapi()
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    Path(__file__).with_name("api.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
