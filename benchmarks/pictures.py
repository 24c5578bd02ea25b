"""Measures networks for pictures: how soon they answer, how fast they learn, how often they err.

`latency`: ResNet-18 answers one picture of 224 x 224 on one thread: by torch as it is (eager), and
by the runtime in single precision and in 8 bits, from the same bytes to probabilities, in turn.
Then photographs are decoded, resized and answered one after the other, as a server does, so that
neither finds its memory warm; which share decoding and resizing have is told beside what the
decoder takes to read the file alone, as it must before it can make a pixel.

`speed`: pictures a second while the same ResNet-18 learns, by this product and by a plain loop in
torch over the same batches: the same network, optimizer, mirrors and precision, a look at the same
validation rows after each epoch, and nothing else. The sides take turns.

`accuracy DATA`: trains on a folder or a zip file of pictures, from reading to the registered
package, and prints the accuracy on test rows with its interval, and the seconds.
"""

import argparse
import io
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from measuring.results import keep, print_table
from measuring.timing import in_turn, medians

SIDE = 224
N_CLASSES = 10
# The clock of what a process computes counts hundredths of a second.
N_REPEATED = 20
TARGETS = {"float32": 0.65, "int8": 0.35}
# Width, height, and grain: what a photograph has less of, its file has fewer bytes for.
PHOTOGRAPHS = ((224, 224, 6), (500, 375, 6), (1024, 768, 2), (1024, 768, 6), (4000, 3000, 2))
# Of a folder of a few thousand photographs; what a step takes does not depend on it.
N_TAUGHT, N_HELD = 2_048, 256

Parameters = dict[str, Any]


def lesson(parameters: Parameters, pixels: Any, y: Any, *, n_held: int, n_threads: int) -> Any:
    """Return what an algorithm is handed; the last rows validate."""
    from modelyard.catalog import Catalog
    from modelyard.domain.tasks import Task
    from modelyard.engine.parameters import resolve_parameters
    from modelyard.protocols.algorithms import FitInput

    n = len(y) - n_held
    return FitInput(
        X=np.empty((n, 0)),
        y=y[:n],
        feature_names=(),
        task=Task.MULTICLASS,
        n_classes=N_CLASSES,
        parameters=resolve_parameters(Catalog().algorithms()["resnet"].card, parameters),
        rng=np.random.default_rng(0),
        pictures=(pixels[:n],),
        X_validation=np.empty((n_held, 0)),
        y_validation=y[n:],
        pictures_validation=(pixels[n:],),
        n_threads=n_threads,
    )


def resnet(training: Any) -> Any:
    """Fit ResNet-18."""
    from modelyard.catalog import Catalog

    return Catalog().algorithms()["resnet"].fit(training)


def drawn(n: int, side: int) -> tuple[Any, Any]:
    """Return pictures of coloured noise, and which class each is of."""
    rng = np.random.default_rng(1)
    y = np.arange(n) % N_CLASSES
    pixels = rng.integers(0, 128, (n, side, side, 3), dtype=np.uint8)
    pixels += (12 * y)[:, None, None, None].astype(np.uint8)
    return pixels, y


