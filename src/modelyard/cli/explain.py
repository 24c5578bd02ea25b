"""`modelyard explain`: what each column moved an answer by."""

from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import JSON, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, print_table, progress
from modelyard.domain.errors import MissingColumns, UsageError
from modelyard.kit.addresses import scheme_of
from modelyard.runtime.pictures.formats import promised_format

if TYPE_CHECKING:
    from modelyard.domain.explanations import Explanation, Overall
    from modelyard.domain.manifests import Manifest

# Cells of a bar on each side of its middle.
_BAR = 12
_MAX_NAMED = 5


@click.command("explain")
@click.argument("model")
@click.argument("row", nargs=-1)
@click.option(
    "--row",
    "number",
    type=int,
    metavar="N",
    help="Of the file, the row to explain; 1 is the first.",
)
@click.option(
    "--class",
    "label",
    metavar="LABEL",
    help="Class to explain; by default the one that is answered.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=10,
    metavar="N",
    help="Strongest columns to show.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Of a picture: JPEG file for a grey copy, red where the model looks.",
)
@QUERY
@dialect
@TRUST
@JSON
def explain(
    model: str,
    row: tuple[str, ...],
    *,
    number: int | None,
    label: str | None,
    top: int,
    query: str | None,
    trust: tuple[str, ...],
    wants_json: bool,
    **written: Any,
) -> None:
    """Say what moved MODEL's answer for ROW.

    What each column moved it by adds up, from the mean answer to this one (Shapley values). ROW is
    a JSON object, or column=value as often as there are columns, or a file with --row. Without a
    ROW: how far each column moves answers on average. Of a picture, the ROW: where in it the model
    looks, as what covering each part moves the answer by.
    """
    from modelyard.bootstrap import open_project
    from modelyard.domain.configs import FileDialect

    out: Path | None = written.pop("out")
    if len(row) == 1 and number is None and promised_format(row[0]) is not None:
        _explain_picture(model, Path(row[0]), label=label, out=out, trust=trust, as_json=wants_json)
        return
    if out is not None:
        raise UsageError("--out goes with a picture.", fix="Name its file, or leave --out out.")
    data, at = _row(row, number, query)
    if data is None and label is not None:
        raise UsageError("--class goes with a row.", fix="Give a row, or leave --class out.")
    predicting = open_project().predicting
    with progress(is_shown=not wants_json) as bar:
        bar.stage("Verifying the package")
        opened = predicting.open(model, trust=trust)
        bar.stage("Explaining")
        overall = opened.explainer.overall() if data is None else None
        explanation = None
        if data is not None:
            if number is None:
                _require_every(data[0], opened.manifest)
            blocks = predicting.read(opened, data, dialect=FileDialect(**written), row=at)
            (explanation,) = opened.explainer.explain(blocks, label=label)
    if wants_json:
        print_json({"model": model} | _plain(overall, explanation, top))
    elif overall is not None:
        _print_overall(overall, top)
    elif explanation is not None:
        _print_explanation(explanation, top, target=opened.manifest.target)


def _plain(
    overall: "Overall | None", explanation: "Explanation | None", top: int
) -> dict[str, Any]:
    from modelyard.services.explaining import plain_explanation, plain_overall

    if explanation is not None:
        return plain_explanation(explanation, n_shown=top)
    return {} if overall is None else plain_overall(overall, n_shown=top)


def _explain_picture(
    model: str,
    picture: Path,
    *,
    label: str | None,
    out: Path | None,
    trust: tuple[str, ...],
    as_json: bool,
) -> None:
    from modelyard.bootstrap import open_project
    from modelyard.services.explaining import explain_picture, most_telling_part

    with progress(is_shown=not as_json) as bar:
        bar.stage("Verifying the package")
        opened = open_project().predicting.open(model, trust=trust)
        bar.stage("Explaining")
        found = explain_picture(opened.predictor, picture, label=label, out=out)
    if as_json:
        print_json({"model": model} | asdict(found))
        return
    _print_answer(opened.manifest.target, found.label, found.answer)
    place, most = most_telling_part(found)
    what = "that" if found.label is None else "that probability"
    if most > 0:
        click.echo(f"It looks most at the {place}: covering it takes {most:.2g} off {what}.")
    else:
        click.echo("No part of the picture speaks for that alone.")
    if out is not None:
        click.echo(f"Wrote {out}")


def _print_answer(target: str, label: object, answer: float) -> None:
    if label is None:
        click.echo(f"Answer: {target} = {answer:.4g}.")
    else:
        click.echo(f"Answer: {target} = {label} with probability {answer:.4g}.")


