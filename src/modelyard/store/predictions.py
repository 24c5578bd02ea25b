"""The prediction log of a tenant: what its deployments have answered, each answer exactly once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery, SegmentPlace
from modelyard.domain.names import ModelReference
from modelyard.domain.queries import Page
from modelyard.domain.tasks import Label
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.grants import given
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.predictions import PREDICTION_SEGMENTS, PREDICTIONS
from modelyard.store.traffic import count_predictions, count_truths

_PLAIN = (
    "id",
    "deployment",
    "package_sha256",
    "at",
    "subject",
    "request_id",
    "features",
    "prediction",
    "confidence",
    "probabilities",
    "details",
    "truth",
    "truth_at",
    "request_ms",
)


class Predictions:
    """The logged predictions of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def place(self, segment: str) -> SegmentPlace:
        """Return how far a segment has been loaded; nothing of one that nobody has seen."""
        with self._database.reading() as connection:
            return self._place(connection, segment)

    def load(
        self, predictions: Sequence[LoggedPrediction], *, before: SegmentPlace, after: SegmentPlace
    ) -> bool:
        """Keep what lies between two places of a segment, and where loading goes on.

        Both appear together: whoever else loads the same segment, or does so again after a crash,
        finds the place moved.

        Returns:
            Whether it was kept; not where somebody else has loaded it meanwhile.
        """
        with self._database.writing() as connection:
            if self._place(connection, before.segment) != before:
                return False
            row = {
                "tenant": self._database.tenant,
                "segment": after.segment,
                "loaded_bytes": after.offset,
                "is_done": after.is_done,
            }
            put(connection, PREDICTION_SEGMENTS, values=row, replacing=["loaded_bytes", "is_done"])
            if predictions:
                rows = [_to_row(each, self._database.tenant) for each in predictions]
                connection.execute(sa.insert(PREDICTIONS), rows)
                count_predictions(connection, predictions, tenant=self._database.tenant)
        return True

    def get(self, prediction_id: str) -> LoggedPrediction:
        """Return a prediction.

        Raises:
            NotFound: if there is none, or none yet.
        """
        with self._database.reading() as connection:
            return self._get(connection, prediction_id)

    def page(self, query: PredictionQuery) -> Page[LoggedPrediction]:
        """Return the predictions that the query asks for, by the time of their answers.

        Raises:
            InvalidValue: if the cursor is none of this list, or the model is no reference.
        """
        table, own = PREDICTIONS.c, PREDICTIONS.c.tenant == self._database.tenant
        conditions = [own, *_conditions(query)]
        paging = Paging(
            keys=(SortKey(table.at, query.is_descending), SortKey(table.id, query.is_descending)),
            limit=query.limit,
            cursor=query.cursor,
            scope=_scope(query, self._database.tenant),
        )
        chosen = paging.apply(sa.select(PREDICTIONS).where(*conditions))
        with self._database.reading() as connection:
            rows, cursor = paging.cut(connection.execute(chosen).mappings().all())
        return Page(tuple(_from_row(row) for row in rows), cursor)

    def count(self, query: PredictionQuery | None = None) -> int:
        """Return how many predictions there are, or that the query asks for."""
        own = PREDICTIONS.c.tenant == self._database.tenant
        conditions = [own, *_conditions(query or PredictionQuery())]
        counted = sa.select(sa.func.count()).select_from(PREDICTIONS).where(*conditions)
        with self._database.reading() as connection:
            found: int = connection.execute(counted).scalar_one()
        return found

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the oldest predictions of before a time, and return how many; counts stay.

        Args:
            before: what was answered then or later stays.
            limit: most to delete, so that others need not wait for long.
        """
        table = PREDICTIONS.c
        own = table.tenant == self._database.tenant
        oldest = sa.select(table.id).where(own, table.at < before).order_by(table.at).limit(limit)
        gone = sa.delete(PREDICTIONS).where(own, table.id.in_(oldest))
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount

    def set_truths(
        self, truths: Mapping[str, Label | float], *, at: datetime
    ) -> Sequence[LoggedPrediction]:
        """Attach what was right, over what was attached before; all of them or none.

        Raises:
            NotFound: if one of the predictions is not there, or not yet.
            InvalidValue: if one is a number, and its truth is none.
        """
        table = PREDICTIONS.c
        with self._database.writing() as connection:
            changes = []
            for prediction_id, truth in truths.items():
                before = self._get(connection, prediction_id)
                after = before.with_truth(truth, at=at)
                is_it = (table.tenant == self._database.tenant) & (table.id == prediction_id)
                changed = sa.update(PREDICTIONS).where(is_it).values(truth=truth, truth_at=at)
                connection.execute(changed)
                changes.append((before, after))
            count_truths(connection, changes, tenant=self._database.tenant)
            return tuple(after for _, after in changes)

    def _get(self, connection: sa.Connection, prediction_id: str) -> LoggedPrediction:
        table = PREDICTIONS.c
        is_it = (table.tenant == self._database.tenant) & (table.id == prediction_id)
        row = connection.execute(sa.select(PREDICTIONS).where(is_it)).mappings().one_or_none()
        if row is None:
            raise missing_prediction(prediction_id)
        return _from_row(row)

    def _place(self, connection: sa.Connection, segment: str) -> SegmentPlace:
        table = PREDICTION_SEGMENTS.c
        chosen = sa.select(table.loaded_bytes, table.is_done).where(
            table.tenant == self._database.tenant, table.segment == segment
        )
        row = connection.execute(chosen).one_or_none()
        return SegmentPlace(segment, *row) if row else SegmentPlace(segment, 0)


def _conditions(query: PredictionQuery) -> Iterable[sa.ColumnElement[bool]]:
    table = PREDICTIONS.c
    exact = {
        table.deployment: query.deployment,
        table.subject: query.subject,
        table.label: query.label,
    }
    yield given(table.model_name, query.access)
    yield from (column == value for column, value in exact.items() if value is not None)
    if query.model is not None:
        name, version = _model_of(query.model)
        yield table.model_name == name
        if version is not None:
            yield table.model_version == version
    if query.has_truth is not None:
        yield table.truth_at.is_not(None) if query.has_truth else table.truth_at.is_(None)
    if query.since is not None:
        yield table.at >= query.since
    if query.until is not None:
        yield table.at < query.until


def _model_of(text: str) -> tuple[str, int | None]:
    wanted = ModelReference.parse(text)
    if wanted.alias is not None:
        raise InvalidValue(
            f"Predictions are listed by a model's name, or by one version; '{text}' came.",
            fix=f"For example: '{wanted.name}' or '{wanted.name}@1'.",
            sample=text,
        )
    return wanted.name, wanted.version


def _scope(query: PredictionQuery, tenant: str) -> tuple[str, ...]:
    told = asdict(query)
    filters = (f"{name}={told[name]}" for name in sorted(told) if name not in {"limit", "cursor"})
    return ("predictions", tenant, *filters)


def missing_prediction(prediction_id: str) -> NotFound:
    """Return the error for a prediction that is not there."""
    return NotFound(
        f"There is no prediction '{prediction_id}'.",
        # What a server has written down is loaded a moment later.
        fix="It is found a few seconds after its answer; one that was not logged never is.",
        sample=prediction_id,
    )


def _to_row(prediction: LoggedPrediction, tenant: str) -> dict[str, Any]:
    name, _, version = prediction.model.partition("@")
    row: dict[str, Any] = {column: getattr(prediction, column) for column in _PLAIN}
    row["label"] = str(prediction.prediction)
    return row | {"tenant": tenant, "model_name": name, "model_version": int(version or 0)}


def _from_row(row: Mapping[Any, Any]) -> LoggedPrediction:
    model = f"{row['model_name']}@{row['model_version']}"
    return LoggedPrediction(model=model, **{name: row[name] for name in _PLAIN})
