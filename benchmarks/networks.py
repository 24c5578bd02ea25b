"""Measures networks for sequences, texts and several kinds of columns against simpler models.

Both sides learn from the same rows and answer the same test rows by their graphs, as a package
does; what is told is the mean of what each row costs less by the network, with a 95 % interval of
2,000 paired bootstrap draws. A margin counts where the interval holds no zero. The seconds of a fit
are those of the processor.

`sequence`: cylinder, bell and funnel, 128 numbers that are told apart by how they rise and fall
and not by where (Saito: Local Feature Extraction and Its Application Using a Library of Bases,
thesis, Yale, 1994, in the form of the UCR archive), drawn here; beside a logistic regression over
the numbers.

`text FILE`: messages with their label, parted by a tab (../shared/data/text/sms-spam.tsv: the UCI
SMS Spam Collection); beside a logistic regression over weights of words (TF-IDF).

`start FILE`: the same messages in five folds; `cnn-1d` as AutoML begins with it, beside LightGBM
over weights of words, which begins there as well.

`fusion FILE`: rows of a message, a sequence and a number; the value to predict is 2 for spam, plus
0, 1 or 2 for cylinder, bell and funnel, plus the number, plus noise. Beside networks that see one
of the three alone.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from measuring.results import keep, print_table

N_DRAWS, N_FOLDS = 2_000, 5
LENGTH, SHAPES = 128, ("cylinder", "bell", "funnel")
SEQUENCES = {"taught": 900, "held": 150, "asked": 1_500}
SPREAD, NOISE = 1.0, 0.3
READ = {"sequence": "sequence", "message": "text"}
QUICK = {"max_length": 48, "batch_size": 64, "patience": 4}

Frame = pl.DataFrame
Parameters = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Rows, dealt once for all sides.

    Attributes:
        frame: columns and the target `label`.
        taught, held, asked: how many rows teach, stop a training and are answered, in their order.
    """

    frame: Frame
    taught: int
    held: int
    asked: int


@dataclass(frozen=True)
class Side:
    """One model: an algorithm, its hyperparameters, and the columns that it sees."""

    name: str
    algorithm: str
    columns: tuple[str, ...]
    parameters: Parameters