def _row(
    given: tuple[str, ...], number: int | None, query: str | None
) -> tuple[Any | None, int | None]:
    """Return what holds the row, and which of its rows it is; None for no row at all."""
    from modelyard.services.explaining import row_of_json

    first = given[0] if given else ""
    is_pair = "=" in first and scheme_of(first) is None and not Path(first).exists()
    is_written = first.lstrip().startswith("{") or is_pair
    if (not given or is_written) and (number is not None or query is not None):
        raise UsageError("--row and --query go with a file.", fix="Name the file of the row.")
    if not given:
        return None, None
    if is_pair and not first.lstrip().startswith("{"):
        return [_cells_of(given)], 1
    if len(given) > 1:
        raise UsageError(
            f"ROW is one JSON object, one file, or column=value pairs; {len(given)} came.",
            fix="Put quotes around the JSON object.",
        )
    if is_written:
        return [row_of_json(first)], 1
    if number is None:
        raise UsageError(
            f"'{first}' is a file of rows; --row says which.", fix="For example: --row 1."
        )
    return answering(first if scheme_of(first) else Path(first), query), number


def _require_every(cells: dict[str, Any], manifest: "Manifest") -> None:
    """Refuse a row that was written on the command line and lacks a column of the model."""
    lacking = [column.name for column in manifest.inputs if column.name not in cells]
    if not lacking:
        return
    named = ", ".join(f"'{name}'" for name in lacking[:_MAX_NAMED])
    more = f" and {len(lacking) - _MAX_NAMED} more" if len(lacking) > _MAX_NAMED else ""
    example = f"{lacking[0]}=…"
    raise MissingColumns(
        f"The row lacks {named}{more}.",
        fix=f"Give every column of the model, {quote(example)} as well; leave the value away where "
        "it is unknown.",
        column=lacking[0],
    )


def _cells_of(pairs: tuple[str, ...]) -> dict[str, str]:
    for pair in pairs:
        if not pair.partition("=")[0] or "=" not in pair:
            raise UsageError(
                f"A row is written column=value; '{pair}' came.", fix="For example: age=39."
            )
    return {column: cell for column, _, cell in (pair.partition("=") for pair in pairs)}


def _print_explanation(explanation: "Explanation", top: int, *, target: str) -> None:
    from modelyard.services.explaining import others_of

    scale = explanation.scale.value
    _print_answer(target, explanation.label, explanation.answer)
    calibration = " before calibration" if explanation.is_before_calibration else ""
    click.echo(
        f"Its {scale}{calibration} is {explanation.score:.4g}; the mean of "
        f"{explanation.n_reference} reference rows is {explanation.base:.4g}."
    )
    shown = explanation.contributions[:top]
    largest = max((abs(each.amount) for each in shown), default=0.0)
    is_exact = explanation.method.is_exact
    rows: list[tuple[object, ...]] = [
        (each.column, each.cell, each.amount, *_beside(each.amount, each.error, largest, is_exact))
        for each in shown
    ]
    n_others = len(explanation.contributions) - len(shown)
    if n_others:
        amount, error = others_of(explanation, n_shown=top)
        rows.append((f"{n_others} others", "", amount, *_beside(amount, error, 0.0, is_exact)))
    headings = ["column", "value", f"moves {scale} by", *([] if is_exact else ["± error"]), ""]
    print_table("Why", headings, rows=rows)
    sampled = "" if is_exact else " The error is one standard error."
    click.echo(explanation.method.told + sampled)


def _beside(amount: float, error: float, largest: float, is_exact: bool) -> tuple[object, ...]:
    return (_bar(amount, largest),) if is_exact else (error, _bar(amount, largest))


def _print_overall(overall: "Overall", top: int) -> None:
    shown = overall.weights[:top]
    largest = max((each.mean for each in shown), default=0.0)
    rows = [(each.column, each.mean, "█" * _cells(each.mean, largest)) for each in shown]
    heading = f"moves {overall.scale.value} by"
    print_table("What moves answers", ["column", heading, ""], rows=rows)
    click.echo(
        f"Mean absolute contribution over {overall.n_rows} reference rows, against "
        f"{overall.n_reference}. {overall.method.told}"
    )


def _bar(amount: float, largest: float) -> str:
    """Draw an amount from the middle, to the left where it speaks against the answer."""
    if not largest:
        return ""
    cells = "█" * _cells(amount, largest)
    return f"{cells:>{_BAR}}│" if amount < 0 else f"{'':{_BAR}}│{cells}"


def _cells(amount: float, largest: float) -> int:
    return round(_BAR * abs(amount) / largest) if largest else 0


COMMAND = explain
