"""Settles what a training will do, before anything is fitted: features, plan, split and judge."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from modelyard.catalog import Catalog, pick
from modelyard.domain.approaches import USUAL_FOR_PICTURES
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import NONE, TrainingConfig
from modelyard.domain.errors import InvalidValue, TargetError
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.dealing import Dealer
from modelyard.engine.ensembles.members import plan_members
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.examining import Examination, examine, require_accepted
from modelyard.engine.fitting import FitPlan, IntArray
from modelyard.engine.membership import MEMBERS
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.picturing import rows_with_pictures, split_told
from modelyard.engine.preparing import blocks_of, require_words
from modelyard.engine.splitting import split
from modelyard.engine.tasks import encode_target, labels_of, rows_with_target
from modelyard.engine.units import bonds_over
from modelyard.engine.weighting import require_weighable, weights_of
from modelyard.engine.workshop import Workshop
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.protocols.algorithms import Algorithm

# What is random in a training, in the order in which the streams of the seed are given out.
STREAMS = ("split", "fit", "folds", "judge", "decide", "search", "learning")


@dataclass(frozen=True)
class Planned:
    """A training that is ready to begin.

    Attributes:
        config: with the fixes that the user asked for worked in.
        table: the rows that have a target and count.
        raw: the same rows as the source delivered them.
        rows: their zero-based positions in the data.
        n_weightless: rows with a target that were left out, since their weight is zero.
    """

    config: TrainingConfig
    examination: Examination
    table: Table
    raw: RawTable
    rows: IntArray
    plan: FitPlan
    n_weightless: int = 0


def streams_of(seed: int) -> dict[str, np.random.Generator]:
    """Return the generators of a training, one for each of `STREAMS`."""
    return dict(zip(STREAMS, np.random.default_rng(seed).spawn(len(STREAMS)), strict=True))


def require_known(config: TrainingConfig, catalog: Catalog) -> None:
    """Refuse what no table can make right, before one is looked at.

    Raises:
        InvalidValue: if an algorithm, a hyperparameter or a word of the preparation is unknown.
    """
    algorithm = pick(catalog.algorithms(), config.algorithm, shelf="algorithms")
    resolve_parameters(algorithm.card, config.parameters)
    require_words(config.preparation, catalog.transforms())


def plan_training(raw: RawTable, config: TrainingConfig, *, workshop: Workshop) -> Planned:
    """Examine a table and settle what is fitted.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    require_known(config, workshop.catalog)
    examination = examine(
        raw,
        config,
        checks=workshop.catalog.checks(),
        progress=workshop.progress,
        typing=workshop.typing,
    )
    return plan_examined(raw, examination, workshop=workshop)


def plan_examined(raw: RawTable, examination: Examination, *, workshop: Workshop) -> Planned:
    """Settle what is fitted on a table that was examined.

    Raises:
        BlockingFindings: if a finding of severity error was not accepted.
        ModelyardError: if data or configuration do not allow training.
    """
    config = examination.config
    require_accepted(examination.findings, config.accepted)
    algorithm = pick(workshop.catalog.algorithms(), config.algorithm, shelf="algorithms")
    parameters = resolve_parameters(algorithm.card, config.parameters)
    rows = rows_with_target(examination.table, config.target)
    rows = rows_with_pictures(examination.table, rows, features=examination.features)
    n_weightless, weight = 0, None
    if config.weight is not None:
        weight = weights_of(examination.table, config.weight, rows=rows)
        n_weightless = int((weight == 0).sum())
        rows, weight = rows[weight > 0], weight[weight > 0]
    table = examination.table.take(rows)
    plan = _plan(table, examination, algorithm=algorithm, config=config, workshop=workshop)
    mending = examination.mending
    silent = np.flatnonzero(np.isin(rows, mending.left_out)) if mending.left_out else None
    plan = replace(plan, parameters=parameters, weight=weight, mending=mending, silent=silent)
    return Planned(config, examination, table, raw.take(rows), rows, plan, n_weightless)