def shapes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, 128) cylinders, bells and funnels, and which each is."""
    which = rng.integers(0, len(SHAPES), n)
    start = rng.integers(16, 33, (n, 1))
    width = rng.integers(32, 97, (n, 1))
    at = np.arange(1, LENGTH + 1)
    inside = (at >= start) & (at <= start + width)
    rises = (at - start) / width
    form = np.choose(which[:, None], [np.ones_like(rises), rises, 1 - rises])
    height = 6 + rng.normal(size=(n, 1))
    return height * inside * form + rng.normal(size=(n, LENGTH)), which


def as_cells(series: np.ndarray) -> list[str]:
    """Return sequences as cells of a table."""
    return [" ".join(f"{each:.4f}" for each in row) for row in series.tolist()]


def messages(path: Path) -> Frame:
    """Return the messages and their labels."""
    lines = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())
    rows = [line for line in lines if len(line) == 2 and line[0] in {"ham", "spam"}]
    return pl.DataFrame(rows, schema=["label", "message"], orient="row").unique(maintain_order=True)


def case_of_sequences() -> Case:
    rng = np.random.default_rng(0)
    series, which = shapes(sum(SEQUENCES.values()), rng)
    numbers = {f"at{at:03}": series[:, at].round(4) for at in range(LENGTH)}
    labels = [SHAPES[each] for each in which.tolist()]
    return Case(
        pl.DataFrame({"sequence": as_cells(series), **numbers, "label": labels}), **SEQUENCES
    )


def case_of_texts(path: Path) -> Case:
    frame = messages(path).sample(fraction=1.0, shuffle=True, seed=0)
    asked, held = frame.height * 4 // 10, frame.height // 10
    return Case(frame, frame.height - asked - held, held, asked)


def folds_of_texts(path: Path) -> list[Case]:
    """Return the messages as often as there are folds, another fifth last each time."""
    frame = messages(path).sample(fraction=1.0, shuffle=True, seed=0)
    parts = [frame[at::N_FOLDS] for at in range(N_FOLDS)]
    held = frame.height // 10
    return [
        Case(
            pl.concat([*parts[:at], *parts[at + 1 :], asked]),
            frame.height - asked.height - held,
            held,
            asked.height,
        )
        for at, asked in enumerate(parts)
    ]


def case_of_rows(path: Path) -> Case:
    rng = np.random.default_rng(1)
    frame = messages(path).sample(fraction=1.0, shuffle=True, seed=1)
    spam = frame.filter(pl.col("label") == "spam")
    frame = pl.concat([spam, frame.filter(pl.col("label") == "ham")[: spam.height]])
    frame = frame.sample(fraction=1.0, shuffle=True, seed=1)
    n = frame.height
    series, which = shapes(n, rng)
    number = rng.normal(size=n)
    is_spam = (frame["label"] == "spam").to_numpy()
    value = 2 * is_spam + which + SPREAD * number + rng.normal(scale=NOISE, size=n)
    made = {
        "sequence": pl.Series(as_cells(series)),
        "number": pl.Series(number),
        "label": pl.Series(value),
    }
    asked, held = n * 4 // 10, n // 10
    return Case(frame.select("message").with_columns(**made), n - asked - held, held, asked)


def sides_of(name: str, epochs: int) -> tuple[Sequence[Side], Sequence[Side]]:
    """Return the networks that are measured, and what they are measured against."""
    said = QUICK | {"epochs": epochs}
    if name == "sequence":
        said = {**said, "max_length": LENGTH, "batch_size": 32}
        wide = tuple(f"at{at:03}" for at in range(LENGTH))
        read = ("sequence",)
        keys = ("lstm", "transformer", "cnn-1d")
        against = [Side("logistic-regression", "logistic-regression", wide, {})]
        return [Side(key, key, read, said) for key in keys], against
    if name == "text":
        keys, read = ("lstm", "transformer", "cnn-1d"), ("message",)
        against = [Side("logistic-regression", "logistic-regression", read, {})]
        return [Side(key, key, read, said) for key in keys], against
    if name == "start":
        from modelyard.components.algorithms.cnn_1d import COMPONENT

        read, begun = ("message",), dict(COMPONENT.card.starts[0].parameters)
        return [Side("cnn-1d", "cnn-1d", read, begun)], [Side("lightgbm", "lightgbm", read, {})]
    said = {**said, "max_length": LENGTH}
    fusion = Side("fusion", "fusion", ("message", "sequence", "number"), said)
    alone = [
        Side("message alone", "cnn-1d", ("message",), said),
        Side("sequence alone", "cnn-1d", ("sequence",), said),
        Side("number alone", "real-mlp", ("number",), {}),
    ]
    return [fusion], alone


def losses(case: Case, side: Side, *, n_threads: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return what each test row costs, whether it is answered wrongly, and the seconds of the fit.

    A number costs its squared error, and is never wrong.
    """
    from modelyard.catalog import Catalog
    from modelyard.domain.columns import ColumnKind
    from modelyard.domain.configs import ReadOptions, TrainingConfig
    from modelyard.engine.fitting import fit
    from modelyard.engine.frames.forms import raw_table_of
    from modelyard.engine.planning import plan_training
    from modelyard.engine.preparing import rows_of
    from modelyard.engine.workshop import Workshop
    from modelyard.protocols.progress import Silence

    kinds = {name: ColumnKind(READ[name]) for name in side.columns if name in READ}
    read = ReadOptions(kinds=kinds)
    catalog = Catalog()
    raw = raw_table_of(case.frame.select(*side.columns, "label"), catalog, options=read)
    config = TrainingConfig(
        target="label", algorithm=side.algorithm, parameters=side.parameters, read=read
    )
    workshop = Workshop(catalog, time.monotonic, Silence(), n_threads)
    plan = plan_training(raw, config, workshop=workshop).plan
    rows = np.arange(case.frame.height)
    taught, held, asked = np.split(rows, [case.taught, case.taught + case.held])
    started = time.process_time()
    fitted = fit(
        plan, taught, validation=held, rng=np.random.default_rng(0), progress=workshop.progress
    )
    seconds = time.process_time() - started
    scores, truth = fitted.packaged_scores(rows_of(plan.blocks, asked)), plan.y[asked]
    if not plan.labels:
        return (scores[:, 0] - truth) ** 2, np.zeros(len(asked), dtype=bool), seconds
    shares = scores[np.arange(len(asked)), truth]
    return -np.log(np.maximum(shares, 1e-15)), scores.argmax(axis=1) != truth, seconds


