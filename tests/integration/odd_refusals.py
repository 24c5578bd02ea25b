"""More tables that cannot be trained on: other formats, joined files, titles, odd targets."""

from refused_tables import FINDINGS, GOOD, USAGE, Refusal, unreadable, with_target
from rows import QUICK, answer, cycle, noise, table, truth, with_column

TARGETS = (
    Refusal("a target of spaces", GOOD, "missing-columns", ("' '",), options=("--target", " ")),
    Refusal(
        "labels of which one means missing",
        with_target(lambda at: "nan" if at % 2 else "ok"),
        "blocking-findings",
        ("'ok' in all 30 rows where it is known (30 are missing)",),
        exit_code=FINDINGS,
    ),
    Refusal(
        "one and one point nought",
        with_target(cycle("1", "1.0")),
        "blocking-findings",
        ("in all 60 rows",),
        exit_code=FINDINGS,
    ),
    Refusal(
        "an algorithm of classes for fractions",
        with_target(lambda at: f"{at % 2 + truth(at)}.5"),
        "invalid-value",
        ("regression", "'y'", "3 different numbers, not all whole", "name another task"),
        exit_code=USAGE,
    ),
    Refusal(
        "targets too large to sum",
        with_target(lambda at: f"{noise(at) * 1.7}e308"),
        "target",
        ("'y'", "too large to sum"),
        column="y",
        options=("--target", "y", "--algorithm", "linear-regression"),
    ),
    Refusal(
        "a target in money",
        with_target(lambda at: f"${noise(at) * 100:.2f}"),
        "target",
        ("'y'", "write"),
        column="y",
        options=("--target", "y", "--task", "regression", "--algorithm", "linear-regression"),
    ),
    Refusal(
        "a target that counts the rows",
        with_target(str),
        "target",
        ("'y'", "identifier"),
        column="y",
        options=("--target", "y", "--algorithm", "linear-regression"),
    ),
    Refusal(
        "the target alone",
        table(lambda at: (answer(at),), header=("y",)),
        "data",
        ("No column is left to learn from", "beside the target"),
    ),
    Refusal(
        "every feature dropped",
        GOOD,
        "data",
        ("No column is left to learn from", "dropped"),
        options=(*QUICK, "--drop", "x", "--drop", "c"),
    ),
)
FORMS = (
    unreadable("an HTML page", "<html><table><tr><td>x</td></tr></table>\n", "not-a-table", "HTML"),
    unreadable("an HTML page with a type", "\n<!DOCTYPE html>\n<html>\n", "not-a-table", "HTML"),
    unreadable("an XML document", '<?xml version="1.0"?>\n<a>\n</a>\n', "not-a-table", "XML"),
    unreadable("a Rich Text document", "{\\rtf1\\ansi x,c,y}\n" * 9, "not-a-table", "Rich Text"),
    unreadable("a JSON list", '[{"x": 1},\n {"x": 2}]', "not-a-table", "JSON"),
    unreadable("JSON lines", '{"x": 1, "y": 2}\n' * 9, "not-a-table", "JSON"),
    unreadable("a PDF document", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "not-a-table", "PDF"),
    unreadable(
        "one byte of another encoding",
        with_column("k", cycle("Orléans", "Nîmes")).encode().replace("é".encode(), b"\xe9", 1),
        "undecidable-encoding",
        "line 2",
        "0xe9",
        "Mend line 2",
    ),
    unreadable(
        "Shift JIS",
        with_column("k", cycle("東京", "大阪")).encode("shift_jis"),
        "undecidable-encoding",
        "Name the encoding",
    ),
    unreadable(
        "two files joined", GOOD + GOOD, "malformed-row", "Row 61 repeats the header", row=61
    ),
    unreadable(
        "two files joined, each with its byte order mark",
        f"\ufeff{GOOD}\ufeff{GOOD}",
        "malformed-row",
        "Row 61 repeats the header",
        row=61,
    ),
    unreadable(
        "a title above the header",
        f"Report of 2026\n{GOOD}",
        "malformed-row",
        "Remove what stands above the names",
        row=1,
    ),
    unreadable(
        "a title and a blank line above the header",
        f"Report of 2026\n\n{GOOD}",
        "malformed-row",
        "Remove what stands above the names",
        row=1,
    ),
    unreadable(
        "comments above the header",
        f"# ours\n# 2026\n{GOOD}",
        "malformed-row",
        "Remove what stands above the names",
        row=2,
    ),
    unreadable(
        "a padded title above the header",
        f"Report of 2026,,\n{GOOD}",
        "ambiguous-header",
        "positions 2, 3 of 3",
        "the first line",
    ),
    unreadable(
        "a comment among the rows",
        GOOD.replace("\n", "\n# note\n", 1),
        "malformed-row",
        "Remove row 1 if it is a note",
        row=1,
    ),
    unreadable(
        "a source below the rows",
        f"{GOOD}Source: our office\n",
        "malformed-row",
        "Remove row 61 if it is a note",
        row=61,
    ),
    unreadable("an end-of-file mark", f"{GOOD}\x1a", "malformed-row", "Row 61 has 1", row=61),
    unreadable(
        "quotes escaped by a backslash",
        with_column("k", lambda _: '"a\\"b"'),
        "malformed-row",
        "quote within a cell is written twice",
        row=1,
    ),
    Refusal(
        "cells parted by spaces",
        GOOD.replace(",", " "),
        "missing-columns",
        ("'y'", "name the delimiter"),
        column="y",
    ),
    Refusal(
        "cells parted by colons",
        GOOD.replace(",", ":"),
        "missing-columns",
        ("'y'", "name the delimiter"),
        column="y",
    ),
)
CASES = (*TARGETS, *FORMS)
