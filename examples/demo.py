"""The main job on two real tables: train, judge, package, predict; run by `make demo`.

Every step is a command that you can type yourself; it is printed before it runs.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

OUTPUT = Path("demo-output")


def modelyard(*arguments: str | Path) -> None:
    """Print one command and run it; a command that fails ends the demo."""
    words = [str(argument) for argument in arguments]
    print(f"\n$ modelyard {shlex.join(words)}", flush=True)
    done = subprocess.run(  # noqa: S603 -- the words are the demo's own
        [sys.executable, "-m", "modelyard", *words], check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def show_head(path: Path, n_lines: int) -> None:
    """Print the first lines of a file."""
    print(f"\n$ head -{n_lines} {path}")
    with path.open(encoding="utf-8") as lines:
        for _, line in zip(range(n_lines), lines, strict=False):
            print(line, end="")


def main() -> None:
    """Train on iris and on penguins, and say what to do next."""
    started = time.monotonic()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    os.environ["MODELYARD_HOME"] = str(OUTPUT / "project")
    data = OUTPUT / "data"
    modelyard("setup-data", data)
    iris, penguins = data / "iris.csv", data / "penguins.csv"
    modelyard(
        "train", iris, "--target", "species", "--algorithm", "logistic-regression", "--cv", "5"
    )
    modelyard("profile", penguins, "--target", "sex")
    modelyard("train", penguins, "--target", "sex", "--out", OUTPUT / "penguins-model")
    answers = OUTPUT / "predictions.csv"
    modelyard("predict", "penguins", penguins, "--out", answers, "--proba")
    show_head(answers, 4)
    modelyard("models", "promote", "penguins@1")
    modelyard("models", "list")
    print(
        f"\nDone in {time.monotonic() - started:.0f} s. Look at:\n"
        f"  {OUTPUT / 'penguins-model' / 'report.html'}   the report, opens offline\n"
        f"  {answers}        the answers\n"
        "Next three things to try:\n"
        "  1. Your own table:   .venv/bin/modelyard train YOUR.csv --target COLUMN\n"
        "  2. Another model:    .venv/bin/modelyard train "
        f"{penguins} --target sex --algorithm random-forest\n"
        '  3. From Python:      .venv/bin/python -c "import modelyard; '
        f"print(modelyard.load('{OUTPUT / 'penguins-model'}').predict('{penguins}')[:3])\""
    )


if __name__ == "__main__":
    main()
