"""`modelyard train`: from a table to a proven, signed and registered model."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._doors import URL, client_at
from modelyard.cli._options import (
    DATA,
    JSON,
    KIND,
    LOCATION,
    MISSING,
    NO_CACHE,
    QUERY,
    SEQUENCES,
    answering,
    dialect,
    pairs,
)
from modelyard.cli._screen import progress
from modelyard.domain.errors import UsageError

if TYPE_CHECKING:
    from modelyard.bootstrap import Project
    from modelyard.client.clients import Client
    from modelyard.domain.configs import PreparationConfig, TrainingConfig
    from modelyard.domain.datasets import ResolvedDataset
    from modelyard.domain.tables import RawTable


@click.command("train")
@click.argument("data", type=LOCATION)
@click.option("--target", help="Column to predict; by default label, of pictures.")
@click.option("--task", help="binary, multiclass or regression; by default found from the target.")
@click.option(
    "--algorithm",
    help="Key of an algorithm, or auto for AutoML; by default lightgbm, small-cnn for pictures, or "
    "auto where there is a budget.",
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A hyperparameter.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Leave this column out.")
@click.option(
    "--sensitive",
    multiple=True,
    metavar="COLUMN",
    help="Measure the model by the groups of this column. May be repeated.",
)
@click.option("--learning-curve", is_flag=True, help="See what more rows would bring.")
@click.option("--group", metavar="COLUMN", help="Keep rows of one group on one side of the split.")
@click.option("--time", metavar="COLUMN", help="Test on the latest rows by this column.")
@click.option("--weight", metavar="COLUMN", help="Weigh the rows by this column.")
@click.option(
    "--class-weight",
    multiple=True,
    metavar="WORD|LABEL=WEIGHT",
    help="balanced, or the weight of one class in the fit. May be repeated.",
)
@click.option("--cv", "n_folds", default=0, help="Folds of a cross-validation; 0 for none.")
@click.option("--search", "search_type", help="Search hyperparameters: grid, random or bayesian.")
@click.option("--trials", "n_trials", type=int, help="Most trials of a search or of AutoML.")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=float,
    metavar="SECONDS",
    help="For AutoML, from reading to the package; with --search, of the search.",
)
@click.option("--memory-limit", "memory_limit_mb", type=int, metavar="MB", help="Of all of AutoML.")
@click.option(
    "--serve", help="Of AutoML: fast, balanced or best: what its answers may cost; balanced."
)
@click.option("--only", metavar="KEY,KEY", help="Of AutoML: algorithms that compete.")
@click.option(
    "--refit-full/--no-refit-full",
    "refits_full",
    default=None,
    help="Of AutoML: package what was fitted once more on all rows; --no-refit-full what was "
    "measured.",
)
@click.option(
    "--deterministic",
    "is_deterministic",
    is_flag=True,
    help="Of AutoML: with --trials, two runs end alike.",
)
@click.option(
    "--estimate", "wants_estimate", is_flag=True, help="Of AutoML: say what the budget would buy."
)
@click.option(
    "--space",
    multiple=True,
    metavar="NAME=WHERE",
    help="Search this hyperparameter: 8..64, 0.01..1 log, values with commas, or auto.",
)
@click.option("--search-folds", type=int, help="Folds that score every trial; by default 5.")
@click.option("--search-repeats", type=int, help="How often these are dealt anew; by default 1.")
@click.option("--grid-points", type=int, help="Of a grid, values of each range; by default 3.")
@click.option(
    "--split",
    "shares",
    metavar="TRAIN,VALIDATION,TEST",
    help="Shares of the rows that sum to 1; by default 0.7,0.1,0.2; 0.9,0,0.1 for AutoML.",
)
@click.option(
    "--handle-missing",
    default="auto",
    help="mean, median, most_frequent, constant, nearest or drop; by default as the algorithm "
    "needs.",
)
@click.option(
    "--normalize",
    default="auto",
    help="standard, minmax, robust, quantile, quantile_normal or none; by default as the algorithm "
    "needs.",
)
@click.option(
    "--categorical-encoding",
    default="auto",
    help="one_hot, ordinal, target, frequency or hashing; by default as the algorithm needs.",
)
@click.option("--dates", default="auto", help="parts or cyclic; by default parts.")
@click.option(
    "--engineered-features",
    default="none",
    help="polynomial (squares and products of numbers), interactions (products) or none.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="COLUMN:KEY=WORD",
    help="Prepare one column in its own way, e.g. zip:normalize=none. May be repeated.",
)
@click.option("--metric", help="Key of the metric that decides.")
@click.option(
    "--calibrate",
    default="auto",
    show_default=True,
    help="auto, none, or the one method to try: sigmoid, isotonic or temperature.",
)
@click.option(
    "--threshold", help="Of two labels: a number, a metric to be best by, or costs; usually 0.5."
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="KEY=COST",
    help="false_positive, false_negative, or the answers of a true label as JSON.",
)
@click.option("--seed", default=0, show_default=True, help="Of everything random.")
@click.option("--accept", multiple=True, metavar="FINDING", help="Train in spite of this finding.")
@click.option(
    "--fix",
    "fixes",
    multiple=True,
    metavar="FINDING[=FIX]",
    help="Apply a fix that this finding offers, or the recommended one; all: every recommended.",
)
@click.option("--schema", type=DATA, help="JSON Schema that every row must fulfil.")
@click.option("--name", help="Of the model; by default from the file name.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A label of the run.")
@click.option(
    "--card",
    "card",
    multiple=True,
    metavar="KEY=TEXT",
    help="For the model card: intended_use, limitations or owner. May be repeated.",
)
@click.option(
    "--keep-estimator",
    is_flag=True,
    help="Keep the estimator of scikit-learn in the package, for an export as skops.",
)
@click.option("--out", type=DATA, help="Folder for a copy of the package.")
@MISSING
@KIND
@SEQUENCES
@QUERY
@dialect
@NO_CACHE
@URL
@JSON
def train(
    data: Path | str,
    *,
    query: str | None,
    wants_json: bool,
    wants_estimate: bool,
    out: Path | None,
    url: str | None,
    **options: Any,
) -> int:
    """Train, measure and register a model on DATA.

    It is measured on held-out rows, and its package is proven before it is kept.

    A finding of severity error, leakage for example, stops the training with exit code 2 until it
    is accepted by name.

    DATA is a file, or a dataset that is kept, e.g. sales@3, read and mended as its version says.

    With --url a platform trains: DATA is uploaded, or is a dataset that it has. Ctrl-C asks whether
    the job is to end.
    """
    data = answering(data, query)
    with client_at(url) as client:
        _require_readable(data, client)
        config = _config(_with_usual(options, are_pictures=_are_pictures(data, client)))
        if client is None:
            return _train_here(
                data,
                config,
                wants_estimate=wants_estimate,
                wants_json=wants_json,
                out=out,
                keeps_tables=not options["no_cache"],
            )
        from modelyard.cli._training_elsewhere import estimate_at, train_at

        if out is not None:
            raise UsageError(
                "--out is for trainings on this machine: the platform keeps the package.",
                fix="Leave it out; the page of the model, or GET /models/NAME/package, hands the "
                "package out.",
            )
        if wants_estimate:
            estimate_at(client, data, config=config, wants_json=wants_json)
            return 0
        train_at(client, data, config=config, wants_json=wants_json)
        return 0


def _train_here(
    data: Path | str,
    config: "TrainingConfig",
    *,
    wants_estimate: bool,
    wants_json: bool,
    out: Path | None,
    keeps_tables: bool,
) -> int:
    from modelyard.bootstrap import open_project
    from modelyard.cli._outcomes import print_outcome, print_outlook
    from modelyard.domain.readings import with_dataset
    from modelyard.services.datasets import location_of

    project = open_project(keeps_tables=keeps_tables)
    location = location_of(data)
    if (dataset := _kept(project, data)) is not None:
        location = dataset.version.reference
        config = with_dataset(config, dataset.version)
        config = replace(config, name=config.name or dataset.version.name)

    def read() -> "RawTable":
        if dataset is None:
            return project.datasets.read(data, config.read)
        return project.datasets.read_kept(dataset, config.read)

    if wants_estimate:
        with progress(is_shown=not wants_json) as bar:
            outlook = project.training.estimate(read, config, progress=bar)
        print_outlook(outlook, wants_json=wants_json)
        return 0
    with progress(is_shown=not wants_json) as bar:
        outcome = project.training.train(read, config, progress=bar, location=location, out=out)
    print_outcome(outcome, wants_json=wants_json)
    return 0


def _kept(project: "Project", data: Path | str) -> "ResolvedDataset | None":
    """Return the dataset that is named so, where there is no file of that name."""
    from modelyard.domain.errors import InvalidValue, NotFound

    if isinstance(data, str) or data.exists():
        return None
    with suppress(NotFound, InvalidValue):
        return project.named_datasets.resolve(str(data))
    return None


def _require_readable(data: Path | str, client: "Client | None") -> None:
    """Refuse a path that is misspelt, before options are asked for that it would explain."""
    if isinstance(data, str) or client is not None:
        return
    from modelyard.bootstrap import open_project

    project = open_project()
    if data.exists() or _kept(project, data) is None:
        project.datasets.require_readable(data)


def _are_pictures(data: Path | str, client: "Client | None") -> bool:
    """Return whether data are pictures: a folder, a zip file, or a dataset that was one."""
    from modelyard.domain.datasets import DatasetFormat
    from modelyard.domain.errors import InvalidValue, NotFound

    if isinstance(data, str):
        return False
    if data.exists():
        return data.is_dir() or data.suffix.lower() == f".{DatasetFormat.PICTURES}"
    with suppress(NotFound, InvalidValue):
        if client is not None:
            return client.datasets.show(str(data)).format is DatasetFormat.PICTURES
        from modelyard.bootstrap import open_project

        dataset = _kept(open_project(), data)
        return dataset is not None and dataset.version.format is DatasetFormat.PICTURES
    return False


def _with_usual(options: dict[str, Any], *, are_pictures: bool) -> dict[str, Any]:
    """Return the options with what goes without saying.

    Raises:
        UsageError: if the target does not.
    """
    from modelyard.domain.approaches import usual_for
    from modelyard.domain.pictures import LABEL_COLUMN

    target = options["target"] or (LABEL_COLUMN if are_pictures else None)
    if target is None:
        raise UsageError(
            "--target is missing.", fix="Name the column to predict: --target species."
        )
    kinds = pairs(options["kinds"], "--kind")
    usual = usual_for(kinds.values(), are_pictures=are_pictures)
    return {**options, "target": target, "usual": usual}


def _config(options: dict[str, Any]) -> "TrainingConfig":
    from modelyard.cli._words import (
        approach_in,
        class_weight_of,
        cost,
        fixes_of,
        read_options,
        scalar,
        shares_of,
    )
    from modelyard.domain.configs import TrainingConfig
    from modelyard.domain.tasks import Task
    from modelyard.wire.schema_files import read_data_schema

    approach = approach_in(options)
    return TrainingConfig(
        target=options["target"],
        task=Task.called(options["task"]) if options["task"] else None,
        algorithm=approach.algorithm,
        parameters={
            name: scalar(text) for name, text in pairs(options["settings"], "--set").items()
        },
        drop=options["drop"],
        sensitive=options["sensitive"],
        learning_curve=options["learning_curve"],
        group=options["group"],
        time=options["time"],
        weight=options["weight"],
        class_weight=class_weight_of(options["class_weight"]),
        n_folds=options["n_folds"],
        search=approach.search,
        automl=approach.automl,
        metric=options["metric"],
        calibrate=options["calibrate"],
        threshold=scalar(options["threshold"]) if options["threshold"] else None,
        costs={name: cost(text) for name, text in pairs(options["costs"], "--cost").items()},
        seed=options["seed"],
        accepted=frozenset(options["accept"]),
        fixes=fixes_of(options["fixes"]),
        shares=shares_of(options["shares"]) if options["shares"] else approach.shares,
        preparation=_preparation(options),
        read=read_options(options["missing"], pairs(options["kinds"], "--kind"), dialect=options),
        schema=read_data_schema(options["schema"]) if options["schema"] else None,
        name=options["name"],
        tags=pairs(options["tags"], "--tag"),
        card=pairs(options["card"], "--card"),
        keep_estimator=options["keep_estimator"],
    )


def _preparation(options: dict[str, Any]) -> "PreparationConfig":
    from modelyard.cli._words import choices_of
    from modelyard.domain.configs import PreparationConfig

    return PreparationConfig(
        normalize=options["normalize"],
        handle_missing=options["handle_missing"],
        categorical_encoding=options["categorical_encoding"],
        dates=options["dates"],
        engineered_features=options["engineered_features"],
        columns=choices_of(options["columns"]),
    )


COMMAND = train
