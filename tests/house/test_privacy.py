"""Nothing in the repository tells of the machine it was written on, or holds a secret."""

import re
from pathlib import Path

# Spelled in pieces, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|op" + r"t)/",
    "the home folder of whoever runs this": re.escape(f"{Path.home()}/"),
    "the host of a package registry": r"py" + r"pi\.org|python" + r"hosted\.org|registry\.np" + "m",
    "a private key": r"BEGIN [A-Z ]*PRIVATE" + r" KEY",
    "a token": r"\b(?:gh[pousr]_|AK" + r"IA|sk-)[A-Za-z0-9]{16,}",
}


def test_no_file_tells_of_a_machine_or_holds_a_secret(committable, root):
    found = set()
    for path in committable:
        content = path.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8", errors="replace")
        for what, pattern in FORBIDDEN.items():
            if match := re.search(pattern, text):
                found.add(f"{path.relative_to(root)}: {what} ({match.group()!r})")
    assert found == set()


def test_no_file_is_so_large_that_it_belongs_elsewhere(committable, root):
    sizes = {str(path.relative_to(root)): path.stat().st_size for path in committable}
    assert {name: size for name, size in sizes.items() if size > 1_000_000} == {}
