"""Measures the recipe: fit and apply on 100,000 rows and 30 columns, beside scikit-learn's.

The made table has 15 numbers with gaps, 10 categories of 3 to 2,000 words and 5 dates. Each side
fits its preparation, and prepares the same rows with it once more. Ours works on the blocks that
the table was read into, scikit-learn's ColumnTransformer on the data frame, both in one process.

With a FOLDER of CSV files, two defaults are measured on real columns instead of speed:
`--neighbours` hides a tenth of the numbers and fills them by more or fewer reference rows,
`--smoothing` predicts a number by the target encoding of a category at several counts of smoothing.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from measuring.results import keep, print_table
from measuring.timing import in_turn

N_ROWS, N_NUMBERS, N_DATES = 100_000, 15, 5
N_WORDS = (3, 3, 5, 8, 12, 20, 30, 60, 200, 2000)
TARGET_S = 2.0
N_ROUNDS = 3
EPOCH_2020_S = 1_577_836_800
REFERENCES = (100, 250, 500, 1000, 2000)
SMOOTHINGS = (1, 3, 10, 30, 100)
TAUGHT, ASKED = 1000, 2000

OURS = {
    "trees": {"categorical_encoding": "ordinal"},
    "linear": {"categorical_encoding": "one_hot"},
    "target": {"categorical_encoding": "target", "dates": "cyclic"},
    "ranks": {"normalize": "quantile_normal", "categorical_encoding": "frequency"},
}


def made_table(n_rows: int) -> pl.DataFrame:
    """Return numbers with 10 % gaps, categories with 5 %, dates with 5 %."""
    rng = np.random.default_rng(20)
    columns: dict[str, Any] = {}
    for at in range(N_NUMBERS):
        column = rng.lognormal(size=n_rows)
        columns[f"n{at}"] = np.where(rng.random(n_rows) < 0.1, np.nan, column)
    for at, n_words in enumerate(N_WORDS):
        words = np.array([f"word {code}" for code in range(n_words)], dtype=object)
        column = words[rng.integers(n_words, size=n_rows)]
        columns[f"w{at}"] = np.where(rng.random(n_rows) < 0.05, None, column)
    for at in range(N_DATES):
        moments = (EPOCH_2020_S + rng.integers(0, 10**8, size=n_rows)).astype("datetime64[s]")
        moments[rng.random(n_rows) < 0.05] = np.datetime64("NaT")
        columns[f"d{at}"] = moments.astype("datetime64[us]")
    return pl.DataFrame(columns).with_columns(pl.col("^n[0-9]+$").fill_nan(None))


def our_side(frame: pl.DataFrame, words: dict[str, str], y: np.ndarray) -> Callable[[], object]:
    """Return what fits a recipe and applies it."""
    from modelyard.catalog import Catalog
    from modelyard.domain.columns import Column, ColumnKind
    from modelyard.domain.configs import PreparationConfig
    from modelyard.domain.tables import Table
    from modelyard.engine.preparing import blocks_of, fit_recipe
    from modelyard.protocols.algorithms import Needs
    from modelyard.protocols.transforms import Lesson

    kinds = {"n": ColumnKind.NUMERIC, "w": ColumnKind.CATEGORY, "d": ColumnKind.DATETIME}
    columns = tuple(Column(name, kinds[name[0]]) for name in frame.columns)
    blocks, transforms = blocks_of(Table(frame, columns)), Catalog().transforms()
    is_tree = words["categorical_encoding"] == "ordinal"
    needs = Needs(
        takes_missing=is_tree,
        normalize="none" if is_tree else "standard",
        categorical_encoding="one_hot",
    )

    def prepare() -> object:
        prepared = fit_recipe(
            blocks,
            columns,
            needs=needs,
            preparation=PreparationConfig(**words),
            transforms=transforms,
            lesson=Lesson(np.random.default_rng(0), y),
        )
        return prepared.recipe.apply(blocks)

    return prepare


def usual_side(frame: pl.DataFrame, name: str, y: np.ndarray) -> Callable[[], object]:
    """Return what fits a ColumnTransformer and applies it."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import (
        FunctionTransformer,
        OneHotEncoder,
        OrdinalEncoder,
        QuantileTransformer,
        StandardScaler,
        TargetEncoder,
    )

    table = frame.to_pandas()
    scaler = QuantileTransformer(output_distribution="normal", subsample=None)
    scaler = scaler if name == "ranks" else StandardScaler()
    fill = SimpleImputer(strategy="median", add_indicator=True)
    numbers = "passthrough" if name == "trees" else make_pipeline(fill, scaler)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    encoder = {
        "linear": OneHotEncoder(handle_unknown="ignore", sparse_output=False, max_categories=41),
        "target": TargetEncoder(target_type="continuous", smooth=1.0),
    }.get(name, codes)
    dates = FunctionTransformer(date_parts)
    if name != "trees":
        dates = make_pipeline(dates, SimpleImputer(strategy="median"), scaler)

    def prepare() -> object:
        transformer = ColumnTransformer(
            [(kind, side, [each for each in table if each[0] == kind]) for kind, side in sides]
        )
        transformer.fit_transform(table, y)
        return transformer.transform(table)

    sides = [("n", numbers), ("w", encoder), ("d", dates)]
    return prepare


