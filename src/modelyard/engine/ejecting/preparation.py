"""Writes a recipe as calls of plain functions, and the functions themselves."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from modelyard.domain.errors import UsageError
from modelyard.engine.ejecting.rehearsing import NotedStage
from modelyard.kit.source_code import literal
from modelyard.protocols.scripts import (
    PlainTransform,
    ScriptedTransform,
    SupervisedFunction,
    SupervisedTransform,
)
from modelyard.protocols.transforms import Role, Transform

# What the columns that a transform adds are called, by its role.
_NOUNS = {
    Role.ENCODE: "encoded",
    Role.ENGINEER: "products",
    Role.FLAG_MISSING: "flags",
    Role.MEASURE_TEXT: "measures",
    Role.READ_TEXT: "terms",
    Role.TAKE_DATES_APART: "parts",
}
_REMARK = re.compile(r"\s+# noqa.*")


@dataclass(frozen=True)
class Preparation:
    """The preparation of the features as Python.

    Attributes:
        functions: sources, one for each transform.
        lines: of the body of `prepare(table, taught)`, but for its end.
        features: expression of the list of its features.
        is_supervised: whether `prepare` learns from the target as well; it takes `targets`,
            `weight` and `folds` then.
    """

    functions: tuple[str, ...]
    lines: tuple[str, ...]
    features: str
    is_supervised: bool = False


def preparation_of(
    stages: Sequence[NotedStage], features: Sequence[str], *, raw: dict[str, tuple[str, ...]]
) -> Preparation:
    """Return the preparation that makes these features.

    Args:
        stages: of the recipe, in order.
        features: names, in order.
        raw: the columns of the table, by the variable that names them.

    Raises:
        UsageError: if a transform has no plain code.
    """
    known = _Known(dict(raw))
    functions: dict[str, str] = {}
    lines, n_supervised = [], 0
    for each in stages:
        stage, transform = each.stage, each.transform
        more = ""
        if isinstance(transform, SupervisedTransform):
            script: PlainTransform | SupervisedFunction = transform.supervised_script
            more = f", targets=targets, weight=weight, fold=folds[{n_supervised}]"
            n_supervised += 1
        else:
            script = _plain(transform)
        name = script.__name__
        functions[name] = _REMARK.sub("", inspect.getsource(script)).strip()
        made = "_"
        inputs = known.expression(stage.inputs)
        if stage.outputs != stage.inputs:
            made = known.add(_NOUNS.get(transform.card.role, "made"), stage.outputs)
        lines.append(f"table, {made} = {name}(table, {inputs}, taught=taught{more})")
    expression = known.expression(features)
    return Preparation(tuple(functions.values()), tuple(lines), expression, n_supervised > 0)


def _plain(transform: Transform) -> PlainTransform:
    if not isinstance(transform, ScriptedTransform):
        card = transform.card
        raise UsageError(
            f"'{card.title}' ({card.key}) has no plain code, so that no script repeats it.",
            fix=f"Train again with another word than {card.word} for {card.role.value}.",
            sample=card.key,
        )
    return transform.script


@dataclass
class _Known:
    """Variables that hold names of columns."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, noun: str, columns: Sequence[str]) -> str:
        """Return a new variable for columns."""
        fresh, number = noun, 2
        while fresh in self.names:
            fresh, number = f"{noun}_{number}", number + 1
        self.names[fresh] = tuple(columns)
        return fresh

    def expression(self, columns: Sequence[str]) -> str:
        """Return columns as a list, by the variables that hold them where these stand whole."""
        parts, at = [], 0
        while at < len(columns):
            variable = self._standing_at(at, columns)
            if variable is None:
                parts.append(literal(columns[at]))
                at += 1
            else:
                parts.append(f"*{variable}")
                at += len(self.names[variable])
        if len(parts) == 1 and parts[0].startswith("*"):
            return parts[0][1:]
        return f"[{', '.join(parts)}]"

    def _standing_at(self, at: int, columns: Sequence[str]) -> str | None:
        """Return the longest variable whose columns stand at a place."""
        found = [
            variable
            for variable, held in self.names.items()
            if held and tuple(columns[at : at + len(held)]) == held
        ]
        return max(found, key=lambda variable: len(self.names[variable]), default=None)
