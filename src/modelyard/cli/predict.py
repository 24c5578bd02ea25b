"""`modelyard predict`: answers for every row of a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._doors import URL, client_at, require_here
from modelyard.cli._errors import EXIT_ROWS_FAILED
from modelyard.cli._options import DATA, JSON, LOCATION, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, progress

if TYPE_CHECKING:
    from modelyard.domain.batches import BatchOptions
    from modelyard.domain.configs import FileDialect
    from modelyard.services.answering import Answer
    from modelyard.services.batches import Batch


# Options that say how the answers are wanted; the others say how the file is written.
_OF_ANSWERS = (
    "keep",
    "with_probabilities",
    "is_for_spreadsheets",
    "is_strict",
    "interval",
    "sets",
)


@click.command("predict")
@click.argument("model")
@click.argument("data", type=LOCATION)
@click.option("--out", type=DATA, help="CSV file to write; by default standard output.")
@click.option(
    "--keep",
    multiple=True,
    metavar="COLUMN",
    help="Write this column of DATA before the answers, e.g. its key. May be repeated.",
)
@click.option(
    "--proba",
    "with_probabilities",
    is_flag=True,
    help="Write the probability of every label as well.",
)
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
@URL
@JSON
def predict(
    model: str,
    data: Path | str,
    *,
    query: str | None,
    out: Path | None,
    trust: tuple[str, ...],
    url: str | None,
    wants_json: bool,
    **options: Any,
) -> int:
    """Answer for every row of DATA with MODEL.

    MODEL is a folder or a name such as iris@champion. DATA is a file, a folder of pictures or one
    picture, or a database's address. The answers stand in the column `prediction`, in the order of
    the input, one a row, each as the label is: --spreadsheet is for files that a spreadsheet opens.
    Columns of --keep stand before them; so do the ids, asked for or not, where rows are items of
    sequences. A row that cannot be answered is named with its column, has empty cells, and the
    command ends with exit code 9.

    With --url a platform predicts, as a job: DATA is uploaded, or is a dataset that it has.
    """
    from modelyard.domain.batches import BatchOptions
    from modelyard.domain.configs import FileDialect
    from modelyard.store.files import require_another

    data = answering(data, query)
    require_another(out, data)
    options["keep"] = tuple(dict.fromkeys(options["keep"]))
    how = BatchOptions(**{name: options.pop(name) for name in _OF_ANSWERS})
    _require_percent("--interval", how.interval)
    _require_percent("--sets", how.sets)
    require_here("--trust", is_given=bool(trust), url=url)
    for name, value in options.items():
        require_here(f"--{name}", is_given=value is not None, url=url)
    with client_at(url) as client:
        if client is not None:
            from modelyard.cli._predicting_elsewhere import predict_at

            return predict_at(client, model, data=data, how=how, out=out, wants_json=wants_json)
    source = _Source(data, FileDialect(**options), trust)
    return _predict_here(model, source, how=how, out=out, wants_json=wants_json)


def _require_percent(option: str, level: float | None) -> None:
    """Refuse what is no level in percent, and a share from 0 to 1, which was not meant as one."""
    from modelyard.domain.errors import InvalidValue
    from modelyard.domain.levels import LEAST_LEVEL, is_level, level_meant

    if level is None or is_level(level):
        return
    asked = level_meant(level)
    raise InvalidValue(
        f"{option} is a level in percent, above {LEAST_LEVEL:g} and below 100; {level:g} came.",
        fix=f"Ask for {asked} to be right {asked} times in a hundred: {option} {asked}.",
        sample=f"{level:g}",
    )


@dataclass(frozen=True)
class _Source:
    """What is to be answered, and whose keys may have signed the model."""

    data: Path | str
    dialect: "FileDialect"
    trust: tuple[str, ...]


def _predict_here(
    model: str, source: _Source, *, how: "BatchOptions", out: Path | None, wants_json: bool
) -> int:
    from modelyard.bootstrap import open_project
    from modelyard.cli._words import plain_answer
    from modelyard.services.answers import with_certainty
    from modelyard.services.batches import AnswerFile, predict_to_file
    from modelyard.store.files import require_another

    predicting, proba = open_project().predicting, how.with_probabilities
    with progress(is_shown=not wants_json and out is not None) as bar:
        bar.stage("Verifying the package")
        opened = predicting.open(model, trust=source.trust)
        require_another(out, opened.package.folder)
        bar.stage("Predicting")
        answer: Answer | Batch
        if out is None:
            plain = predicting.predict(
                opened,
                source.data,
                dialect=source.dialect,
                is_strict=how.is_strict,
                keep=how.keep,
            )
            answer = with_certainty(opened, plain, interval=how.interval, sets=how.sets)
        else:
            answer = predict_to_file(
                predicting,
                opened,
                data=source.data,
                file=AnswerFile(out, how),
                dialect=source.dialect,
            )
    if wants_json:
        print_json(plain_answer(answer, out, with_probabilities=proba))
    else:
        spreadsheets = how.is_for_spreadsheets
        _print(answer, out, with_probabilities=proba, is_for_spreadsheets=spreadsheets)
    return EXIT_ROWS_FAILED if answer.n_failed else 0


def _print(
    answer: "Answer | Batch",
    out: Path | None,
    *,
    with_probabilities: bool,
    is_for_spreadsheets: bool,
) -> None:
    from modelyard.cli._words import print_blank, print_flags, print_row_errors
    from modelyard.services.answers import answer_csv
    from modelyard.services.batches import Batch

    print_blank(answer.n_blank)
    print_flags(answer.flags)
    print_row_errors(answer.errors, n_failed=answer.n_failed)
    if answer.ignored_columns:
        names = ", ".join(answer.ignored_columns)
        click.echo(f"Note: columns that the model does not take are ignored: {names}.", err=True)
    if isinstance(answer, Batch):
        n_answered = answer.n_rows - answer.n_failed
        noun = "prediction" if n_answered == 1 else "predictions"
        click.echo(f"{n_answered} {noun} written to {out}")
        return
    text = answer_csv(
        answer, with_probabilities=with_probabilities, is_for_spreadsheets=is_for_spreadsheets
    )
    click.echo(text, nl=False)


COMMAND = predict
