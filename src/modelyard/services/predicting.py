"""Opens model packages, predicts with them, and measures them on new rows with a truth."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import FileDialect, ReadOptions
from modelyard.domain.errors import (
    InvalidValue,
    ModelyardError,
)
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.manifests import Manifest
from modelyard.domain.rules import Rule
from modelyard.domain.runs import Model, StoredEvaluation
from modelyard.domain.schemas import DataSchema
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.evaluation.estimates import metric_for
from modelyard.engine.evaluation.measuring import LaterRows, measure
from modelyard.engine.evaluation.truth import truth_of
from modelyard.engine.frames.forms import pieces_of, raw_table_of
from modelyard.engine.frames.pictures import called_as
from modelyard.engine.frames.sequences import with_sequences
from modelyard.engine.kinds.typing import conform
from modelyard.engine.preparing import blocks_of
from modelyard.engine.publishing.drafting import metrics_of
from modelyard.engine.schema_check import check_table
from modelyard.protocols.sources import NotInPiecesError
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.decisions import rule_of
from modelyard.runtime.models import ReadyModel
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.sessions import Session
from modelyard.services.answering import Answer, answer_names, answer_table, kept_columns
from modelyard.services.packages import PackageService

_AS_FOUND = FileDialect()


@dataclass(frozen=True)
class OpenModel(ReadyModel):
    """A verified package that is ready to predict.

    Attributes:
        reference: `name@version` in the registry, None for a package opened by its path.
    """

    reference: str | None


@dataclass(frozen=True)
class PredictionService:
    """Predicts with packages.

    Attributes:
        find: looks a model up in the registry.
        path_of: returns the folder of a registered package by its key.
        fingerprint: of the user's own key, which is always trusted; None where there is none.
        keep: remembers a measurement of a registered model.
    """

    catalog: Catalog
    find: Callable[[str], Model]
    path_of: Callable[[str], Path]
    keep: Callable[[StoredEvaluation], None]
    fingerprint: Callable[[], str | None]
    now: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    n_threads: int

    def open(
        self,
        reference: str | Path,
        *,
        trust: str | Collection[str] = (),
        session: Session | None = None,
    ) -> OpenModel:
        """Verify and open a package by its folder, or by its name in the registry.

        Args:
            reference: a folder, or `name`, `name@3`, `name@champion`; a bare name is a folder where
                that holds a package, else a name in the registry.
            trust: fingerprint, or fingerprints, of keys to trust beside the user's own.
            session: opened already; taken if it runs the very graph of the package.

        Raises:
            InvalidValue: if a fingerprint is none.
            NotFound: if there is no such folder or model.
            UntrustedPackage: if the package was changed, or its signer is not trusted.
        """
        packages = PackageService(self.find, self.path_of, self.fingerprint)
        found = packages.open(reference, trust=trust)
        predictor = Predictor.of(found.package, n_threads=self.n_threads, session=session)
        return OpenModel(found.package, predictor, found.reference)

    def predict(
        self,
        model: OpenModel,
        data: object,
        *,
        dialect: FileDialect = _AS_FOUND,
        is_strict: bool = True,
        keep: Collection[str] = (),
    ) -> Answer:
        """Answer for every row of a path or an object in memory, in its order.

        A dict of a list must hold every column of the model, as a row alone must. A row that
        cannot be answered refuses all, or stands among the errors where it is not strict. The
        columns of `keep` stand beside the answers. Where rows are items of sequences, so do the ids
        in any case, and columns that a row has many cells of do not.

        Raises:
            ModelyardError: if not one row can be answered, or not all while it is strict.
        """
        if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
            model.predictor.reader.require_keys(_with_sequences_named(data, model.manifest))
        sets_aside = not is_strict
        raw = self._read(model.manifest, data, dialect, sets_aside=sets_aside, is_hashed=False)
        long = _layout_of(model.manifest).met_in(raw.frame.columns).long
        rows = _made(raw, SequenceLayout(long=long), model.manifest, sets_aside=sets_aside)
        laid_out = _laid_out(rows, model.manifest, sets_aside=sets_aside)
        answer = self._answer(model, laid_out, is_strict=is_strict)
        answer.require_one()
        if long is None:
            return replace(answer, kept=kept_columns(rows, keep))
        names = [name for name in keep if name not in long.of_items]
        if long.id not in (*names, *answer_names(model.manifest.labels)):
            names.insert(0, long.id)
        return replace(answer, kept=kept_columns(rows, names), ids=rows.column(long.id))

    def read(
        self,
        model: OpenModel,
        data: object,
        *,
        dialect: FileDialect = _AS_FOUND,
        row: int | None = None,
    ) -> Blocks:
        """Read rows as the model takes them.

        Args:
            model: whose columns are read.
            data: a path or an object in memory.
            dialect: how a text file is written.
            row: the only one to read, 1 is the first.

        Raises:
            InvalidValue: if there is no such row.
        """
        raw = self._raw(model.manifest, data, dialect)
        if row is not None:
            if not 1 <= row <= raw.frame.height:
                raise InvalidValue(
                    f"There is no row {row}: the rows are 1 to {raw.frame.height}.",
                    fix=f"Give a row from 1 to {raw.frame.height}.",
                    sample=str(row),
                )
            raw = raw.take(np.array([row - 1]))
        return blocks_of(self._conformed(model, raw))

    def predict_in_pieces(
        self,
        model: OpenModel,
        location: Path,
        *,
        dialect: FileDialect = _AS_FOUND,
        is_strict: bool = True,
        keep: Collection[str] = (),
    ) -> Iterator[Answer]:
        """Answer for a file piece by piece, in its order; the file may be larger than the memory.

        Rows that a flag or an error names are counted in the whole file; `n_rows` and `failed` of
        an answer are those of its piece.

        Raises:
            NotInPiecesError: at any time, if the file must be read as a whole.
        """
        n_before = 0
        options = _options(model.manifest, dialect, sets_aside=not is_strict)
        if _layout_of(model.manifest).long is not None:
            raise NotInPiecesError
        for raw in pieces_of(location, self.catalog, options=options):
            try:
                piece = _as_trained(raw, model.manifest, dialect)
                piece = _laid_out(piece, model.manifest, sets_aside=not is_strict)
                answer = self._answer(model, piece, is_strict=is_strict)
            except ModelyardError as error:
                raise error.moved(n_before) from error
            flags = tuple(flag.moved(n_before) for flag in answer.flags)
            errors = tuple(each.moved(n_before) for each in answer.errors)
            yield replace(answer, flags=flags, errors=errors, kept=kept_columns(raw, keep))
            n_before += answer.n_rows

    def evaluate(
        self,
        model: OpenModel,
        data: object,
        *,
        metric: str | None = None,
        threshold: float | None = None,
        sensitive: Sequence[str] = (),
        dialect: FileDialect = _AS_FOUND,
    ) -> Evaluation:
        """Measure the model on rows with a truth, beside the baseline of its training.

        Args:
            model: to measure.
            data: rows with a truth.
            metric: key of the one that decides; the model's own unless named.
            threshold: of two labels, to try in place of the model's own.
            sensitive: columns by whose groups the model is measured; they need not be inputs.
            dialect: how a file is written.

        Raises:
            MissingColumns: if the target, an input or a sensitive column is missing.
            TargetError: if no row has a target, or one holds a label that the model does not know.
        """
        manifest, metrics = model.manifest, self.catalog.metrics()
        later = self.with_truth(model, data, threshold=threshold, dialect=dialect)
        evaluation = measure(
            replace(later, sensitive=tuple(sensitive)),
            metric=metric_for(metrics, manifest.task, key=metric or manifest.metric),
            metrics=metrics,
            charts=self.catalog.charts(),
            conformal=model.conformal if model.has_ranks else None,
        )
        is_known = later.raw.facts.sha256 == manifest.data_sha256
        evaluation = replace(evaluation, is_training_data=is_known)
        if model.reference is not None:
            self._remember(model.reference, later.raw, evaluation)
        return evaluation

    def _raw(self, manifest: Manifest, data: object, dialect: FileDialect) -> RawTable:
        raw = self._read(manifest, data, dialect, sets_aside=False)
        return _laid_out(raw, manifest, sets_aside=False)

    def _read(
        self,
        manifest: Manifest,
        data: object,
        dialect: FileDialect,
        *,
        sets_aside: bool,
        is_hashed: bool = True,
    ) -> RawTable:
        """Read data for a model, as they lie: what meant missing in training still does.

        So does the decimal mark, unless the user names another or a file plainly shows it.
        """
        options = _options(manifest, dialect, sets_aside=sets_aside)
        raw = raw_table_of(data, self.catalog, options=options, is_hashed=is_hashed)
        return _as_trained(raw, manifest, dialect)

    def _answer(self, model: OpenModel, raw: RawTable, *, is_strict: bool) -> Answer:
        def read(part: RawTable) -> Blocks:
            return blocks_of(self._conformed(model, part))

        return answer_table(raw, model.predictor, read=read, is_strict=is_strict)

    def _conformed(self, model: OpenModel, raw: RawTable) -> Table:
        table = conform(raw, model.manifest.inputs)
        schema = model.package.schema
        if schema is not None:
            check_table(table, DataSchema.from_json(schema).only(table.names))
        return table

    def with_truth(
        self,
        model: OpenModel,
        data: object,
        *,
        threshold: float | None = None,
        dialect: FileDialect = _AS_FOUND,
    ) -> LaterRows:
        """Return a model with rows to measure it on; they are predicted when they are asked for.

        Raises:
            MissingColumns, TargetError: as `evaluate`.
        """
        raw = self._raw(model.manifest, data, dialect)
        y_true, rows = truth_of(raw, model.manifest)
        return LaterRows(
            package=model.package,
            predictor=model.predictor,
            raw=raw,
            inputs=self._conformed(model, raw),
            rule=_rule(model.manifest, threshold),
            y_true=y_true,
            rows=rows,
        )

    def _remember(self, reference: str, raw: RawTable, evaluation: Evaluation) -> None:
        at = self.now()
        self.keep(
            StoredEvaluation(
                id=self.new_id(at),
                model=reference,
                data_sha256=raw.facts.sha256,
                location=raw.facts.location,
                n_rows=evaluation.n_rows,
                metrics=metrics_of(evaluation),
                created_at=at,
                labels=evaluation.labels,
                confusion=evaluation.confusion,
            )
        )


def _rule(manifest: Manifest, threshold: float | None) -> Rule:
    """Return the model's own rule, or the one that is to be tried in its place."""
    if threshold is None:
        return rule_of(manifest)
    if len(manifest.labels) != 2 or not 0 < threshold < 1:
        raise InvalidValue(
            f"A threshold lies between 0 and 1 and parts two labels; {threshold:g} came for "
            f"{len(manifest.labels)}.",
            fix="Leave it out, or give 0.5 for example.",
            sample=f"{threshold:g}",
        )
    return Rule(threshold)


