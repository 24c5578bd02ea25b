"""The schema: the tables that the records of a project live in.

A change here needs a revision in `migrations/versions`; a test compares the two.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware time; SQLite keeps it as text in UTC, which sorts as time does."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say again that it is UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Metrics(sa.types.TypeDecorator[Mapping[str, Mapping[str, float]]]):
    """Metric key to {value, low, high, baseline}; what is not finite is null, and NaN on reading.

    JSON has no word for NaN, and null sorts last, which is where a metric belongs that could not
    be computed.
    """

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, Mapping[str, float]] | None, dialect: Dialect
    ) -> dict[str, dict[str, float | None]]:
        """Write every number as a float or null."""
        del dialect
        return {
            key: {name: float(x) if math.isfinite(x) else None for name, x in estimate.items()}
            for key, estimate in (value or {}).items()
        }

    def process_result_value(
        self, value: dict[str, dict[str, float | None]] | None, dialect: Dialect
    ) -> dict[str, dict[str, float]]:
        """Read null as NaN."""
        del dialect
        return {
            key: {name: math.nan if x is None else x for name, x in estimate.items()}
            for key, estimate in (value or {}).items()
        }


class Words(sa.types.TypeDecorator[str]):
    """Any text; bytes of a file name or an argument that are no UTF-8 are kept as escapes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace lone surrogates, which no database encodes."""
        del dialect
        return None if value is None else value.encode(errors="backslashreplace").decode()


def to_json_text(value: Any) -> str:
    """Return the JSON text of a JSON column; pure ASCII, so that any text survives.

    Raises:
        ValueError: if `value` holds NaN or an infinity.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

DATASETS = sa.Table(
    "datasets",
    METADATA,
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("location", Words, nullable=False),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("n_columns", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False, index=True),
)

TRAINING_JOBS = sa.Table(
    "training_jobs",
    METADATA,
    sa.Column("id", Words, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("status", Words, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("config", sa.JSON, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("data_location", Words, nullable=False),
    sa.Column("data_sha256", Words, sa.ForeignKey("datasets.sha256"), index=True),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("task", Words),
    sa.Column("algorithm", Words, nullable=False),
    sa.Column("metric", Words, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("model", Words),
    sa.Column("reason", Words),
    sa.Column("fit_s", sa.Double),
    sa.Column("duration_s", sa.Double),
    sa.Column("finished_at", UtcTime),
    sa.Column("process", Words, nullable=False),
    # The usual lists: the newest, of all or of one name, status or algorithm.
    sa.Index(None, "started_at"),
    sa.Index(None, "name", "started_at"),
    sa.Index(None, "status", "started_at"),
    sa.Index(None, "algorithm", "started_at"),
)

TRAINING_JOB_TAGS = sa.Table(
    "training_job_tags",
    METADATA,
    sa.Column(
        "job_id",
        Words,
        sa.ForeignKey("training_jobs.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    sa.Index(None, "key", "value"),
)

# One row a trial of the search that a training began with.
HYPERPARAMETER_CONFIGS = sa.Table(
    "hyperparameter_configs",
    METADATA,
    sa.Column(
        "job_id",
        Words,
        sa.ForeignKey("training_jobs.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("status", Words, nullable=False),
    sa.Column("score", sa.Double),
    sa.Column("goodness", sa.Double),
    sa.Column("fold_scores", sa.JSON, nullable=False),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("reason", Words, nullable=False),
)

# Outlives the versions of a name, so that a version is never given twice.
ML_MODEL_NAMES = sa.Table(
    "ml_model_names",
    METADATA,
    sa.Column("name", Words, primary_key=True),
    sa.Column("last_version", sa.BigInteger, nullable=False),
)

ML_MODELS = sa.Table(
    "ml_models",
    METADATA,
    sa.Column("name", Words, sa.ForeignKey("ml_model_names.name"), primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("artifact", Words, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("run_id", Words, sa.ForeignKey("training_jobs.id"), index=True),
    sa.Column("task", Words, nullable=False),
    sa.Column("algorithm", Words, nullable=False),
    sa.Column("metric", Words, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("data_sha256", Words, nullable=False, index=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False, index=True),
)


def _key_to_model() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["model_name", "model_version"],
        ["ml_models.name", "ml_models.version"],
        ondelete="CASCADE",
    )


# The key is (name, alias): an alias stands on one version of a name at a time.
ML_MODEL_ALIASES = sa.Table(
    "ml_model_aliases",
    METADATA,
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("alias", Words, primary_key=True),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    _key_to_model(),
)

ML_MODEL_TAGS = sa.Table(
    "ml_model_tags",
    METADATA,
    sa.Column("model_name", Words, primary_key=True),
    sa.Column("model_version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    sa.Index(None, "key", "value"),
    _key_to_model(),
)

MODEL_EVALUATIONS = sa.Table(
    "model_evaluations",
    METADATA,
    sa.Column("id", Words, primary_key=True),
    sa.Column("model_name", Words, nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("data_sha256", Words, nullable=False),
    sa.Column("location", Words, nullable=False),
    sa.Column("n_rows", sa.BigInteger, nullable=False),
    sa.Column("metrics", Metrics, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("confusion", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index(None, "model_name", "model_version", "created_at"),
    _key_to_model(),
)
