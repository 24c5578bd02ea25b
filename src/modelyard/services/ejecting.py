"""Writes what trained a model as a script of the user's own, and proves that it does the same."""

import platform
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelyard.catalog import Catalog
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.datasets import ResolvedDataset
from modelyard.domain.errors import InvalidValue, NotFound, ParityExceeded, UsageError
from modelyard.domain.leaderboards import Entry
from modelyard.domain.manifests import Manifest
from modelyard.domain.tables import RawTable
from modelyard.engine.ejecting.rehearsing import Ended, rehearse
from modelyard.engine.ejecting.writing import LOCK, SCRIPT, SPLIT, Told, locked, parts_of, script_of
from modelyard.engine.kinds.typing import Typing
from modelyard.engine.workshop import Workshop
from modelyard.kit.matching import known_names
from modelyard.protocols.progress import Progress
from modelyard.runtime.packages import Package
from modelyard.services.packages import PackageService
from modelyard.services.reports import kept_subject
from modelyard.store.artifacts import folder_at, require_free
from modelyard.store.lineage import Origin

# A library may sum in another order on another number of cores: in units of max(1, |metric|).
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Ejected:
    """What was written.

    Attributes:
        metric: key of the metric that the script prints.
        expected: what the manifest says of the model.
        found: what the script has printed here.
        member: of a blend, that the script trains; None for the whole model.
    """

    folder: Path
    files: tuple[Path, ...]
    metric: str
    expected: float
    found: float
    member: str | None = None


@dataclass(frozen=True)
class EjectService:
    """Ejects models of one project.

    Attributes:
        origin: returns the way back from a model of the registry.
        read: reads a table.
        resolve: returns a dataset that is kept, by its name and version, its hash compared.
        clock: returns seconds, monotonic.
        run: runs a script in a process of its own; returns its exit code and what it printed.
        typing: gives the columns of a raw table their kinds.
    """

    catalog: Catalog
    packages: PackageService
    origin: Callable[[str], Origin]
    read: Callable[[object, ReadOptions], RawTable]
    resolve: Callable[[str], ResolvedDataset]
    clock: Callable[[], float]
    run: Callable[[Path], tuple[int, str]]
    n_threads: int
    typing: Typing

    def eject(
        self,
        reference: str | Path,
        *,
        out: Path,
        progress: Progress,
        data: Path | None = None,
        member: str | None = None,
        trust: str | Collection[str] = (),
    ) -> Ejected:
        """Write a script, the part of each row and the versions to lock; run the script once.

        Args:
            reference: of a model in the registry.
            out: folder, which must not exist or be empty.
            progress: told what happens.
            data: where the data of the training lie now; None for where they lay then, in a
                file or as a dataset that is kept.
            member: of a blend, the one that the script is to train.
            trust: fingerprint, or fingerprints, of keys to trust beside the user's own.

        Raises:
            UsageError: if the model is a blend, or the training did what no script repeats.
            NotFound: if the model or its data are not there.
            DamagedFile: if the dataset is not what was uploaded.
            ParityExceeded: if the script does not give the metric; nothing is written then.
            StoreError: if the folder cannot be written.
        """
        require_free(out)
        found = self.packages.open(reference, trust=trust)
        manifest = found.package.manifest
        ended = self._ended(found.package, member)
        if member is not None:
            manifest = replace(manifest, calibration=None)
        config = self._config(found.reference)
        location = self._place_of(manifest, data)
        raw = self.read(location, config.read)
        _require_same(raw, manifest, location)
        workshop = Workshop(self.catalog, self.clock, progress, self.n_threads, typing=self.typing)
        rehearsal = rehearse(raw, config, ended=ended, workshop=workshop)
        told = Told(str(found.reference), str(location.resolve()), platform.python_version())
        if member is not None:
            told = replace(told, beside="of the whole blend")
        contents = {
            SCRIPT: script_of(rehearsal, manifest, told=told),
            SPLIT: parts_of(rehearsal),
            LOCK: locked(rehearsal),
        }
        progress.stage("Running the script")
        return self._written(contents, manifest, out=out, member=member)

    def _written(
        self, contents: Mapping[str, str], manifest: Manifest, *, out: Path, member: str | None
    ) -> Ejected:
        expected = dict(manifest.metrics[manifest.metric])["value"]
        with folder_at(out.absolute()) as folder:
            for name, content in contents.items():
                (folder / name).write_text(content, encoding="utf-8")
            found = self._metric_of(folder / SCRIPT, manifest.metric)
            is_near = abs(found - expected) <= TOLERANCE * max(1.0, abs(expected))
            if member is None and not is_near:
                raise ParityExceeded(
                    f"The script gives {manifest.metric} {found!r}, the model has {expected!r}.",
                    fix="Nothing was written. Where libraries were updated since the training, "
                    "train again; else please report this with the configuration.",
                )
        files = tuple(out / name for name in contents)
        return Ejected(out, files, manifest.metric, expected, found, member)

    def _metric_of(self, script: Path, metric: str) -> float:
        code, printed = self.run(script)
        line = re.search(rf"^{re.escape(metric)}: (\S+) here", printed, re.MULTILINE)
        if code or line is None:
            last = printed.strip().splitlines()[-1:] or ["nothing"]
            raise ParityExceeded(
                f"The script does not run; it ends with: {last[0]}",
                fix="Nothing was written. Please report this with the configuration.",
            )
        return float(line[1])

    def _config(self, reference: str | None) -> TrainingConfig:
        origin = None if reference is None else self.origin(reference)
        if origin is None or origin.run is None:
            raise UsageError(
                "How a model was trained is known in the project that trained it.",
                fix="Name the model as the registry does: modelyard models list.",
            )
        return TrainingConfig.from_dict(origin.run.config)

    def _place_of(self, manifest: Manifest, data: Path | None) -> Path:
        """Return the file of the training.

        Raises:
            NotFound: if it is not there.
        """
        named = manifest.data_location
        location = Path(named) if data is None else data
        if (named or data) and location.is_file():
            return location
        if data is None:
            with suppress(NotFound, InvalidValue):
                return self.resolve(named).path
        raise NotFound(
            f"The data of the training are not in the file '{location}'.",
            fix="Say where they are now with --data.",
            sample=str(location),
        )

    def _ended(self, package: Package, member: str | None) -> Ended:
        """Return what the training came to: one algorithm, or the one that is chosen of a blend."""
        manifest = package.manifest
        subject = kept_subject(package)
        board = None if subject is None else subject.leaderboard
        if manifest.leaderboard is None or board is None:
            card = self.catalog.algorithms()[manifest.algorithm].card
            if member is not None or card.members is not None:
                raise UsageError(
                    f"'{manifest.name}' was trained as {card.title}, and a script trains one "
                    "algorithm that AutoML chose, or that was named.",
                    fix="Leave --member out."
                    if card.members is None
                    else "Train a member alone, by --algorithm and --set.",
                )
            return Ended(manifest.parameters)
        members: Sequence[Mapping[str, Any]] = manifest.parameters["members"]
        chosen = _chosen(members, member)
        entry = next(each for each in board.chosen if each.candidate.name == chosen["name"])
        require_refitted(entry)
        return Ended(chosen["parameters"], entry.candidate)


