"""Measures what an install lays down on disk: the files of each distribution.

Bytecode is left out because it is made later and only for what is imported; its size is a column of
its own. Counted are the dependencies in pyproject.toml with all that they need, on this platform;
with --serving those of the second distribution, compiled, as its image is.
"""

import argparse
import json
import py_compile
import tempfile
import tomllib
from dataclasses import asdict, dataclass, replace
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PROJECTS = {"install_size": ROOT, "install_size_serving": ROOT / "deploy" / "serving"}


@dataclass(frozen=True)
class Part:
    """One distribution of the install."""

    name: str
    version: str
    size_bytes: int
    bytecode_bytes: int


def needed(requirements: list[str]) -> list[Distribution]:
    """Return the distributions that the requirements lead to, each once."""
    found: dict[str, Distribution] = {}
    waiting = list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        if name not in found:
            found[name] = distribution(name)
            waiting.extend(found[name].requires or [])
    return list(found.values())


def compiled(part: Distribution) -> Part:
    """Return the sizes of one distribution's files with all of its modules compiled."""
    found = measured(part)
    modules = [Path(str(part.locate_file(entry))) for entry in part.files or []]
    n_bytes = 0
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "module.pyc"
        for module in modules:
            if module.suffix == ".py" and module.is_file():
                target.unlink(missing_ok=True)
                py_compile.compile(str(module), cfile=str(target), quiet=2)
                n_bytes += target.stat().st_size if target.exists() else 0
    return replace(found, bytecode_bytes=n_bytes)


def measured(part: Distribution) -> Part:
    """Return the sizes of one distribution's files."""
    paths = {Path(str(part.locate_file(entry))).resolve() for entry in part.files or []}
    source = {path for path in paths if path.suffix != ".pyc" and path.is_file()}
    folders = {path.parent / "__pycache__" for path in source if path.suffix == ".py"}
    stems = {path.stem for path in source}
    bytecode = {
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.partition(".")[0] in stems
    }
    return Part(
        name=part.metadata["Name"],
        version=part.version,
        size_bytes=sum(path.stat().st_size for path in source),
        bytecode_bytes=sum(path.stat().st_size for path in bytecode),
    )


def main() -> None:
    """Print a table, largest first, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--serving", action="store_true", help="measure modelyard-serving")
    arguments = parser.parse_args()
    name = "install_size_serving" if arguments.serving else "install_size"
    project = tomllib.loads((PROJECTS[name] / "pyproject.toml").read_text(encoding="utf-8"))
    size_of = compiled if arguments.serving else measured
    parts = [size_of(part) for part in needed(project["project"]["dependencies"])]
    parts.sort(key=lambda part: -part.size_bytes)
    total = sum(part.size_bytes for part in parts)
    result = {"total_bytes": total, "parts": [asdict(part) for part in parts]}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"{'distribution':<22} {'version':<10} {'MB':>7} {'bytecode MB':>12}")
    for part in parts:
        sizes = f"{part.size_bytes / 1e6:7.1f} {part.bytecode_bytes / 1e6:12.1f}"
        print(f"{part.name:<22} {part.version:<10} {sizes}")
    bytecode = sum(part.bytecode_bytes for part in parts)
    print(f"{'all of it':<33} {total / 1e6:7.1f} {bytecode / 1e6:12.1f}")


if __name__ == "__main__":
    main()