def photograph(width: int, height: int, grain: int) -> bytes:
    """Return a JPEG file with as much detail as a photograph has."""
    from PIL import Image

    rng = np.random.default_rng(width)
    rough = rng.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    smooth = Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)
    noise = rng.normal(0, grain, (height, width, 3))
    whole = np.clip(np.asarray(smooth) + noise, 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(whole).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def measure_latency(n_rounds: int) -> dict[str, Any]:
    """Time one answer by torch and by the runtime, and the way from a file to pixels."""
    import torch

    from modelyard.runtime.sessions import Session

    said = {"image_height": SIDE, "image_width": SIDE, "epochs": 1, "batch_size": 8}
    pixels, y = drawn(40, SIDE)
    given = lesson(said | {"quantisation": "int8"}, pixels, y, n_held=8, n_threads=1)
    model = resnet(given)
    sessions = {
        "float32": Session(model.unrounded.to_onnx(), fuses=True),
        "int8": Session(model.to_onnx(), fuses=True),
    }
    one, none = pixels[:1], np.empty((1, 0))
    network = model.unrounded.network
    torch.set_num_threads(1)

    def eager() -> Any:
        with torch.inference_mode():
            seen = torch.from_numpy(one).permute(0, 3, 1, 2).contiguous().float()
            return network(seen).softmax(1).numpy()

    sides: dict[str, Callable[[], Any]] = {"torch eager": eager}
    sides |= {name: _asking(each, one, none) for name, each in sessions.items()}
    repeated = {name: _repeated(side) for name, side in sides.items()}
    spent = medians(in_turn(repeated, n_rounds=n_rounds).cpu)
    times = {name: each / N_REPEATED for name, each in spent.items()}
    apart = float(np.abs(sides["float32"]() - eager()).max())
    return {
        "milliseconds": {name: 1e3 * each for name, each in times.items()},
        "apart": apart,
        "photographs": [
            measure_photograph(photograph(*each), sessions, n_rounds=n_rounds * N_REPEATED)
            | {"width": each[0], "height": each[1]}
            for each in PHOTOGRAPHS
        ],
    }


def measure_photograph(content: bytes, sessions: Mapping[str, Any], *, n_rounds: int) -> Parameters:
    """Return the median milliseconds of each step of an answer, and which share decoding has."""
    from modelyard.domain.pictures import Picture
    from modelyard.runtime.pictures.pixels import PictureForm

    form, picture, none = PictureForm("image", SIDE, SIDE), Picture.of(content), np.empty((1, 0))
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(n_rounds):
        for name, session in sessions.items():
            started = time.thread_time()
            one = form.pixels_of(picture)[None]
            decoded = time.thread_time()
            session.scores(none, (one,))
            answered = time.thread_time()
            spent[f"decoded before {name}"].append(1e3 * (decoded - started))
            spent[name].append(1e3 * (answered - decoded))
            spent[f"share of {name}"].append((decoded - started) / (answered - started))
            _read_alone(content)
            spent["read alone"].append(1e3 * (time.thread_time() - answered))
    return {"kilobytes": len(content) / 1e3} | medians(spent)


def _read_alone(content: bytes) -> None:
    """Let the decoder read a file to its end, and make one pixel of each square of 8 x 8."""
    from PIL import Image

    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (1, 1))
    image.load()


def _asking(session: Any, one: Any, none: Any) -> Callable[[], Any]:
    return lambda: session.scores(none, (one,))