def _plan(
    table: Table,
    examination: Examination,
    *,
    algorithm: Algorithm,
    config: TrainingConfig,
    workshop: Workshop,
) -> FitPlan:
    task = examination.task
    if task is None:
        raise TargetError("A training needs a target.", fix="Name the column to predict.")
    if task not in algorithm.card.tasks:
        fitting = [k for k, a in workshop.catalog.algorithms().items() if task in a.card.tasks]
        raise InvalidValue(
            f"'{algorithm.card.key}' cannot do a {task} task, which '{config.target}' asks for: "
            f"{examination.task_reason}.",
            fix=f"Use one of: {', '.join(fitting)}; or name another task.",
            sample=algorithm.card.key,
        )
    if config.automl is not None:
        _require_no_pictures(examination)
    _require_kinds(algorithm, examination, workshop=workshop)
    by_class = config.class_weight != NONE
    require_weighable(algorithm.card, task, is_weighed=config.weight is not None, by_class=by_class)
    labels = labels_of(table, config.target, task=task)
    features = table.select(examination.features)
    return FitPlan(
        blocks=blocks_of(features),
        y=encode_target(table, config.target, task=task, labels=labels),
        columns=features.columns,
        target=config.target,
        task=task,
        labels=labels,
        algorithm=algorithm,
        parameters={},
        preparation=config.preparation,
        transforms=workshop.catalog.transforms(),
        n_threads=workshop.n_threads,
        class_weight=config.class_weight,
        scratch=_scratch_of(table, config, workshop),
        weights=workshop.weights,
        wanted_loss=metric_for(workshop.catalog.metrics(), task, key=config.metric).card.loss,
    )


def _scratch_of(table: Table, config: TrainingConfig, workshop: Workshop) -> Path | None:
    """Return the folder of just this training, so that the same one finds it again."""
    if workshop.scratch is None:
        return None
    told = canonical_json([config.to_dict(), table.facts.sha256])
    return workshop.scratch / f"fits-{sha256_of(told)[:32]}"


def _require_no_pictures(examination: Examination) -> None:
    """Refuse pictures, of which AutoML knows no algorithm that it could let compete.

    Raises:
        InvalidValue: naming their first column.
    """
    columns = [examination.table.column(name) for name in examination.features]
    pictures = [column.name for column in columns if column.kind is ColumnKind.IMAGE]
    if not pictures:
        return
    drop = "" if len(pictures) == len(columns) else f", or drop the column '{pictures[0]}'"
    raise InvalidValue(
        f"AutoML takes no pictures yet, and the column '{pictures[0]}' holds some.",
        fix="Leave out what asks for AutoML, such as a time limit, and name an algorithm: "
        f"{USUAL_FOR_PICTURES}{drop}.",
        column=pictures[0],
    )


def _require_kinds(algorithm: Algorithm, examination: Examination, *, workshop: Workshop) -> None:
    """Refuse columns that the algorithm has no use for, and tables without those that it wants.

    Raises:
        InvalidValue: naming the first of them.
    """
    columns = [examination.table.column(name) for name in examination.features]
    odd = [column for column in columns if column.kind not in algorithm.card.kinds]
    if odd:
        kinds = {column.kind for column in columns}
        algorithms = workshop.catalog.algorithms().items()
        fitting = [key for key, each in algorithms if kinds <= each.card.kinds]
        named = f"use one of: {', '.join(fitting)}" if fitting else "name another algorithm"
        raise InvalidValue(
            f"'{algorithm.card.key}' cannot learn from column '{odd[0].name}', which is of kind "
            f"{odd[0].kind}.",
            fix=f"Drop the column, or {named}.",
            column=odd[0].name,
            sample=algorithm.card.key,
        )
    wants = algorithm.card.wants
    if wants and wants.isdisjoint(column.kind for column in columns):
        raise InvalidValue(
            f"'{algorithm.card.key}' learns from tables with a column of kind "
            f"{' or '.join(sorted(wants))}; there is none.",
            fix="Name the kind of such a column, or use an algorithm for tables.",
            sample=algorithm.card.key,
        )


def judge_of(
    plan: FitPlan,
    table: Table,
    *,
    config: TrainingConfig,
    workshop: Workshop,
    rng: np.random.Generator,
) -> Judge:
    """Deal the rows, and say who will be judged by what.

    Args:
        plan: what is fitted.
        table: its rows.
        config: which shares the parts have, what binds rows, and which metric decides.
        workshop: of the training.
        rng: of the split.
    """
    metric = metric_for(workshop.catalog.metrics(), plan.task, key=config.metric)
    features = tuple(column.name for column in plan.columns)
    bonds = bonds_over(table, features, group=config.group, time=config.time)
    dealer = Dealer(table, plan.y, plan.task, bonds)
    is_free = config.group is None and config.time is None
    parts = split_told(dealer, rng=rng) if is_free else None
    if parts is None:
        parts = split(table, plan.y, task=plan.task, shares=config.shares, bonds=bonds, rng=rng)
    return Judge(plan, dealer, parts, metric, workshop, sensitive=config.sensitive)


def with_members(plan: FitPlan, config: TrainingConfig, *, catalog: Catalog) -> FitPlan:
    """Return the plan with the plans of its members, where it is one of an ensemble."""
    if plan.algorithm.card.members is None or config.automl is not None:
        return plan
    are_chosen = MEMBERS in config.parameters
    return replace(plan, members=plan_members(plan, catalog.algorithms(), are_chosen=are_chosen))