def date_parts(table: Any) -> Any:
    """Return the parts of dates as pandas takes them apart."""
    import pandas as pd

    parts = ("year", "month", "day", "day_of_week", "hour")
    made = {f"{name}.{part}": getattr(table[name].dt, part) for name in table for part in parts}
    return pd.DataFrame(made).astype("float64")


def measured_speed() -> dict[str, Any]:
    """Return the median seconds of each recipe on both sides."""
    frame = made_table(N_ROWS)
    y = np.random.default_rng(1).normal(size=N_ROWS)
    result = {}
    for name, words in OURS.items():
        sides = {"ours": our_side(frame, words, y), "usual": usual_side(frame, name, y)}
        times = in_turn(sides, n_rounds=N_ROUNDS)
        result[name] = {
            f"{side}_{kind}_s": round(median(of_side), 3)
            for kind, seconds in (("wall", times.wall), ("cpu", times.cpu))
            for side, of_side in seconds.items()
        }
    return result


def frames_in(folder: Path) -> Iterator[pl.DataFrame]:
    """Yield the tables of a folder, their rows shuffled."""
    for path in sorted(folder.glob("*.csv")):
        frame = pl.read_csv(path, infer_schema_length=None, null_values=["", "NA", "?"])
        if frame.height >= TAUGHT + ASKED:
            yield frame.sample(fraction=1.0, shuffle=True, seed=0)


def measured_neighbours(folder: Path) -> dict[str, Any]:
    """Return for each count of reference rows the error in spreads, and the time of 1,000 rows."""
    from modelyard.components.transforms import impute_nearest
    from modelyard.runtime.steps.nearest_fill import NearestFill

    errors: dict[int, list[float]] = {n: [] for n in (0, *REFERENCES)}
    times: dict[int, list[float]] = {n: [] for n in (0, *REFERENCES)}
    for frame in frames_in(folder):
        numbers = frame.select(pl.selectors.numeric()).drop_nulls().head(5000).to_numpy()
        numbers = numbers[:, np.ptp(numbers, axis=0) > 0].astype(np.float64)
        if len(numbers) < TAUGHT + ASKED or numbers.shape[1] < 3:
            continue
        asked, taught = numbers[:ASKED], numbers[ASKED:]
        means, scales = taught.mean(axis=0), taught.std(axis=0)
        hidden = np.random.default_rng(0).random(asked.shape) < 0.1
        block = np.where(hidden, np.nan, asked)
        for n in (0, *REFERENCES):
            reference = tuple(map(tuple, taught[:n].tolist()))
            step = NearestFill(reference, tuple(scales), tuple(means), impute_nearest.N_NEIGHBORS)
            started = time.perf_counter()
            filled = step.apply(block)
            times[n].append((time.perf_counter() - started) * 1000 / ASKED)
            errors[n].append(float((((filled - asked) / scales)[hidden] ** 2).mean() ** 0.5))
    return {
        str(n): {"error": round(float(np.mean(errors[n])), 4), "s": round(median(times[n]), 4)}
        for n in errors
    }


def measured_smoothing(folder: Path) -> dict[str, Any]:
    """Return for each count of smoothing the mean squared error, as a share of the variance."""
    from modelyard.components.transforms import target_encode
    from modelyard.protocols.transforms import Lesson

    errors: dict[int, list[float]] = {n: [] for n in SMOOTHINGS}
    chosen = target_encode.SMOOTHING_ROWS
    for frame in frames_in(folder):
        words = [
            c
            for c in frame.columns
            if frame[c].dtype == pl.String and 10 <= frame[c].n_unique() <= TAUGHT
        ]
        numbers = [c for c in frame.columns if frame[c].dtype.is_numeric()]
        for word, number in ((w, n) for w in words for n in numbers):
            pair = frame.select(word, number).drop_nulls()
            y = pair[number].to_numpy().astype(np.float64)
            block = np.array(pair[word].to_list(), dtype=object)[:, None]
            asked = slice(TAUGHT, TAUGHT + ASKED)
            if len(y) < TAUGHT + ASKED or not np.ptp(y[:TAUGHT]) or not np.ptp(y[asked]):
                continue
            for n in SMOOTHINGS:
                target_encode.SMOOTHING_ROWS = n
                lesson = Lesson(np.random.default_rng(0), y[:TAUGHT])
                step = target_encode.COMPONENT.fit(block[:TAUGHT], [word], lesson).step
                error = (step.apply(block[asked])[:, 0] - y[asked]) ** 2
                errors[n].append(float(error.mean() / y[asked].var()))
    target_encode.SMOOTHING_ROWS = chosen
    return {
        str(n): {"error": round(float(np.mean(each)), 5), "n_pairs": len(each)}
        for n, each in errors.items()
    }


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neighbours", type=Path, metavar="FOLDER")
    parser.add_argument("--smoothing", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    asked = parser.parse_args()
    if asked.neighbours:
        name, rows = "preparation_neighbours", measured_neighbours(asked.neighbours)
    elif asked.smoothing:
        name, rows = "preparation_smoothing", measured_smoothing(asked.smoothing)
    else:
        name, rows = "preparation", measured_speed()
    result = keep(name, {"target_s": TARGET_S, "rows": rows} if name == "preparation" else rows)
    if asked.json:
        print(json.dumps(result, indent=2))
        return
    header = ["", *next(iter(rows.values()))]
    print_table(header, [[key, *map(str, each.values())] for key, each in rows.items()])


if __name__ == "__main__":
    main()
