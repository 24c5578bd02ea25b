"""Odd tables that can be trained on, and what the user must be told of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rows import QUICK, answer, cycle, noise, number, table, truth, with_column, word


@dataclass(frozen=True)
class Acceptance:
    """A table, how it must be read, and what must be said of it.

    Attributes:
        read: facts of the file, by their names in the JSON document.
        notes: pieces of the notes.
        findings: names of findings that must be there.
        inputs: columns that the model must take and their kinds; None where it does not matter.
        absent: columns that the model must not take.
        categories: column to the categories that the model must know.
    """

    name: str
    content: str | bytes
    read: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()
    findings: Sequence[str] = ()
    inputs: Mapping[str, str] | None = None
    absent: Sequence[str] = ()
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    n_rows: int = 60
    options: Sequence[str] = QUICK


ODD = ("inf", "-Infinity", "NaN", "1e400")
USUAL = {"x": "numeric", "c": "category"}
GOOD = table()
# Words of a Western language, as the encodings are told apart by.
FRENCH = with_column("ville", cycle("Orléans", "Besançon", "Nîmes"))
CURLY = with_column("ville", cycle("“Orléans”", "l’été à Besançon", "Nîmes – centre"))
TOWNS = {"ville": ("Orléans", "Besançon", "Nîmes")}
CURLY_TOWNS = {"ville": ("“Orléans”", "l’été à Besançon", "Nîmes – centre")}
WITH_COMMAS = table(lambda at: (number(at).replace(".", ","), word(at), answer(at)), delimiter=";")

FORMS = (
    Acceptance(
        "a byte order mark", b"\xef\xbb\xbf" + GOOD.encode(), {"encoding": "utf-8"}, inputs=USUAL
    ),
    Acceptance(
        "semicolons", GOOD.replace(",", ";"), {"delimiter": ";", "decimal": "."}, inputs=USUAL
    ),
    Acceptance("tabs", GOOD.replace(",", "\t"), {"delimiter": "\t"}, inputs=USUAL),
    Acceptance("bars", GOOD.replace(",", "|"), {"delimiter": "|"}, inputs=USUAL),
    Acceptance("decimal commas", WITH_COMMAS, {"delimiter": ";", "decimal": ","}, inputs=USUAL),
    Acceptance(
        "byte order mark, semicolons and decimal commas",
        b"\xef\xbb\xbf" + WITH_COMMAS.encode(),
        {"encoding": "utf-8", "delimiter": ";", "decimal": ","},
        inputs=USUAL,
    ),
    Acceptance(
        "decimal commas in UTF-16",
        WITH_COMMAS.encode("utf-16"),
        {"encoding": "utf-16-le", "decimal": ","},
        inputs=USUAL,
    ),
    Acceptance(
        "UTF-16 with mark", FRENCH.encode("utf-16"), {"encoding": "utf-16-le"}, categories=TOWNS
    ),
    Acceptance(
        "UTF-16 without mark",
        FRENCH.encode("utf-16-le"),
        {"encoding": "utf-16-le"},
        categories=TOWNS,
    ),
    Acceptance(
        "UTF-16 of the other order",
        FRENCH.encode("utf-16-be"),
        {"encoding": "utf-16-be"},
        categories=TOWNS,
    ),
    Acceptance(
        "Latin-1", FRENCH.encode("latin-1"), {"encoding": "latin-1"}, ("latin-1",), categories=TOWNS
    ),
    Acceptance(
        "Windows-1252 with its quotes",
        CURLY.encode("cp1252"),
        {"encoding": "cp1252"},
        ("cp1252",),
        categories=CURLY_TOWNS,
    ),
    Acceptance("carriage returns", GOOD.replace("\n", "\r"), inputs=USUAL),
    Acceptance("Windows line ends", GOOD.replace("\n", "\r\n"), inputs=USUAL),
    Acceptance("no last line end", GOOD.rstrip("\n"), inputs=USUAL),
    Acceptance(
        "mixed line ends and blank lines",
        "".join(
            line + ("\r\n", "\n", "\r", "\n\n")[at % 4] for at, line in enumerate(GOOD.splitlines())
        ),
        notes=("blank lines were skipped",),
        inputs=USUAL,
    ),
    Acceptance(
        "trailing delimiters",
        GOOD.replace("\n", ",\n"),
        notes=("Delimiters at the end",),
        inputs=USUAL,
    ),
    Acceptance(
        "trailing delimiters in the rows alone",
        "x,c,y\n" + GOOD[6:].replace("\n", ",\n"),
        notes=("Delimiters at the end",),
        inputs=USUAL,
    ),
    Acceptance(
        "spaces around cells and names",
        table(
            lambda at: (
                f" {number(at)} ",
                f" {word(at)}" + " " * (at % 3),
                answer(at) + " " * (at % 2),
            ),
            header=(" x", "c ", " y "),
        ),
        inputs=USUAL,
        categories={"c": ("a", "b", "c")},
    ),
    Acceptance(
        "delimiters, quotes and line ends in quotes",
        with_column("q", cycle('"a,b"', '"say ""x"""', '"two\nlines"')),
        categories={"q": ("a,b", 'say "x"', "two\nlines")},
    ),
)
ROWS = (
    Acceptance("a class of one", GOOD + "3.5,a,maybe\n", findings=("rare-class:y",), n_rows=61),
    Acceptance(
        "a class of two",
        GOOD + "3.5,a,maybe\n4.5,b,maybe\n",
        findings=("class-imbalance:y",),
        n_rows=62,
    ),
    Acceptance(
        "targets missing",
        table(lambda at: (number(at), word(at), answer(at) if at % 6 else "NA")),
        findings=("missing-target:y",),
        n_rows=50,
    ),
    Acceptance("ten rows", table(n_rows=10), n_rows=10),
    Acceptance("repeated rows", GOOD + GOOD[6:], findings=("duplicate-rows",), n_rows=120),
    Acceptance(
        "40 % missing",
        table(
            lambda at: (
                number(at) if noise(at) > 0.4 else "",
                word(at) if noise(-at) > 0.4 else "?",
                answer(at),
            )
        ),
        inputs=USUAL,
    ),
)
COLUMNS = (
    Acceptance(
        "a constant column",
        with_column("k", lambda _: "7"),
        findings=("constant-column:k",),
        absent=("k",),
    ),
    Acceptance(
        "a column constant but for gaps",
        with_column("k", lambda at: "7" if at % 3 else ""),
        inputs={**USUAL, "k": "integer"},
    ),
    Acceptance(
        "a missing column",
        with_column("k", cycle("", "NA", " ")),
        findings=("all-missing-column:k",),
        absent=("k",),
    ),
    Acceptance(
        "not finite numbers",
        with_column("k", lambda at: ODD[at] if at < len(ODD) else str(noise(at))),
        findings=("non-finite-values:k",),
        inputs={**USUAL, "k": "numeric"},
    ),
    Acceptance(
        "not finite numbers among whole ones",
        with_column("k", lambda at: ODD[at] if at < len(ODD) else str(at % 9)),
        findings=("non-finite-values:k",),
        inputs={**USUAL, "k": "integer"},
    ),
    Acceptance(
        "numbers beyond 64 bits",
        with_column("k", lambda at: f"{at % 2 + 1}{'0' * 30}"),
        notes=("'k'", "exceed 64 bits", "not rounded"),
        absent=("k",),
    ),
    Acceptance(
        "codes with zeros in front",
        with_column("k", lambda at: f"0012{at % 3}"),
        inputs={**USUAL, "k": "category"},
        categories={"k": ("00120", "00121", "00122")},
    ),
    Acceptance(
        "NA, None and null",
        with_column("k", cycle("NA", "None", "null", "DE")),
        notes=("'NA' was read as missing", "'k'"),
        categories={"k": ("None", "DE")},
    ),
    Acceptance(
        "NA as a value",
        with_column("k", cycle("NA", "None", "null", "DE")),
        categories={"k": ("NA", "None", "DE")},
        options=(*QUICK, "--missing", "null"),
    ),
    Acceptance(
        "dates",
        with_column("k", lambda at: f"2026-0{at % 9 + 1}-1{at * at % 7}"),
        inputs={**USUAL, "k": "datetime"},
    ),
    Acceptance(
        "dates of two orders",
        with_column("k", cycle("01/02/2020", "13/02/2020", "02/25/2020")),
        notes=("'k'",),
        inputs={**USUAL, "k": "category"},
    ),
    Acceptance(
        "dates of an open order",
        with_column("k", lambda at: f"0{at % 9 + 1}/0{at % 2 + 1}/2020"),
        notes=("%d/%m/%Y", "%m/%d/%Y", "YYYY-MM-DD"),
        inputs={**USUAL, "k": "category"},
    ),
    Acceptance(
        "yes, no, TRUE and 0",
        with_column("k", cycle("yes", "no", "TRUE", "0")),
        inputs={**USUAL, "k": "boolean"},
    ),
    Acceptance(
        "a column of identifiers",
        with_column("k", lambda at: f"user-{noise(at)}"),
        findings=("identifier-column:k",),
        absent=("k",),
    ),
    Acceptance(
        "a row number", with_column("k", str), findings=("identifier-column:k",), absent=("k",)
    ),
    Acceptance(
        "separators of thousands",
        with_column("k", lambda at: f'"{at % 9 + 1},{int(noise(at) * 900) + 100}"'),
        notes=("'k'", "write them plainly"),
    ),
    Acceptance(
        "shares in percent",
        with_column("k", lambda at: f"{int(noise(at) * 100)} %"),
        notes=("'k'", "write them plainly"),
    ),
    Acceptance(
        "money",
        with_column("k", lambda at: f"${int(noise(at) * 100)}.50"),
        notes=("'k'", "write them plainly"),
    ),
    Acceptance(
        "one word among numbers",
        with_column("k", lambda at: "abc" if at == 16 else f"{noise(at):.3f}"),
        notes=("'k'", "row 17 'abc'"),
    ),
    Acceptance(
        "many categories",
        with_column("k", lambda at: f"w{at * 7 % 29}"),
        findings=("high-cardinality-column:k",),
    ),
)
NAMES = (
    Acceptance(
        "a name that is a one-hot column of another",
        table(lambda at: (word(at), number(at), answer(at)), header=("sex", "sex=a", "y")),
        inputs={"sex": "category", "sex=a": "numeric"},
    ),
    Acceptance(
        "a target called prediction",
        table(header=("x", "c", "prediction")),
        inputs=USUAL,
        options=("--target", "prediction", "--algorithm", "logistic-regression"),
    ),
    Acceptance(
        "a feature called target",
        table(header=("target", "prediction", "y")),
        inputs={"target": "numeric", "prediction": "category"},
    ),
    Acceptance(
        "names in other scripts",
        table(header=("😀 שם", "الاسم", "🎯")),
        inputs={"😀 שם": "numeric", "الاسم": "category"},
        options=("--target", "🎯", "--algorithm", "logistic-regression"),
    ),
    Acceptance(
        "one letter in two Unicode forms",
        with_column("e\u0301", word).replace("x,", "\u00e9,", 1),
        inputs={"\u00e9": "numeric", "c": "category", "e\u0301": "category"},
    ),
    Acceptance(
        "names like code",
        table(
            lambda at: (
                number(at),
                str(noise(at)),
                word(at),
                ("<b>", "=1+2")[at % 3 % 2],
                answer(at),
            ),
            header=(
                "a b",
                '"""x"""',
                "'; DROP TABLE runs; --",
                "<img src=x onerror=alert(1)>",
                "=1+1",
            ),
        ),
        inputs={
            "a b": "numeric",
            '"x"': "numeric",
            "'; DROP TABLE runs; --": "category",
            "<img src=x onerror=alert(1)>": "category",
        },
        options=("--target", "=1+1", "--algorithm", "logistic-regression"),
    ),
    Acceptance(
        "names of numbers",
        table(header=("1", "2", "3")),
        notes=("name is a number",),
        inputs={"1": "numeric", "2": "category"},
        options=("--target", "3", "--algorithm", "logistic-regression"),
    ),
)


def _labelled(yes: str, no: str) -> str:
    return table(lambda at: (number(at), word(at), yes if truth(at) else no))


LABELS = (
    Acceptance("labels of emoji", _labelled("🐧", "🦭"), inputs=USUAL),
    Acceptance("labels of digits with zeros", _labelled("01", "02"), inputs=USUAL),
    Acceptance("labels 1 and 2", _labelled("1", "2"), inputs=USUAL),
    Acceptance("labels True and False", _labelled("True", "False"), inputs=USUAL),
    Acceptance("labels of 5,000 letters", _labelled("L" * 5000, "M" * 5000), inputs=USUAL),
    Acceptance(
        "labels like code", _labelled("=HYPERLINK(1)", "<script>alert(1)</script>"), inputs=USUAL
    ),
    Acceptance("labels with spaces inside", _labelled("not yet", " at  once "), inputs=USUAL),
)
CASES = (*FORMS, *ROWS, *COLUMNS, *NAMES, *LABELS)
