"""Merges the recipes of an ensemble's members to one, which prepares each column once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modelyard.kit.hashing import canonical_json
from modelyard.runtime.recipes import Recipe, Stage


@dataclass
class _Merging:
    """What has been merged: stages, the names in use, and what a stage was stored as."""

    used: set[str]
    stages: list[Stage] = field(default_factory=list)
    stored: dict[tuple[str, bytes, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)

    def add(self, stage: Stage, *, names: Mapping[str, str], member: str) -> tuple[str, ...]:
        """Return what the stage's outputs are called in the merged recipe.

        Args:
            stage: of a member.
            names: column of the member's recipe, as it stands there before the stage, to column
                of the merged one.
            member: name to tell its columns from those of others.
        """
        inputs = tuple(names[each] for each in stage.inputs)
        same = (stage.step.kind, canonical_json(stage.step.to_params()), inputs)
        if same not in self.stored:
            outputs = tuple(self._fresh(each, member) for each in stage.outputs)
            self.stages.append(Stage(stage.step, inputs, outputs))
            self.stored[same] = outputs
        return self.stored[same]

    def _fresh(self, name: str, member: str) -> str:
        fresh = name
        if fresh in self.used:
            fresh = f"{member}/{name}"
        while fresh in self.used:
            fresh += "'"
        self.used.add(fresh)
        return fresh


def merge_recipes(
    recipes: Sequence[tuple[str, Recipe]],
) -> tuple[Recipe, tuple[npt.NDArray[np.int64], ...]]:
    """Return one recipe, and for each member which of its features are the member's, in order.

    A stage that two members share, with equal parameters on equal columns, is stored once; so is
    a column that two members take.

    Args:
        recipes: members' names and recipes, over the same raw columns.
    """
    first = recipes[0][1]
    raw = (*first.number_names, *first.string_names)
    merging = _Merging(set(raw))
    features: dict[str, int] = {}
    columns = []
    for member, recipe in recipes:
        names = {name: name for name in raw}
        for stage in recipe.stages:
            made = merging.add(stage, names=names, member=member)
            names.update(zip(stage.outputs, made, strict=True))
        taken = [names[each] for each in recipe.features]
        columns.append([features.setdefault(each, len(features)) for each in taken])
    merged = Recipe(first.number_names, first.string_names, tuple(merging.stages), tuple(features))
    return merged, tuple(np.array(each, dtype=np.int64) for each in columns)
