"""Every record belongs to a tenant, which begins its key; what there is becomes the laptop's."""

import sqlalchemy as sa
from alembic import op

from modelyard.store.migrations.columns import PARSED, TEXT, TIME, given, key, reference

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The tenant of a laptop: the command line and Python work in it.
_LOCAL = "local"

# A table comes behind those that it refers to.
_TABLES = (
    "datasets", "training_jobs", "training_job_tags", "hyperparameter_configs", "ml_model_names",
    "ml_models", "ml_model_aliases", "ml_model_tags", "model_evaluations",
)  # fmt: skip

# Their values are kept once more, by themselves, for lists to be sorted by.
_WITH_METRICS = {"training_jobs": ("id",), "ml_models": ("name", "version")}


def upgrade() -> None:
    """Make the tables anew around their rows: no database adds a column to a key in place."""
    names = {table: _columns_of(table) for table in _TABLES}
    for table in _TABLES:
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608
    for table in reversed(_TABLES):
        op.drop_table(table)
    _make_datasets()
    _make_training_jobs()
    _make_hyperparameter_configs()
    _make_ml_models()
    _make_model_evaluations()
    for table in _TABLES:
        columns = ", ".join(names[table])
        news = ("tenant", f"'{_LOCAL}'")
        if table in _WITH_METRICS:
            news = ("tenant, metric_values", f"'{_LOCAL}', '{{}}'")
        op.execute(
            f"INSERT INTO {table} ({news[0]}, {columns}) "  # noqa: S608
            f"SELECT {news[1]}, {columns} FROM kept_{table}"
        )
        op.execute(f"DROP TABLE kept_{table}")
    for table, keys in _WITH_METRICS.items():
        _take_values_out(table, keys)


def _columns_of(table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]


def _take_values_out(table: str, keys: tuple[str, ...]) -> None:
    parsed = [sa.column("metrics", sa.JSON), sa.column("metric_values", PARSED)]
    rows = sa.table(table, *parsed, *(sa.column(key) for key in keys))
    found = op.get_bind().execute(sa.select(rows.c.metrics, *(rows.c[key] for key in keys)))
    for metrics, *values in found.all():
        is_row = (rows.c[key] == value for key, value in zip(keys, values, strict=True))
        taken = {key: estimate.get("value") for key, estimate in metrics.items()}
        op.get_bind().execute(sa.update(rows).where(*is_row).values(metric_values=taken))


def _make_datasets() -> None:
    op.create_table(
        "datasets",
        key("tenant"),
        key("sha256"),
        given("location", TEXT),
        given("n_rows", sa.BigInteger),
        given("n_columns", sa.BigInteger),
        given("size_bytes", sa.BigInteger),
        given("created_at", TIME),
        sa.Index(None, "tenant", "created_at"),
    )


def _make_training_jobs() -> None:
    op.create_table(
        "training_jobs",
        key("tenant"),
        key("id"),
        given("name", TEXT),
        given("status", TEXT),
        given("started_at", TIME),
        given("config", sa.JSON),
        given("seed", sa.BigInteger),
        given("data_location", TEXT),
        sa.Column("data_sha256", TEXT),
        given("n_rows", sa.BigInteger),
        sa.Column("task", TEXT),
        given("algorithm", TEXT),
        given("metric", TEXT),
        given("metrics", sa.JSON),
        given("metric_values", PARSED),
        given("findings", sa.JSON),
        sa.Column("model", TEXT),
        sa.Column("reason", TEXT),
        sa.Column("fit_s", sa.Double),
        sa.Column("duration_s", sa.Double),
        sa.Column("finished_at", TIME),
        given("process", TEXT),
        reference(["data_sha256"], "datasets", to=["sha256"]),
        sa.Index(None, "tenant", "started_at"),
        sa.Index(None, "tenant", "name", "started_at"),
        sa.Index(None, "tenant", "status", "started_at"),
        sa.Index(None, "tenant", "algorithm", "started_at"),
        sa.Index(None, "tenant", "data_sha256"),
    )
    op.create_table(
        "training_job_tags",
        key("tenant"),
        key("job_id"),
        key("key"),
        given("value", TEXT),
        reference(["job_id"], "training_jobs", to=["id"], ondelete="CASCADE"),
        sa.Index(None, "tenant", "key", "value"),
    )


def _make_hyperparameter_configs() -> None:
    op.create_table(
        "hyperparameter_configs",
        key("tenant"),
        key("job_id"),
        key("number", sa.BigInteger),
        given("parameters", sa.JSON),
        given("status", TEXT),
        sa.Column("score", sa.Double),
        sa.Column("goodness", sa.Double),
        given("fold_scores", sa.JSON),
        given("duration_s", sa.Double),
        given("reason", TEXT),
        reference(["job_id"], "training_jobs", to=["id"], ondelete="CASCADE"),
    )


def _make_ml_models() -> None:
    op.create_table(
        "ml_model_names",
        key("tenant"),
        key("name"),
        given("last_version", sa.BigInteger),
    )
    op.create_table(
        "ml_models",
        key("tenant"),
        key("name"),
        key("version", sa.BigInteger),
        given("artifact", TEXT),
        given("sha256", TEXT),
        sa.Column("run_id", TEXT),
        given("task", TEXT),
        given("algorithm", TEXT),
        given("metric", TEXT),
        given("metrics", sa.JSON),
        given("metric_values", PARSED),
        given("data_sha256", TEXT),
        given("size_bytes", sa.BigInteger),
        given("created_at", TIME),
        reference(["name"], "ml_model_names", to=["name"]),
        reference(["run_id"], "training_jobs", to=["id"]),
        sa.Index(None, "tenant", "run_id"),
        sa.Index(None, "tenant", "data_sha256"),
        sa.Index(None, "tenant", "created_at"),
    )
    op.create_table(
        "ml_model_aliases",
        key("tenant"),
        key("model_name"),
        key("alias"),
        given("model_version", sa.BigInteger),
        _to_version(),
    )
    op.create_table(
        "ml_model_tags",
        key("tenant"),
        key("model_name"),
        key("model_version", sa.BigInteger),
        key("key"),
        given("value", TEXT),
        _to_version(),
        sa.Index(None, "tenant", "key", "value"),
    )


def _make_model_evaluations() -> None:
    op.create_table(
        "model_evaluations",
        key("tenant"),
        key("id"),
        given("model_name", TEXT),
        given("model_version", sa.BigInteger),
        given("data_sha256", TEXT),
        given("location", TEXT),
        given("n_rows", sa.BigInteger),
        given("metrics", sa.JSON),
        given("labels", sa.JSON),
        given("confusion", sa.JSON),
        given("created_at", TIME),
        _to_version(),
        sa.Index(None, "tenant", "model_name", "model_version", "created_at"),
    )


def _to_version() -> sa.ForeignKeyConstraint:
    columns = ["model_name", "model_version"]
    return reference(columns, "ml_models", to=["name", "version"], ondelete="CASCADE")
