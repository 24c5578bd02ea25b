"""More odd tables that can be trained on: as spreadsheets, databases and people leave them."""

from accepted_tables import USUAL, Acceptance
from rows import QUICK, answer, cycle, noise, number, table, truth, with_column, word

GOOD = table()
ERRORS = ("#DIV/0!", "#VALUE!", "#REF!", "#N/A")


def _with_k(name: str, kind: str, make, **facts) -> Acceptance:
    return Acceptance(name, with_column("k", make), inputs={**USUAL, "k": kind}, **facts)


def _without_k(name: str, make, **facts) -> Acceptance:
    return Acceptance(name, with_column("k", make), inputs=USUAL, absent=("k",), **facts)


def _called(name: str) -> Acceptance:
    return Acceptance(
        f"a target called {name}",
        table(header=("x", "c", name)),
        inputs=USUAL,
        options=("--target", name, "--algorithm", "logistic-regression"),
    )


def _labelled(yes: str, no: str, **facts) -> Acceptance:
    content = table(lambda at: (number(at), word(at), yes if truth(at) else no))
    return Acceptance(f"labels {yes} and {no}", content, inputs=USUAL, **facts)


def _day(at: int) -> str:
    return f"2026-01-{at % 28 + 1:02}T10:00:00"


FORMS = (
    Acceptance("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode(), inputs=USUAL),
    Acceptance("UTF-32", GOOD.encode("utf-32"), {"encoding": "utf-32-le"}, inputs=USUAL),
    Acceptance("a line of Excel's that names the comma", f"sep=,\n{GOOD}", inputs=USUAL),
    Acceptance(
        "a line of Excel's that names the semicolon",
        "sep=;\r\n" + GOOD.replace(",", ";").replace("\n", "\r\n"),
        {"delimiter": ";"},
        inputs=USUAL,
    ),
    Acceptance(
        "every cell in quotes",
        "\n".join('"' + line.replace(",", '","') + '"' for line in GOOD.splitlines()),
        inputs=USUAL,
    ),
    Acceptance("names with spaces of no width", f"\u200bx\u2060,\ufeffc{GOOD[3:]}", inputs=USUAL),
    Acceptance(
        "a hundred thousand blank lines",
        "x,c,y\n" + "\n" * 100_000 + GOOD[6:],
        notes=("100000 blank lines were skipped",),
        inputs=USUAL,
    ),
    Acceptance("a name of a thousand letters", f"{'n' * 1000}{GOOD[1:]}", n_rows=60),
    Acceptance("rows of delimiters at the end", GOOD + ",,\n" * 5, findings=("missing-target:y",)),
    Acceptance("a sum in the last row", f"{GOOD}347.5,Total,\n", findings=("missing-target:y",)),
    Acceptance(
        "one column to learn from",
        table(lambda at: (number(at), answer(at)), header=("x", "y")),
        inputs={"x": "numeric"},
    ),
)
NUMBERS = (
    _with_k("numbers in quotes", "numeric", lambda at: f'"{noise(at):.3f}"'),
    _with_k("spaces that do not break", "numeric", lambda at: f"\u00a0{noise(at):.3f}\u00a0"),
    _with_k("numbers below the normal ones", "numeric", lambda at: f"{noise(at) * 5}e-322"),
    _with_k("zeros of both signs", "integer", cycle("-0", "0", "1")),
    _without_k("zeros of both signs alone", cycle("-0.0", "0.0", "-0")),
    _without_k(
        "numbers too large to sum",
        cycle("1.7e308", "-1.7e308", "1e308"),
        findings=("huge-numbers-column:k",),
    ),
    _with_k("large numbers that can be summed", "numeric", lambda at: f"{noise(at)}e149"),
    _with_k(
        "whole numbers at the end of 64 bits",
        "integer",
        lambda at: str(2**63 - 1 - at * 7 % 40),
    ),
    _with_k("seconds since 1970", "integer", lambda at: str(1_700_000_000 + at * 8641 % 77_777)),
    _with_k(
        "errors of a spreadsheet among numbers",
        "numeric",
        lambda at: ERRORS[at % 4] if at % 5 == 0 else f"{noise(at):.3f}",
        notes=("'#DIV/0!' was read as missing", "'#REF!'"),
    ),
    _with_k(
        "one word of a spreadsheet's error among words", "category", cycle("#REF!", "#NAME", "a")
    ),
)
WORDS = (
    _with_k(
        "a character of no width within words",
        "category",
        cycle("a", "a\u200b", "b"),
        findings=("spelling-variants:k",),
    ),
    _with_k("digits of another script", "category", cycle("\u0661", "\u0662", "\u0663")),
    _with_k("a cell of a megabyte", "category", lambda at: "z" * 10**6 if at == 5 else word(at)),
    _with_k("a line separator within a cell", "category", cycle('"a\u2028b"', "c", "d")),
    _with_k("truth in eight words", "boolean", cycle("yes", "No", "TRUE", "f", "1", "0", "on")),
    _with_k(
        "a third answer beside truth",
        "category",
        cycle("yes", "no", "maybe", "TRUE"),
        categories={"k": ("yes", "no", "maybe", "TRUE")},
    ),
    _with_k(
        "empty quotes and gaps",
        "category",
        cycle('""', "", "a", "b"),
        categories={"k": ("a", "b")},
    ),
)
DATES = (
    _with_k("moments of three zones", "datetime", lambda at: _day(at) + cycle("Z", "+02:00")(at)),
    _with_k("moments with and without a zone", "datetime", lambda at: _day(at) + "Z" * (at % 2)),
    _with_k("years of two digits", "datetime", lambda at: f"{at % 28 + 1:02}.01.{at % 40 + 10}"),
    _with_k("months by name", "datetime", lambda at: f"{at % 28 + 1:02}-Mar-2024"),
    _with_k("the first and the last year", "datetime", cycle("0001-01-01", "9999-12-31", _day(1))),
)
TARGETS = (
    *map(_called, ("index", "label", "probability_yes", "interval_low", "weight", "None", "nan")),
    _labelled("None", "Some"),
    _labelled("+", "-"),
    _labelled("-1", "1"),
    _labelled("0.0", "1.0"),
    _labelled("red", "Red", findings=("spelling-variants:y",)),
    Acceptance(
        "two hundred classes",
        table(lambda at: (str(noise(at)), word(at), f"k{at % 200}"), n_rows=800),
        findings=("many-classes:y",),
        n_rows=800,
    ),
    Acceptance(
        "whole labels written as fractions",
        table(lambda at: (number(at), word(at), ("1.0", "2.0", "3.0")[at % 2 + truth(at)])),
        inputs=USUAL,
    ),
    Acceptance(
        "words for missing that are labels",
        table(lambda at: (number(at), word(at), "nan" if truth(at) else "null")),
        inputs=USUAL,
        options=(*QUICK, "--missing", ""),
    ),
)
CASES = (*FORMS, *NUMBERS, *WORDS, *DATES, *TARGETS)
