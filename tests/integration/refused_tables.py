"""Tables that cannot be trained on, and what the user must be told of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rows import QUICK, Row, answer, noise, number, table, with_column, word

# Exit codes and codes of errors, as the command line documents them.
DATA, FINDINGS, USAGE = 3, 2, 4


@dataclass(frozen=True)
class Refusal:
    """A table and what the user must be told of it.

    Attributes:
        says: pieces of the message, in any order.
        options: of the command, beside the usual target and algorithm.
        is_unreadable: whether `profile` refuses the file as well.
    """

    name: str
    content: str | bytes
    code: str
    says: Sequence[str] = ()
    row: int | None = None
    column: str | None = None
    exit_code: int = DATA
    options: Sequence[str] = QUICK
    is_unreadable: bool = False


def unreadable(
    name: str,
    content: str | bytes,
    code: str,
    *says: str,
    row: int | None = None,
    column: str | None = None,
) -> Refusal:
    """Return a file that `profile` refuses as well."""
    return Refusal(name, content, code, says, row=row, column=column, is_unreadable=True)


def with_target(make: Callable[[int], str], n_rows: int = 60) -> str:
    """Return the usual table with other answers."""
    return table(lambda at: (number(at), word(at), make(at)), n_rows=n_rows)


def _header(names: Row) -> str:
    return table(
        lambda at: [str(noise(at + 7 * place)) for place, _ in enumerate(names)], header=names
    )


GOOD = table()
QUOTED = f'x,c,y\n1.5,"two\nlines",yes\n{GOOD[6:]}'
LONG = GOOD[6:].replace("\n", ",more\n")

ROWS = (
    unreadable(
        "a line cut by another delimiter",
        f"{GOOD}1.5;a;yes\n",
        "malformed-row",
        "Row 61",
        "3 fields",
        "semicolon",
        row=61,
    ),
    unreadable(
        "every row too long",
        f"x,c,y\n{LONG}",
        "malformed-row",
        "Every row",
        "4 fields",
        "expected 3",
        row=1,
    ),
    unreadable(
        "one short row",
        f"{GOOD}1.5,a\n2.5,b,no\n",
        "malformed-row",
        "Row 61 has 2",
        "expected 3",
        row=61,
    ),
    unreadable(
        "one long row",
        f"{GOOD}1.5,a,yes,no\n2.5,b,no\n",
        "malformed-row",
        "Row 61 has 4",
        "expected 3",
        row=61,
    ),
    unreadable(
        "the first row short", f"x,c,y\n1.5,a\n{GOOD[6:]}", "malformed-row", "Row 1 has 2", row=1
    ),
    unreadable(
        "a line end in quotes before the bad row",
        f"{QUOTED}1,a\n",
        "malformed-row",
        "Row 62 has 2",
        row=62,
    ),
    unreadable(
        "a delimiter in quotes before the bad row",
        f'{GOOD}1,"a,b",no\n1,a\n',
        "malformed-row",
        "Row 62 has 2",
        row=62,
    ),
    unreadable(
        "blank lines before the bad row",
        f"{GOOD}\n\n1,a\n",
        "malformed-row",
        "Row 61 has 2",
        row=61,
    ),
    unreadable(
        "carriage returns before the bad row",
        f"{GOOD}1,a\n".replace("\n", "\r"),
        "malformed-row",
        "Row 61 has 2",
        row=61,
    ),
    unreadable(
        "an unclosed quote",
        f'{GOOD}1.5,"a,yes\n{GOOD[6:]}',
        "malformed-row",
        "Row 61",
        "quote",
        row=61,
    ),
    unreadable(
        "an unclosed quote in the last row",
        f'{GOOD}1.5,a,"yes\n',
        "malformed-row",
        "Row 61",
        "quote",
        row=61,
    ),
    unreadable(
        "an unclosed quote in the header", f'"x,c,y\n{GOOD[6:]}', "malformed-row", "header", "quote"
    ),
    unreadable(
        "decimal commas among commas",
        "x,c,y\n1,5,a,yes\n2,5,b,no\n",
        "malformed-row",
        "4 fields",
        row=1,
    ),
)
BYTES = (
    unreadable("a NUL in a cell", GOOD.replace("a", "a\0", 1), "not-a-table", "not CSV", "0x00"),
    unreadable("NULs for blanks", GOOD.encode() + bytes(64), "not-a-table", "not CSV", "0x00"),
    unreadable("a PNG image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-a-table", "PNG"),
    unreadable("a workbook", b"PK\x03\x04" + bytes(range(256)), "not-a-table", "Excel"),
    unreadable(
        "a Parquet file", b"PAR1\x15\x04\x15\0" + bytes(80) + b"PAR1", "not-a-table", "Parquet"
    ),
    unreadable(
        "a gzip archive", b"\x1f\x8b\x08\0\0\0\0\0" + bytes(range(64)), "not-a-table", "gzip"
    ),
    unreadable("a pickle", b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.", "not-a-table", "not CSV"),
    unreadable(
        "bytes of no encoding",
        b"x,c,y\n" + b"1,\x81\x8d\xff\xfe,yes\n" * 9,
        "undecidable-encoding",
        "byte 8",
        "0x81",
    ),
    unreadable("no bytes", b"", "no-rows", "empty"),
    unreadable("white space alone", b" \n\r\n \t\n", "no-rows", "empty"),
    unreadable("a byte order mark alone", b"\xef\xbb\xbf", "no-rows", "empty"),
    unreadable("a header alone", b"x,c,y\n", "no-rows", "no rows"),
    unreadable("a header without line end", b"x,c,y", "no-rows", "no rows"),
    unreadable("a header with byte order mark", b"\xef\xbb\xbfx,c,y\r\n\r\n", "no-rows", "no rows"),
    unreadable("a header in UTF-16", "x,c,y\n".encode("utf-16"), "no-rows", "no rows"),
)
HEADERS = (
    unreadable(
        "two equal names", _header(("x", "x", "y")), "ambiguous-header", "'x'", "1, 2", column="x"
    ),
    unreadable(
        "three names equal without white space",
        _header((" x", "x ", "x", "y")),
        "ambiguous-header",
        "'x'",
        "1, 2, 3",
        column="x",
    ),
    unreadable(
        "names equal but for case",
        _header(("Age", "age", "y")),
        "ambiguous-header",
        "'Age', 'age'",
        "case",
        "1, 2",
        column="Age",
    ),
    unreadable(
        "names equal but for case in another script",
        _header(("ΣΊΣΥΦΟΣ", "σίσυφος", "y")),
        "ambiguous-header",
        "case",
    ),
    unreadable("an empty name", _header(("x", "", "y")), "ambiguous-header", "position 2 of 3"),
    unreadable(
        "names of white space", _header((" ", "x", "\t", "y")), "ambiguous-header", "positions 1, 3"
    ),
)
TARGETS = (
    Refusal("no such target", GOOD, "missing-columns", ("'Y'", "'y'"), options=("--target", "Y")),
    Refusal("one row", "x,c,y\n1,a,yes\n", "too-few-rows", ("1,", "at least 10")),
    Refusal("five rows", with_target(answer, 5), "too-few-rows", ("5,", "at least 10")),
    Refusal(
        "nine known targets",
        with_target(lambda at: answer(at) if at < 9 else ""),
        "too-few-rows",
        ("9,", "at least 10"),
    ),
    Refusal(
        "fewer rows than folds",
        table(n_rows=20),
        "too-few-rows",
        ("25 folds", "at most"),
        options=(*QUICK, "--cv", "25"),
    ),
    Refusal(
        "no target at all",
        with_target(lambda at: ("", "NA", "?")[at % 3]),
        "target",
        ("missing in all 60 rows",),
        column="y",
    ),
    Refusal(
        "one class",
        with_target(lambda _: "yes"),
        "blocking-findings",
        ("'yes' in all 60 rows", "one-class:y"),
        exit_code=FINDINGS,
    ),
    Refusal(
        "one class where it is known",
        with_target(lambda at: "yes" if at % 2 else ""),
        "blocking-findings",
        ("'yes' in all 30 rows",),
        exit_code=FINDINGS,
    ),
    Refusal(
        "one number",
        with_target(lambda _: "3.5"),
        "blocking-findings",
        ("'3.5' in all 60 rows",),
        exit_code=FINDINGS,
        options=("--target", "y", "--task", "regression", "--algorithm", "linear-regression"),
    ),
    Refusal(
        "a target of free words",
        with_target(lambda at: f"word {at}"),
        "target",
        ("60 different values",),
        column="y",
    ),
    Refusal(
        "a target of dates",
        with_target(lambda at: f"2026-01-{at % 28 + 1:02}"),
        "target",
        ("datetime",),
        column="y",
    ),
    Refusal(
        "regression on words",
        with_target(word),
        "target",
        ("needs numbers",),
        column="y",
        options=("--target", "y", "--task", "regression", "--algorithm", "linear-regression"),
    ),
    Refusal(
        "nothing to learn from",
        table(lambda at: ("1", "a", answer(at))),
        "data",
        ("No column is left to learn from",),
    ),
)
VALUES = (
    Refusal(
        "a feature that copies the target",
        with_column("copy", answer),
        "blocking-findings",
        ("leakage-copy:copy", "'copy'"),
        exit_code=FINDINGS,
    ),
    Refusal(
        "a copy in other words",
        with_column("bought", lambda at: answer(at).upper() + "!"),
        "blocking-findings",
        ("leakage-copy:bought",),
        exit_code=FINDINGS,
    ),
    Refusal(
        "a word among numbers",
        with_column("age", lambda at: "n.a." if at == 16 else str(at * 7 % 50)),
        "unparseable-value",
        ("'age'", "a number", "row 17", "'n.a.'"),
        row=17,
        column="age",
        options=(*QUICK, "--kind", "age=numeric"),
    ),
    Refusal(
        "a fraction among whole numbers",
        with_column("age", lambda at: "1.5" if at == 4 else str(at * 7 % 50)),
        "unparseable-value",
        ("'age'", "a whole number", "row 5"),
        row=5,
        column="age",
        options=(*QUICK, "--kind", "age=integer"),
    ),
    Refusal(
        "a day that does not exist",
        with_column("d", lambda at: "2026-02-30" if at == 2 else f"2026-01-{at % 28 + 1:02}"),
        "unparseable-value",
        ("'d'", "row 3", "2026-02-30"),
        row=3,
        column="d",
        options=(*QUICK, "--kind", "d=datetime"),
    ),
    Refusal(
        "dates of two orders",
        with_column("d", lambda at: ("01/02/2020", "13/02/2020", "02/25/2020")[at % 3]),
        "unparseable-value",
        ("'d'", "date"),
        column="d",
        options=(*QUICK, "--kind", "d=datetime"),
    ),
    Refusal(
        "dates of an open order",
        with_column("d", lambda at: f"0{at % 9 + 1}/0{at % 5 + 1}/2020"),
        "unparseable-value",
        ("%d/%m/%Y", "%m/%d/%Y"),
        column="d",
        options=(*QUICK, "--kind", "d=datetime"),
    ),
    Refusal(
        "a third word among truth values",
        with_column("b", lambda at: ("yes", "no", "perhaps")[at % 3]),
        "unparseable-value",
        ("'b'", "a truth value", "row 3", "'perhaps'"),
        row=3,
        column="b",
        options=(*QUICK, "--kind", "b=boolean"),
    ),
)
CASES = (*ROWS, *BYTES, *HEADERS, *TARGETS, *VALUES)
