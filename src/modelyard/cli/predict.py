"""`modelyard predict`: answers for every row of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._errors import EXIT_ROWS_FAILED
from modelyard.cli._options import DATA, JSON, LOCATION, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, progress

if TYPE_CHECKING:
    from modelyard.services.answering import Answer
    from modelyard.services.batches import Batch


@click.command("predict")
@click.argument("model")
@click.argument("data", type=LOCATION)
@click.option("--out", type=DATA, help="CSV file to write; by default standard output.")
@click.option("--proba", is_flag=True, help="Write the probability of every label as well.")
@click.option(
    "--interval", type=float, metavar="PERCENT", help="Write the ends of intervals as sure as this."
)
@click.option(
    "--sets", type=float, metavar="PERCENT", help="Write sets of labels that are as sure as this."
)
@click.option(
    "--spreadsheet",
    "is_for_spreadsheets",
    is_flag=True,
    help="Put an apostrophe before text that a spreadsheet would take for a formula.",
)
@click.option(
    "--strict", "is_strict", is_flag=True, help="Refuse all rows where one cannot be answered."
)
@QUERY
@dialect
@TRUST
@JSON
def predict(
    model: str,
    data: Path | str,
    *,
    query: str | None,
    out: Path | None,
    proba: bool,
    is_for_spreadsheets: bool,
    trust: tuple[str, ...],
    wants_json: bool,
    **options: Any,
) -> int:
    """Answer for every row of DATA with MODEL.

    MODEL is a folder or a name such as iris@champion. The answers stand in the column `prediction`,
    in the order of the input, one a row, each as the label is: --spreadsheet is for files that a
    spreadsheet opens. A row that cannot be answered is named with its column, has empty cells, and
    the command ends with exit code 9.
    """
    from modelyard.bootstrap import open_project
    from modelyard.cli._words import plain_answer
    from modelyard.domain.batches import BatchOptions
    from modelyard.domain.configs import FileDialect
    from modelyard.services.answers import with_certainty
    from modelyard.services.batches import AnswerFile, predict_to_file
    from modelyard.store.files import require_another

    data = answering(data, query)
    require_another(out, data)
    wanted = {name: options.pop(name) for name in ("is_strict", "interval", "sets")}
    how = BatchOptions(with_probabilities=proba, is_for_spreadsheets=is_for_spreadsheets, **wanted)
    found, predicting = FileDialect(**options), open_project().predicting
    with progress(is_shown=not wants_json and out is not None) as bar:
        bar.stage("Verifying the package")
        opened = predicting.open(model, trust=trust)
        require_another(out, opened.package.folder)
        bar.stage("Predicting")
        answer: Answer | Batch
        if out is None:
            plain = predicting.predict(opened, data, dialect=found, is_strict=how.is_strict)
            answer = with_certainty(opened, plain, interval=how.interval, sets=how.sets)
        else:
            file = AnswerFile(out, how)
            answer = predict_to_file(predicting, opened, data=data, file=file, dialect=found)
    if wants_json:
        print_json(plain_answer(answer, out, with_probabilities=proba))
    else:
        _print(answer, out, with_probabilities=proba, is_for_spreadsheets=is_for_spreadsheets)
    return EXIT_ROWS_FAILED if answer.n_failed else 0


def _print(
    answer: "Answer | Batch",
    out: Path | None,
    *,
    with_probabilities: bool,
    is_for_spreadsheets: bool,
) -> None:
    from modelyard.cli._words import print_flags, print_row_errors
    from modelyard.services.answers import answer_csv
    from modelyard.services.batches import Batch

    print_flags(answer.flags)
    print_row_errors(answer.errors, n_failed=answer.n_failed)
    if answer.ignored_columns:
        names = ", ".join(answer.ignored_columns)
        click.echo(f"Note: columns that the model does not take are ignored: {names}.", err=True)
    if isinstance(answer, Batch):
        click.echo(f"{answer.n_rows - answer.n_failed} predictions written to {out}")
        return
    text = answer_csv(
        answer, with_probabilities=with_probabilities, is_for_spreadsheets=is_for_spreadsheets
    )
    click.echo(text, nl=False)


COMMAND = predict