def require_refitted(entry: Entry) -> None:
    """Refuse a candidate that answers by its model of one fold.

    Raises:
        UsageError: if it was not fitted on all rows, as a script does.
    """
    if entry.shipped is not None and not entry.shipped.is_refitted:
        raise UsageError(
            f"{entry.candidate.name} answers by its model of one fold, as there was no time to fit "
            "it on all rows, and a script trains on all of them.",
            fix="Train again with more time; of a blend, --member may name another one.",
            sample=entry.candidate.name,
        )


def _chosen(members: Sequence[Mapping[str, Any]], name: str | None) -> Mapping[str, Any]:
    """Return the one member, or the one that is named.

    Raises:
        UsageError: if there are several and none is named, or models of folds answer.
        InvalidValue: if there is none of that name.
    """
    names = [str(each["name"]) for each in members]
    if name is None and len(members) > 1:
        told = ", ".join(f"{each['name']} {100 * each['weight']:.0f} %" for each in members)
        raise UsageError(
            f"The model is a blend ({told}), and a script trains one algorithm.",
            fix="Name a member with --member, or train again with --serve fast.",
        )
    if name is not None and name not in names:
        raise InvalidValue(
            f"The model has no member '{name}'.", fix=known_names(name, names), sample=name
        )
    chosen = members[0 if name is None else names.index(name)]
    if "/" in chosen["name"]:
        raise UsageError(
            "The models of the folds answer together, and a script trains one on all rows.",
            fix="Train again with --serve fast.",
        )
    return chosen


def _require_same(raw: RawTable, manifest: Manifest, location: Path) -> None:
    if raw.facts.sha256 != manifest.data_sha256:
        raise UsageError(
            f"'{location}' holds other data than those that the model was trained on.",
            fix="Say with --data where these are, or train again.",
            sample=str(location),
        )
