"""Spreads words over a fixed number of columns by their hash."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.hashed_words import HashedWords

# Of 40 words, as many as one-hot encoding spreads, one shares its column with another with a
# probability of 1 - (1 - 1 / 256) ** 39 = 14 %; a signed hash lets such meetings cancel on average.
N_BUCKETS = 256


class HashEncode:
    """Learns nothing: words that training never saw have their places as well."""

    card = TransformCard(
        key="hash-encode",
        title="Words by their hash",
        kinds=frozenset({ColumnKind.CATEGORY}),
        source="Weinberger et al.: Feature Hashing for Large Scale Multitask Learning, ICML 26 "
        "(2009); scikit-learn, FeatureHasher",
        role=Role.ENCODE,
        word="hashing",
    )

    def fit(
        self,
        block: npt.NDArray[np.object_],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step with 256 columns, which all words share."""
        outputs = tuple(f"hash {at}" for at in range(N_BUCKETS))
        return FittedStep(HashedWords(tuple(names), N_BUCKETS), outputs)


COMPONENT = HashEncode()
