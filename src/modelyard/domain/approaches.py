"""Which way a training goes: one algorithm, one with searched hyperparameters, or AutoML."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from modelyard.domain.automl import COMBINED_BY, KNOWN_AS, AutoMLConfig
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.domain.errors import UsageError
from modelyard.domain.splits import Shares

# AutoML chooses out of fold, without validation rows, and learns from all but a tenth.
_SHARES = Shares(train=0.9, validation=0.0, test=0.1)
# What learns from pictures where nothing is said: it needs neither a GPU nor weights of others.
USUAL_FOR_PICTURES = "small-cnn"
# In place of an algorithm: let AutoML choose.
AUTO = "auto"


@dataclass(frozen=True)
class Approach:
    """The fields of a configuration that say it; the shares are those where none are given."""

    algorithm: str = TrainingConfig.algorithm
    search: SearchConfig | None = None
    automl: AutoMLConfig | None = None
    shares: Shares = field(default_factory=Shares)


@dataclass(frozen=True)
class Wanted:
    """What a user gave, None where it was left out.

    Attributes:
        algorithm: key of one, or "auto".
        search_type: key of a searcher.
        budget: `n_trials` and `time_limit_s`, which a search and AutoML take alike.
        search: the other fields of a search.
        automl: the other fields of AutoML.
        usual: key of the algorithm where none is named.
        spelled: how the door spells fields that it has another name for.
    """

    algorithm: str | None
    search_type: Any
    budget: Mapping[str, Any]
    search: Mapping[str, Any]
    automl: Mapping[str, Any]
    usual: str = TrainingConfig.algorithm
    spelled: Mapping[str, str] = field(default_factory=dict)


def usual_for(kinds: Iterable[str], *, are_pictures: bool = False) -> str:
    """Return the key of the algorithm where none is named.

    Args:
        kinds: that the user says columns are of.
        are_pictures: whether the data are a folder or an archive of pictures.
    """
    if are_pictures or ColumnKind.IMAGE in set(kinds):
        return USUAL_FOR_PICTURES
    return TrainingConfig.algorithm


def approach_of(wanted: Wanted, *, asks_search: str) -> Approach:
    """Return the approach that options ask for; a budget alone asks for AutoML.

    Args:
        wanted: as a door read it.
        asks_search: how the door spells the wish to search, for the message.

    Raises:
        UsageError: if options of a search and of AutoML come together, or come alone.
    """
    automl = {name: value for name, value in wanted.automl.items() if value is not None}
    budget = {name: value for name, value in wanted.budget.items() if value is not None}
    is_free = wanted.algorithm in {None, AUTO} and wanted.search_type is None
    if is_free and (automl or budget or wanted.algorithm == AUTO):
        asked = [name for name, value in wanted.search.items() if value is not None]
        if asked:
            raise UsageError(
                f"{_belonging(asked, wanted.spelled)} to a search of one algorithm, and AutoML "
                "searches among all of them.",
                fix=f"Add {asks_search} and name an algorithm, or leave them out.",
            )
        return Approach(COMBINED_BY, automl=_automl(budget, automl), shares=_SHARES)
    if automl:
        raise UsageError(
            f"{_belonging(automl, {**KNOWN_AS, **wanted.spelled})} to AutoML, which chooses the "
            "algorithm itself.",
            fix="Leave the algorithm and the search out, or leave these out.",
        )
    search = _search(
        wanted.search_type,
        {**budget, **wanted.search},
        asks=asks_search,
        spelled=wanted.spelled,
    )
    named = wanted.usual if wanted.algorithm in {None, AUTO} else wanted.algorithm
    return Approach(str(named), search=search)


def _belonging(names: Iterable[str], spelled: Mapping[str, str]) -> str:
    """Return fields as a door spells them, with the verb: `--trials belongs`."""
    told = sorted(spelled.get(each, each) for each in names)
    return f"{', '.join(told)} {'belongs' if len(told) == 1 else 'belong'}"


def _search(
    search_type: Any,
    given: Mapping[str, Any],
    *,
    asks: str,
    spelled: Mapping[str, str],
) -> SearchConfig | None:
    """Return the search that options ask for, None where they ask for none.

    Args:
        search_type: key of the searcher, None for no search.
        given: fields of the search, None for those that are left out.
        asks: how the door spells the wish to search, for the message.
        spelled: how it spells fields that it has another name for.

    Raises:
        UsageError: if there are fields without a search.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    if search_type is not None:
        is_word = isinstance(search_type, str)
        key = search_type.strip().lower().replace("_", "-") if is_word else search_type
        return SearchConfig(search_type=key, **chosen)
    if chosen:
        raise UsageError(
            f"{_belonging(chosen, spelled)} to a search, and none is asked for.",
            fix=f"Add {asks}.",
        )
    return None


def _automl(budget: Mapping[str, Any], given: Mapping[str, Any]) -> AutoMLConfig:
    """Read a budget: a number of trials alone means that there is no time limit."""
    if "n_trials" in budget and "time_limit_s" not in budget:
        budget = {**budget, "time_limit_s": None}
    return AutoMLConfig(**budget, **given)