def paired(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """Return the mean that ours cost less than theirs, with its 95 % interval."""
    gains = theirs.astype(np.float64) - ours
    drawn = np.random.default_rng(0).integers(0, len(gains), size=(N_DRAWS, len(gains)))
    low, high = np.quantile(gains[drawn].mean(axis=1), [0.025, 0.975])
    return {"gain": round(float(gains.mean()), 4), "low": round(low, 4), "high": round(high, 4)}


def measured(name: str, cases: Sequence[Case], *, epochs: int, n_threads: int) -> dict[str, Any]:
    """Return what each side cost over all cases, and the margins of the networks."""
    networks, against = sides_of(name, epochs)
    found = {}
    for side in (*networks, *against):
        parts = [losses(case, side, n_threads=n_threads) for case in cases]
        costs, wrongs, seconds = zip(*parts, strict=True)
        found[side.name] = (np.concatenate(costs), np.concatenate(wrongs), float(np.mean(seconds)))
    case = cases[0]
    sides = {
        side: {
            "loss": round(float(cost.mean()), 4),
            "wrong": round(float(wrong.mean()), 4),
            "fit_s": round(seconds, 1),
        }
        for side, (cost, wrong, seconds) in found.items()
    }
    margins = [
        {
            "network": ours.name,
            "against": theirs.name,
            "loss": paired(found[ours.name][0], found[theirs.name][0]),
            "wrong": paired(found[ours.name][1], found[theirs.name][1]),
        }
        for ours in networks
        for theirs in against
    ]
    return {"rows": [case.taught, case.held, case.asked], "sides": sides, "margins": margins}


def show(name: str, result: Mapping[str, Any]) -> None:
    taught, held, asked = result["rows"]
    print(f"\n{name}: {taught:,} rows teach, {held:,} stop the fit, {asked:,} are asked")
    rows = [
        (side, f"{each['loss']:.4f}", f"{each['wrong']:.2%}", f"{each['fit_s']:.1f}")
        for side, each in result["sides"].items()
    ]
    print_table(("side", "loss", "wrong", "fit s"), rows)
    print()
    lines = [
        (
            f"{each['network']} - {each['against']}",
            *(f"{of['gain']:.4f} ({of['low']:.4f} to {of['high']:.4f})" for of in parts),
        )
        for each in result["margins"]
        for parts in [(each["loss"], each["wrong"])]
    ]
    print_table(("gain (95 % interval)", "loss", "wrong"), lines)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=("sequence", "text", "start", "fusion"))
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    if asked.what != "sequence" and asked.file is None:
        parser.error(f"{asked.what} needs a file of messages")
    made = {
        "sequence": lambda _: [case_of_sequences()],
        "text": lambda file: [case_of_texts(file)],
        "start": folds_of_texts,
        "fusion": lambda file: [case_of_rows(file)],
    }
    cases = made[asked.what](asked.file)
    result = measured(asked.what, cases, epochs=asked.epochs, n_threads=asked.threads)
    show(asked.what, keep(f"networks-{asked.what}", result))


if __name__ == "__main__":
    main()
