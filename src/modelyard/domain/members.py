"""What became of the members of an ensemble: how good each was, or why it was left out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MemberRecord:
    """One member, as the manifest keeps it.

    Attributes:
        name, algorithm: of the member; names differ where an algorithm takes part twice.
        score: by the deciding metric on rows that it was not taught; None where it was not
            measured or failed.
        reason: why it was left out, empty where it was not.
    """

    name: str
    algorithm: str
    score: float | None
    reason: str
