"""What a report is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from modelyard.domain.errors import UnsupportedPackage
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.findings import Finding
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.manifests import Parity
from modelyard.domain.profiles import TableProfile
from modelyard.domain.quantisations import Quantisation
from modelyard.domain.tables import SourceFacts
from modelyard.domain.trials import Search
from modelyard.kit.records import from_plain


@dataclass(frozen=True)
class ReportSubject:
    """Everything that stands in a report; what is left at its default is left out.

    Attributes:
        title: usually the model's name.
        target: the column that is predicted.
        algorithm: title of the algorithm.
        created_at: of the model, UTC.
        evaluation: on held-out rows, with its charts, folds and importance.
        n_rows: that were trained and judged on together.
        findings: of the checks, in any order.
        fixes: what was mended before the training, a sentence each.
        profile: of the table that was trained on.
        source: how the table was read.
        split: how the rows were dealt, one sentence.
        search: for hyperparameters, None where there was none.
        leaderboard: of AutoML, None where one algorithm was named.
        parameters: hyperparameters with their final values.
        config: what the user asked for, name to value.
        parity: how closely the package predicts what the trained model predicts.
        quantisation: what it cost to round the model, None where it was not.
        thumbnails: small copies of pictures as data URLs, by their names.
        saliency: the same of those that were answered worst, with where the model looked.
        threshold: of two classes, the share from which on the second one is answered.
        threshold_by: by what it was chosen, empty where it was given.
        calibrated: why probabilities are mapped or not.
        new_rows: what stands for the rows to answer in the command that asks for answers.
        card: what only people know of the model, by the keys of `domain.configs.CARD_KEYS`.
        command, python: how to train the same model again, as a shell and as Python would take it.
        versions: library to version.
    """

    title: str
    target: str
    algorithm: str
    created_at: datetime
    evaluation: Evaluation
    n_rows: int = 0
    findings: tuple[Finding, ...] = ()
    fixes: tuple[str, ...] = ()
    profile: TableProfile | None = None
    source: SourceFacts | None = None
    split: str = ""
    search: Search | None = None
    leaderboard: Leaderboard | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    parity: Parity | None = None
    threshold: float = 0.5
    threshold_by: str = ""
    calibrated: str = ""
    card: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    python: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    quantisation: Quantisation | None = None
    thumbnails: Mapping[str, str] = field(default_factory=dict)
    saliency: Mapping[str, str] = field(default_factory=dict)
    new_rows: str = "NEW.csv"


def read_subject(content: bytes) -> ReportSubject:
    """Return what a report says, from what the package keeps of it.

    Raises:
        UnsupportedPackage: if a field is missing.
    """
    try:
        return from_plain(ReportSubject, json.loads(content))
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedPackage(f"The package's report is incomplete: {error}.") from error
