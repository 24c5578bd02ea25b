"""What an AutoML run may expect of its budget, before it begins."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Absence:
    """What of the portfolio will not be there.

    Attributes:
        algorithm: key of an algorithm.
        reason: why none of its candidates is expected.
    """

    algorithm: str
    reason: str


@dataclass(frozen=True)
class Outlook:
    """An estimate: how long candidates take depends on what the data are like.

    Attributes:
        n_rows, n_columns: that teach and judge candidates; the test part is not among the rows.
        n_features: that the columns are likely to become.
        n_folds: that every candidate is scored on; 1 for one part held out.
        n_places: fits that run at a time.
        fit_s: seconds that one fit of the first candidate is likely to take.
        time_s: that there are for candidates; None for no limit.
        table_bytes: of the rows in memory.
        base_bytes: that are held before the first fit, the table and all libraries among them.
        fit_bytes: that one fit is likely to hold beside them, at most.
        memory_bytes: that everything together may hold while fits run.
        n_starts: candidates of the portfolio that are likely to be scored.
        n_more: candidates that the search is likely to find time for after them; None for as many
            as it finds.
        absences: what of the portfolio is left out, and why.
    """

    n_rows: int
    n_columns: int
    n_features: int
    n_folds: int
    n_places: int
    fit_s: float
    time_s: float | None
    table_bytes: int
    base_bytes: int
    fit_bytes: int
    memory_bytes: int
    n_starts: int
    n_more: int | None
    absences: tuple[Absence, ...] = ()