def _repeated(side: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(N_REPEATED):
            side()

    return run


def print_latency(found: dict[str, Any]) -> None:
    """Print milliseconds, the ratios to torch, and the share of decoding."""
    times = found["milliseconds"]
    eager = times["torch eager"]
    rows = [["torch eager", f"{eager:.1f}", "", ""]]
    for name, most in TARGETS.items():
        rows.append([name, f"{times[name]:.1f}", f"{times[name] / eager:.2f}", f"{most:.2f}"])
    print_table(["ResNet-18, 224 x 224, one thread", "ms", "of eager", "at most"], rows)
    rows = [
        [
            f"{each['width']} x {each['height']}, {each['kilobytes']:.0f} kB",
            f"{each['decoded before int8']:.2f}",
            f"{each['read alone']:.2f}",
            *(f"{each[f'share of {name}']:.1%}" for name in TARGETS),
            f"{each['read alone'] / (each['read alone'] + each['int8']):.1%}",
        ]
        for each in found["photographs"]
    ]
    titles = ["\nJPEG, decoded and resized", "ms", "read alone", "of float32", "of int8"]
    print_table([*titles, "read alone, of int8"], rows)


def measure_speed(parameters: Parameters, *, n_rounds: int, n_threads: int) -> dict[str, Any]:
    """Return pictures a second of both sides, an epoch with its validation a round."""
    side = int(parameters["image_height"])
    pixels, y = drawn(N_TAUGHT + N_HELD, side)
    said = parameters | {"epochs": 1, "horizontal_flip": True}
    given = lesson(said, pixels, y, n_held=N_HELD, n_threads=n_threads)
    sides = {"modelyard": lambda: resnet(given), "plain torch": lambda: plain_epoch(given)}
    times = in_turn(sides, n_rounds=n_rounds).wall
    return {
        "pictures_per_s": {name: N_TAUGHT / each for name, each in medians(times).items()},
        "ratio": medians(times)["modelyard"] / medians(times)["plain torch"],
        "parameters": said,
        "n_threads": n_threads,
    }


def plain_epoch(given: Any) -> float:
    """Learn one epoch as one would write it down, and return the validation accuracy."""
    import torch
    from torch.nn.functional import cross_entropy

    from modelyard.networks.training.devices import precision, precision_of_convolutions

    told = given.parameters
    torch.manual_seed(0)
    torch.set_num_threads(given.n_threads)
    word = precision_of_convolutions("cpu", str(told["precision"]))
    network = _untaught(given).to(memory_format=torch.channels_last).train()
    weights = [each for each in network.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, fused=True)
    pixels, targets = torch.from_numpy(given.pictures[0]), torch.from_numpy(given.y)
    size = int(told["batch_size"])
    for rows in torch.randperm(len(targets)).split(size):
        pictures = pixels[rows].permute(0, 3, 1, 2).float()
        mirrored = torch.rand(len(rows)) < 0.5
        pictures[mirrored] = pictures[mirrored].flip(3)
        with precision("cpu", word):
            answers = network(pictures)
        loss = cross_entropy(answers.float(), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
    network.eval()
    held = torch.from_numpy(given.pictures_validation[0]).permute(0, 3, 1, 2).float()
    with torch.inference_mode(), precision("cpu", word):
        found = network(held).argmax(1)
    return float((found == torch.from_numpy(given.y_validation)).float().mean())


def _untaught(given: Any) -> Any:
    import torch

    from modelyard.components.algorithms import resnet as module
    from modelyard.networks.seeing.ends import head

    body = module.body(given)
    return torch.nn.Sequential(*body.layers, *head(body.n_features, N_CLASSES, dropout=0.0))


def measure_accuracy(data: Path, algorithm: str, parameters: Parameters) -> dict[str, Any]:
    """Train from the files to the registered package, in a project of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODELYARD_HOME"] = str(Path(folder) / "home")
        os.environ["MODELYARD_KEYS"] = str(Path(folder) / "keys")
        import modelyard

        started, worked = time.perf_counter(), time.process_time()
        model = modelyard.train(data, target="label", algorithm=algorithm, parameters=parameters)
        wall_s, cpu_s = time.perf_counter() - started, time.process_time() - worked
        told = model.manifest
        return {
            "data": data.name,
            "algorithm": algorithm,
            "parameters": parameters,
            "n_rows": told.n_rows,
            "n_tested": model.evaluation.n_rows,
            "accuracy": told.metrics["accuracy"],
            "wall_s": wall_s,
            "cpu_s": cpu_s,
            "n_flips": told.parity.n_flips,
            "max_difference": told.parity.max_difference,
            "quantisation": (told.extra or {}).get("quantisation"),
        }


def print_accuracy(found: dict[str, Any]) -> None:
    """Print the accuracy with its interval, and the seconds."""
    told = found["accuracy"]
    rows = [
        ["accuracy", f"{told['value']:.2%}"],
        ["95 % interval", f"{told['low']:.2%} to {told['high']:.2%}"],
        ["test pictures", f"{found['n_tested']:,}"],
        ["seconds, reading and proof included", f"{found['wall_s']:.0f}"],
        ["of which cores computed, together", f"{found['cpu_s']:.0f}"],
    ]
    print_table([f"{found['data']}, {found['algorithm']}", ""], rows)


def _said(pairs: list[str]) -> Parameters:
    import json

    split = (each.split("=", 1) for each in pairs)
    return {
        name: json.loads(value) if value[:1] in "0123456789tf" else value for name, value in split
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("latency", "speed", "accuracy"))
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--algorithm", default="resnet")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", default="", help="name of the file among the results")
    asked = parser.parse_args()
    parameters = _said(asked.set)
    if asked.what == "latency":
        found = measure_latency(asked.rounds)
        print_latency(found)
    elif asked.what == "speed":
        sizes = {"image_height": 32, "image_width": 32, "batch_size": 64}
        found = measure_speed(sizes | parameters, n_rounds=asked.rounds, n_threads=asked.threads)
        rows = [[name, f"{each:.0f}"] for name, each in found["pictures_per_s"].items()]
        print_table(
            ["learning", "pictures/s"], [*rows, ["time, ours to plain", f"{found['ratio']:.2f}"]]
        )
    else:
        found = measure_accuracy(asked.data, asked.algorithm, parameters)
        print_accuracy(found)
    keep(asked.keep or f"pictures_{asked.what}", found)


if __name__ == "__main__":
    main()
