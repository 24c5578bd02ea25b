"""Reads the CSV files for the systems that take data frames of pandas.

Numbers stay numbers, everything else is text as Python's own strings, missing cells are missing. A
cell of a number's column that is no number in the rows to answer is missing as well.
"""

import json
from typing import Any

from worker import Job


def training(job: Job) -> tuple[Any, Any]:
    """Return features and target, and remember which columns are numbers."""
    import pandas as pd

    frame = pd.read_csv(job.train, low_memory=False).drop(columns=job.target)
    numbers = [
        name
        for name in frame.columns
        if pd.api.types.is_numeric_dtype(frame[name])
        and not pd.api.types.is_bool_dtype(frame[name])
    ]
    kinds = {name: name in numbers for name in frame.columns}
    (job.model / "columns.json").write_text(json.dumps(kinds), encoding="utf-8")
    # A label may be a word that pandas takes for a missing cell.
    target = pd.read_csv(job.train, usecols=[job.target], dtype=str, keep_default_na=False)
    target = target[job.target]
    return _typed(frame, kinds), target if job.task != "regression" else target.astype(float)


def features(job: Job, path: str) -> Any:
    """Return rows to answer with the columns and kinds of the training."""
    import pandas as pd

    kinds = json.loads((job.model / "columns.json").read_text(encoding="utf-8"))
    return _typed(pd.read_csv(path, low_memory=False)[list(kinds)], kinds)


def single_rows(frame: Any, n_rows: int) -> list[Any]:
    """Return frames of one row each."""
    return [frame.iloc[[at % len(frame)]] for at in range(n_rows)]


def _typed(frame: Any, kinds: dict[str, bool]) -> Any:
    import pandas as pd

    typed = {}
    for name, is_number in kinds.items():
        if is_number:
            typed[name] = pd.to_numeric(frame[name], errors="coerce")
        else:
            text = frame[name].astype(str).astype(object)
            typed[name] = text.where(frame[name].notna(), None)
    return pd.DataFrame(typed, index=frame.index)
