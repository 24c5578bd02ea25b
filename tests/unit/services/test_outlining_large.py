"""What a training would learn from a large table is told by rows that were drawn from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelyard.bootstrap import Project, open_project
from modelyard.domain.automl import AutoMLConfig
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.errors import TargetError
from modelyard.domain.jobs import WorkerSeen
from modelyard.domain.outlines import Outline
from modelyard.domain.tasks import Task
from modelyard.services.outlining import OutlineService
from modelyard.services.uploads import UploadRequest
from modelyard.store.prepared import PreparedTables

N_ROWS, N_DRAWN = 1_000, 200
# A leak, an identifier, a class that comes once, one that hardly comes, and fifty numbers. A mark
# is on three rows that are not drawn, and one target is unknown in a tenth of the rows.
MARKED = {0, 1, 3}
TABLE = "id,age,copy,left,rare,grade,name,mark,same,part\n" + "".join(
    f"K{at:04d},{20 + at * 37 % 50},{'XY'[at * 7919 % 11 > 5]},{('no', 'yes')[at * 7919 % 11 > 5]},"
    f"{'odd' if at == 0 else 'ab'[at % 2]},{at % 4 if at else 4},n{at // 2 * 2},"
    f"{int(at in MARKED)},7,{('no', 'yes')[at * 7919 % 11 > 5] if at % 10 else ''}\n"
    for at in range(N_ROWS)
)


@pytest.fixture
def project() -> Iterator[Project]:
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.fixture
def service(project: Project, tmp_path: Path) -> OutlineService:
    """Keep the table as a dataset; of so many rows a part is drawn."""
    kept = PreparedTables(tmp_path / "kept", 10_000_000)
    reader = replace(project.tables, kept=kept, least_bytes=1, drawn_cells=0, least_drawn=N_DRAWN)
    request = UploadRequest("people", len(TABLE), "local", filename="people.csv")
    project.uploads.take(request, [TABLE.encode()])
    replace(project.ingesting, tables=reader).ingest("people")
    datasets = replace(project.datasets, tables=reader)
    return replace(project.outlining, datasets=datasets, typing=reader.type_table)


@pytest.fixture
def outline(service: OutlineService) -> Callable[..., Outline]:
    """Return what asks what a training would learn from, beside the columns of other tests."""

    def outlined(target: str, **wishes: object) -> Outline:
        beside = {"left", "copy", "rare", "grade", "name", "mark", "same", "part"}
        named = beside - {target, *wishes.pop("learns", ())}
        config = TrainingConfig(target=target, drop=tuple(sorted(named)), **wishes)
        return service.outline("people", config)

    return outlined


def test_what_would_stop_the_training_is_told_by_all_rows(outline) -> None:
    told = outline("left", learns=["copy"], automl=AutoMLConfig(time_limit_s=20.0))
    assert (told.n_seen, told.n_rows) == (N_ROWS, N_ROWS)
    assert "leakage-copy:copy" in told.blocking
    assert told.outlook is None


def test_what_was_accepted_is_told_by_some_rows(outline) -> None:
    accepted = frozenset({"leakage-copy", "leakage-single"})
    told = outline("left", learns=["copy"], accepted=accepted)
    assert (told.n_seen, told.blocking) == (N_DRAWN, ())


def test_a_column_that_varies_in_other_rows_alone_is_learned_from(outline) -> None:
    told = outline("left", learns=["mark", "same"])
    assert told.n_seen == N_DRAWN
    assert told.features == ("age", "mark")
    left_out = {name: found.code for found in told.findings for name in found.drops}
    assert left_out == {"id": "identifier-column", "same": "constant-column"}


def test_rows_that_were_drawn_tell_no_numbers_of_rows(outline) -> None:
    told = outline("part")
    assert told.n_seen == N_DRAWN
    assert "missing-target" in {found.code for found in told.findings}
    assert not [found.code for found in told.findings if found.rows]


def test_a_table_that_is_read_otherwise_than_its_version_is_looked_at_as_a_whole(outline) -> None:
    otherwise = ReadOptions(missing_tokens=("20",))
    assert outline("left", read=otherwise).n_seen == N_ROWS
    # Rows that were drawn as it was read so are kept by now; what is known is of another reading.
    assert outline("left", read=otherwise).n_seen == N_ROWS


def test_task_and_kinds_are_those_of_the_whole_table(outline) -> None:
    told = outline("left")
    kinds = {column.name: column.kind.value for column in told.columns}
    assert (told.task, told.n_seen) == (Task.BINARY, N_DRAWN)
    assert kinds == {"id": "identifier", "age": "integer", "left": "category"}
    assert told.features == ("age",)


@pytest.mark.parametrize("target", ["rare", "grade"])
def test_where_a_class_is_missing_among_them_the_whole_table_is_looked_at(outline, target) -> None:
    told = outline(target)
    assert told.n_seen == N_ROWS
    assert told.task is Task.MULTICLASS


def test_what_is_refused_by_some_rows_is_judged_by_all(outline) -> None:
    # Two rows of each name teach nothing, but are no reason to refuse it.
    assert outline("name").n_seen == N_ROWS
    with pytest.raises(TargetError, match="1000 rows"):
        outline("id")


def test_a_table_of_which_no_rows_are_kept_is_looked_at_as_a_whole(service, outline) -> None:
    reader = service.datasets.tables
    for folder in reader.kept.root.iterdir():
        for path in folder.iterdir():
            path.unlink()
    assert outline("left").n_seen == N_ROWS


def test_automl_is_expected_to_have_what_a_job_has_where_it_would_run(project, service) -> None:
    service = replace(service, n_threads=8)
    drop = ("copy", "rare", "grade", "name", "mark", "same", "part")
    # Read otherwise, the table is looked at as a whole: of rows that were drawn no time is told.
    config = TrainingConfig(
        target="left",
        drop=drop,
        read=ReadOptions(missing_tokens=("20",)),
        automl=AutoMLConfig(time_limit_s=20.0),
    )
    alone = service.outline("people", config).outlook
    now = datetime.now(UTC)
    project.claims.enlist(WorkerSeen("w", "p", 0, n_places=2, started_at=now, seen_at=now))
    shared = service.outline("people", config).outlook
    assert (alone.n_places, shared.n_places) == (2, 4)
    assert shared.memory_bytes == pytest.approx(2 * alone.memory_bytes, rel=1e-3)
