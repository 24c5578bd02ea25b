"""Refuses a training that could not begin, before it waits: what it names must be there."""

from collections.abc import Collection

from modelyard.catalog import Catalog, pick
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.columns import missing_column
from modelyard.domain.config_rules import check_config
from modelyard.domain.configs import TrainingConfig
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.parameters import resolve_parameters
from modelyard.engine.tuning.spaces import space_of


def require_trainable(
    config: TrainingConfig, catalog: Catalog, *, columns: Collection[str] | None
) -> None:
    """Refuse what the training itself would refuse, as far as it is known without the table.

    Args:
        config: what is to be trained.
        catalog: what can be.
        columns: of the dataset; None where they are not known yet.

    Raises:
        UsageError: if the configuration is not allowed, or names an algorithm, a hyperparameter, a
            metric or a searcher that there is not, with the nearest.
        MissingColumns: if it names a column that there is not, with the nearest.
    """
    check_config(config, catalog.finding_codes())
    card = pick(catalog.algorithms(), config.algorithm, shelf="algorithms").card
    resolve_parameters(card, config.parameters)
    if config.metric is not None:
        pick(catalog.metrics(), config.metric, shelf="metrics")
        if config.task is not None:
            metric_for(catalog.metrics(), config.task, key=config.metric)
    if config.search is not None:
        pick(catalog.searchers(), config.search.search_type, shelf="searchers")
        space_of(card, wanted=config.search.space, fixed=config.parameters)
    if config.automl is not None:
        _require_automl(config.automl, catalog)
    if columns is not None:
        for name in config.named_columns:
            if name not in columns:
                raise missing_column(name, columns)


def _require_automl(config: AutoMLConfig, catalog: Catalog) -> None:
    for key in config.algorithms:
        pick(catalog.algorithms(), key, shelf="algorithms")
    pick(catalog.executors(), config.executor, shelf="executors")
    pick(catalog.searchers(), config.searcher, shelf="searchers")
