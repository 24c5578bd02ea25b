"""Which column names a table may have, whichever source it comes from."""

import re
from collections.abc import Iterable, Sequence

from modelyard.domain.cells import parse_moment, parse_number
from modelyard.domain.errors import AmbiguousHeader

# Ends a sentence on text files of which no line names the columns.
SAY_BARE = "say so with --no-header, in Python and configurations with header as false"
_BARE = re.compile(r"column_[1-9][0-9]*")


def bare_name(at: int) -> str:
    """Return what a column is called where no line of a text file names it, 1 is the first."""
    return f"column_{at}"


def bare_fix(missing: Iterable[str]) -> str:
    """Return what to do where columns are missing that only a file without a header has.

    Args:
        missing: names of columns; the answer is empty unless all are those of such files.

    >>> bare_fix(["column_1", "age"])
    ''
    """
    if not all(_BARE.fullmatch(name) for name in missing):
        return ""
    return (
        "If the first line of the file is a row, say so with --no-header, or read the file into a "
        "data frame with these names."
    )


def require_sound_header(names: Sequence[str]) -> None:
    """Refuse names that leave open which column is meant.

    Names that differ in any other way than upper and lower case are kept apart and kept as they
    are: signs, other scripts, and the same letters in another Unicode form.

    Args:
        names: in order, without surrounding white space.

    Raises:
        AmbiguousHeader: if a name is empty, or two are equal but for case; it tells the positions,
            counted from 1.
    """
    empty = [at for at, name in enumerate(names, start=1) if not name]
    if empty:
        raise AmbiguousHeader(
            f"The header has no name at {_positions(empty)} of {len(names)}.",
            fix=_naming_fix(names, empty),
        )
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names, start=1):
        places.setdefault(name.casefold(), []).append(at)
    for at_all in places.values():
        if len(at_all) > 1:
            alike = [names[at - 1] for at in at_all]
            what = "the same name" if len(set(alike)) == 1 else "names that differ only in case"
            listed = ", ".join(f"'{name}'" for name in dict.fromkeys(alike))
            raise AmbiguousHeader(
                f"Columns have {what}: {listed} at {_positions(at_all)}.",
                fix="Rename one of them.",
                column=alike[0],
            )


def _naming_fix(names: Sequence[str], empty: Sequence[int]) -> str:
    if len(names) > 1 and list(empty) == [1]:
        told = (
            "It looks like an index that was written beside the table: write the table without it, "
            "in pandas with index=False, or give the column a name"
        )
    elif len(names) > 2 and len(empty) == len(names) - 1 and names[0]:
        told = "Remove the first line if it is a title above the header, or give each column a name"
    else:
        told = "Give each column a name"
    bare = f"; if the first line of a file is a row, {SAY_BARE}" if _are_values(names) else ""
    return f"{told}{bare}."


def _are_values(names: Sequence[str]) -> bool:
    """Return whether numbers or dates stand among the names, which are not numbers of columns."""
    if list(names[1:]) == [str(at) for at in range(len(names) - 1)]:
        return False
    return any(
        parse_number(name) is not None
        or parse_number(name, ",") is not None
        or parse_moment(name, None) is not None
        for name in names
        if any(each.isdigit() for each in name)
    )


def _positions(places: Sequence[int]) -> str:
    shown = ", ".join(str(at) for at in places[:10]) + (", …" if len(places) > 10 else "")
    return f"position{'s' if len(places) > 1 else ''} {shown}"
