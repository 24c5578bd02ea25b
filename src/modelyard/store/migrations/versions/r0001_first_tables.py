"""The first tables: datasets, trainings, models with their aliases and tags, evaluations."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables in an empty database; names of keys and indexes follow the convention."""
    _make_datasets()
    _make_training_jobs()
    _make_ml_models()
    _make_model_evaluations()


def _make_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("sha256", sa.Text, primary_key=True),
        _given("location", sa.Text),
        _given("n_rows", sa.BigInteger),
        _given("n_columns", sa.BigInteger),
        _given("size_bytes", sa.BigInteger),
        _given("created_at", sa.DateTime(timezone=True), index=True),
    )


def _make_training_jobs() -> None:
    op.create_table(
        "training_jobs",
        sa.Column("id", sa.Text, primary_key=True),
        _given("name", sa.Text),
        _given("status", sa.Text),
        _given("started_at", sa.DateTime(timezone=True)),
        _given("config", sa.JSON),
        _given("seed", sa.BigInteger),
        _given("data_location", sa.Text),
        sa.Column("data_sha256", sa.Text, sa.ForeignKey("datasets.sha256"), index=True),
        _given("n_rows", sa.BigInteger),
        sa.Column("task", sa.Text),
        _given("algorithm", sa.Text),
        _given("metric", sa.Text),
        _given("metrics", sa.JSON),
        _given("findings", sa.JSON),
        sa.Column("model", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("fit_s", sa.Double),
        sa.Column("duration_s", sa.Double),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        _given("process", sa.Text),
        sa.Index(None, "started_at"),
        sa.Index(None, "name", "started_at"),
        sa.Index(None, "status", "started_at"),
        sa.Index(None, "algorithm", "started_at"),
    )
    op.create_table(
        "training_job_tags",
        sa.Column(
            "job_id",
            sa.Text,
            sa.ForeignKey("training_jobs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("key", sa.Text, primary_key=True),
        _given("value", sa.Text),
        sa.Index(None, "key", "value"),
    )


def _make_ml_models() -> None:
    op.create_table(
        "ml_model_names",
        sa.Column("name", sa.Text, primary_key=True),
        _given("last_version", sa.BigInteger),
    )
    op.create_table(
        "ml_models",
        sa.Column("name", sa.Text, sa.ForeignKey("ml_model_names.name"), primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        _given("artifact", sa.Text),
        _given("sha256", sa.Text),
        sa.Column("run_id", sa.Text, sa.ForeignKey("training_jobs.id"), index=True),
        _given("task", sa.Text),
        _given("algorithm", sa.Text),
        _given("metric", sa.Text),
        _given("metrics", sa.JSON),
        _given("data_sha256", sa.Text, index=True),
        _given("size_bytes", sa.BigInteger),
        _given("created_at", sa.DateTime(timezone=True), index=True),
    )
    op.create_table(
        "ml_model_aliases",
        sa.Column("model_name", sa.Text, primary_key=True),
        sa.Column("alias", sa.Text, primary_key=True),
        _given("model_version", sa.BigInteger),
        _key_to_model(),
    )
    op.create_table(
        "ml_model_tags",
        sa.Column("model_name", sa.Text, primary_key=True),
        sa.Column("model_version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        _given("value", sa.Text),
        sa.Index(None, "key", "value"),
        _key_to_model(),
    )


def _make_model_evaluations() -> None:
    op.create_table(
        "model_evaluations",
        sa.Column("id", sa.Text, primary_key=True),
        _given("model_name", sa.Text),
        _given("model_version", sa.BigInteger),
        _given("data_sha256", sa.Text),
        _given("location", sa.Text),
        _given("n_rows", sa.BigInteger),
        _given("metrics", sa.JSON),
        _given("labels", sa.JSON),
        _given("confusion", sa.JSON),
        _given("created_at", sa.DateTime(timezone=True)),
        sa.Index(None, "model_name", "model_version", "created_at"),
        _key_to_model(),
    )


def _given(name: str, kind: Any, *, index: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, index=index)


def _key_to_model() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["model_name", "model_version"],
        ["ml_models.name", "ml_models.version"],
        ondelete="CASCADE",
    )