def _options(manifest: Manifest, dialect: FileDialect, *, sets_aside: bool = False) -> ReadOptions:
    # Sources read pictures and lists where they are asked to.
    asked = (ColumnKind.IMAGE, ColumnKind.SEQUENCE)
    return ReadOptions(
        kinds={each.name: each.kind for each in manifest.inputs if each.kind in asked},
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        decimal=dialect.decimal,
        header=dialect.header,
        missing_tokens=manifest.missing_tokens or None,
        sets_aside=sets_aside,
    )


def _layout_of(manifest: Manifest) -> SequenceLayout:
    return SequenceLayout.of((manifest.extra or {}).get("sequences", {}))


def _laid_out(raw: RawTable, manifest: Manifest, *, sets_aside: bool) -> RawTable:
    """Let items lie as in the training, where rows do not bring sequences themselves."""
    layout = _layout_of(manifest).met_in(raw.frame.columns)
    return _made(raw, layout, manifest, sets_aside=sets_aside)


def _made(
    raw: RawTable, layout: SequenceLayout, manifest: Manifest, *, sets_aside: bool
) -> RawTable:
    told = manifest.extra or {}
    kinds = {name: ColumnKind(kind) for name, kind in told.get("kinds_of_items", {}).items()}
    has_format = layout.long is not None and "time_format" in told
    formats = {layout.long.time: told["time_format"]} if layout.long and has_format else {}
    return with_sequences(raw, layout, sets_aside=sets_aside, kinds=kinds, formats=formats)


def _with_sequences_named(
    rows: Sequence[Mapping[str, Any]], manifest: Manifest
) -> Sequence[Mapping[str, Any]]:
    """Return rows that have the keys of the sequences that will be made of their items."""
    made = _layout_of(manifest).met_in(list({name for row in rows for name in row})).names
    return [{**dict.fromkeys(made), **row} for row in rows] if made else rows


def _as_trained(raw: RawTable, manifest: Manifest, dialect: FileDialect) -> RawTable:
    """Let the decimal mark be the training's, unless the user or the file says otherwise.

    So does the name of the one column of pictures, where a folder or an archive has no names.
    """
    facts, names = raw.facts, raw.frame.columns
    pictures = [each.name for each in manifest.inputs if each.kind is ColumnKind.IMAGE]
    if raw.known.are_pictures and len(pictures) == 1 and pictures[0] not in names:
        raw = called_as(raw, pictures[0])
    if dialect.decimal is None and not facts.is_decimal_plain:
        facts = replace(facts, decimal=manifest.decimal)
    has_other = facts.decimal is not None and facts.decimal != manifest.decimal
    return replace(raw, facts=replace(facts, has_other_mark=has_other))
