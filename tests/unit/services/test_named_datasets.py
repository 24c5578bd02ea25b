"""A dataset is read once; what was found out is handed out, mended as a version, and deleted."""

import gzip
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl
import pytest

from modelyard.bootstrap import Project
from modelyard.domain.audits import AuditQuery
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.datasets import DatasetState
from modelyard.domain.errors import Conflict, DamagedFile, DataError, InvalidValue, NotFound
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import JobKind
from modelyard.domain.readings import with_dataset
from modelyard.kit.failpoints import DATASET_DELETED, VARIABLE
from modelyard.services.named_datasets import Reading
from modelyard.services.uploads import UploadRequest
from modelyard.settings import Settings
from modelyard.store.blobs import Blobs

ROWS = [(20 + at % 40, ("Oslo", "Rome", "oslo")[at % 3], at % 2) for at in range(60)]
CSV = "age,city,y\n" + "".join(f"{age},{city},{y}\n" for age, city, y in ROWS)
FRAME = pl.DataFrame(ROWS, schema=["age", "city", "y"], orient="row")


@pytest.fixture
def project(tmp_path):
    url = f"sqlite:///{tmp_path / 'modelyard.db'}"
    made = Project(Settings(tmp_path, url, tmp_path / "keys", 1))
    yield made
    made.database.close()


def _add(project, content, *, name="people", filename="people.csv"):
    request = UploadRequest(name, len(content), "local", filename=filename)
    version = project.uploads.take(request, [content])
    return project.ingesting.ingest(version.reference)


def _parquet(frame):
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (CSV.encode(), "people.csv"),
        (CSV.replace(",", "\t").encode(), "people.tsv"),
        (CSV.encode(), "people.parquet"),
        (gzip.compress(CSV.encode(), mtime=0), "people.csv.gz"),
        (FRAME.write_ndjson().encode(), "people.jsonl"),
        (_parquet(FRAME), "people"),
    ],
)
def test_a_file_is_read_by_what_it_holds_whatever_it_is_called(project, content, filename):
    version = _add(project, content, filename=filename)
    assert version.refusal is None
    assert (version.state, version.n_rows, version.n_columns) == (DatasetState.READY, 60, 3)
    preview = project.named_datasets.preview("people", n_rows=2)
    assert [column["name"] for column in preview.columns] == ["age", "city", "y"]
    assert [row[1] for row in preview.rows] == ["Oslo", "Rome"]
    assert preview.n_rows == 60
    told = json.loads(project.named_datasets.profile("people"))
    assert told["profile"]["n_rows"] == 60
    assert told["facts"]["location"] == filename
    assert project.named_datasets.profile_page("people").startswith(b"<!doctype html>")


def test_a_file_that_is_no_sound_table_is_refused_in_the_readers_words(project):
    version = _add(project, b"a,b\n1,2\n3,4,5\n6,7\n", filename="cut.csv")
    assert version.state is DatasetState.FAILED
    assert (version.refusal.code, version.refusal.row) == ("malformed-row", 2)
    assert version.refusal.sample == "3,4,5"
    assert version.refusal.fix
    with pytest.raises(DataError, match="could not be read: Row 2 has 3 fields"):
        project.named_datasets.resolve("people")
    with pytest.raises(DataError, match="could not be read"):
        project.named_datasets.preview("people", n_rows=1)


def test_a_refusal_names_the_file_as_its_sender_does_and_no_place_of_ours(project, tmp_path):
    version = _add(project, b"a,b\n", filename="only a header.csv")
    assert "'only a header.csv' has no rows" in version.refusal.detail
    assert str(tmp_path) not in repr(version)


@pytest.mark.parametrize(
    ("frame", "named"),
    [
        (pl.DataFrame({"a": [[1], [2]]}), "lists or structures"),
        (pl.DataFrame({"a": [{"b": 1}]}), "lists or structures"),
    ],
)
def test_parquet_that_no_table_can_hold_is_refused_before_it_is_decoded(project, frame, named):
    assert named in _add(project, _parquet(frame), filename="a.parquet").refusal.detail


def test_a_version_that_was_read_is_not_read_again(project):
    version = _add(project, CSV.encode())
    project.blobs.path_of(version.blob, size_bytes=version.size_bytes).unlink()
    assert project.ingesting.ingest("people@1") == version


def test_two_that_read_a_version_at_once_find_the_same(project):
    project.uploads.take(UploadRequest("people", len(CSV), "local"), [CSV.encode()])
    with ThreadPoolExecutor(4) as threads:
        found = set(map(repr, threads.map(project.ingesting.ingest, ["people@1"] * 4)))
    assert len(found) == 1
    assert "READY" in found.pop()
    assert project.named_datasets.preview("people", n_rows=1).rows == [[20, "Oslo", 0]]


def test_before_it_is_read_a_version_says_so(project):
    project.uploads.take(UploadRequest("people", len(CSV), "local"), [CSV.encode()])
    with pytest.raises(Conflict, match="has not been read yet"):
        project.named_datasets.profile("people")
    assert project.named_datasets.lineage("people") is None
    assert project.named_datasets.resolve("people").path.read_text() == CSV


def test_a_file_that_was_changed_on_the_disk_is_not_used(project):
    version = _add(project, CSV.encode())
    path = project.named_datasets.resolve("people").path
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"7\n")
    for use in (project.named_datasets.resolve, project.named_datasets.download):
        if use == project.named_datasets.download:
            path.write_bytes(content + b"1,a,1\n")
        with pytest.raises(DamagedFile):
            use(version.reference)


def test_fixes_make_a_version_of_the_same_bytes_that_says_what_was_done(project):
    first = _add(project, CSV.encode())
    names = [each["name"] for each in json.loads(project.named_datasets.findings("people"))]
    assert "spelling-variants:city" in names
    fixes = {"spelling-variants:city": "merge-spellings"}
    derived = project.named_datasets.derive("people", Reading(fixes=fixes), caller=LOCAL_CALLER)
    second = project.ingesting.ingest(derived.reference)
    assert (second.version, second.derived_from, second.sha256) == (2, 1, first.sha256)
    assert second.applied == (
        "Merged the spellings in 'city', in requests as well (spelling-variants:city).",
    )
    left = [each["name"] for each in json.loads(project.named_datasets.findings("people@2"))]
    assert "spelling-variants:city" not in left
    config = with_dataset(TrainingConfig(target="y"), second)
    assert config.fixes == fixes


def test_a_version_tells_how_much_was_found_in_it_once_it_is_read(project):
    unread = project.uploads.take(
        UploadRequest("people", len(CSV), "local", filename="people.csv"), [CSV.encode()]
    )
    assert (unread.n_errors, unread.n_warnings) == (None, None)
    version = project.ingesting.ingest(unread.reference)
    found = json.loads(project.named_datasets.findings("people"))
    severities = [each["severity"] for each in found]
    assert version.n_errors == severities.count("error")
    assert version.n_warnings == severities.count("warning") >= 1


def test_a_column_that_is_left_out_is_not_shown_either(project):
    _add(project, CSV.encode())
    project.named_datasets.derive(
        "people", Reading(fixes={"city": "drop-column"}), caller=LOCAL_CALLER
    )
    assert project.ingesting.ingest("people@2").n_columns == 2
    preview = project.named_datasets.preview("people@2", n_rows=1)
    assert [column["name"] for column in preview.columns] == ["age", "y"]


def test_a_file_that_was_misread_is_read_otherwise_by_a_new_version(project):
    content = "name;price\nA;1,5\nB;2,5\n".encode("cp1252")
    _add(project, content)
    reading = Reading(read={"decimal": ",", "kinds": {"name": "identifier"}})
    project.named_datasets.derive("people", reading, caller=LOCAL_CALLER)
    version = project.ingesting.ingest("people@2")
    preview = project.named_datasets.preview("people@2", n_rows=1)
    assert preview.rows == [["A", 1.5]]
    config = with_dataset(TrainingConfig(target="y", read=ReadOptions(delimiter=";")), version)
    assert config.read.decimal == ","
    assert config.read.delimiter == ";"


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (Reading(), "needs something that is read or mended otherwise"),
        (Reading(fixes={"all": "polish"}), "There is no fix 'polish'"),
        (Reading(read={"kinds": {"age": "colour"}}), "colour"),
    ],
)
def test_what_mends_nothing_is_refused_at_once(project, reading, words):
    _add(project, CSV.encode())
    with pytest.raises(InvalidValue, match=words):
        project.named_datasets.derive("people", reading, caller=LOCAL_CALLER)
    assert len(project.named_datasets.versions("people").items) == 1


def test_a_fix_that_found_nothing_fails_the_version_and_the_name_stands_for_the_one_before(project):
    _add(project, CSV.encode())
    fixes = {"missing-values:age": "recommended"}
    derived = project.named_datasets.derive("people", Reading(fixes=fixes), caller=LOCAL_CALLER)
    failed = project.ingesting.ingest(derived.reference)
    assert "found anything to mend" in failed.refusal.detail
    assert project.named_datasets.resolve("people").version.version == 1


def test_what_is_in_use_is_not_deleted(project):
    _add(project, CSV.encode())
    busy = replace(project.named_datasets, users_of=lambda _: ("job j1",))
    for delete in (busy.delete, busy.delete_all):
        with pytest.raises(Conflict, match="is being used: job j1"):
            delete("people", caller=LOCAL_CALLER)
    assert project.named_datasets.get("people").state is DatasetState.READY


def test_a_deletion_that_is_refused_at_the_last_moment_loses_no_loaded_row(project):
    _add(project, CSV.encode())
    project.ingesting.load_rows("people")

    @dataclass(frozen=True)
    class Awaited(Blobs):
        """Whose turn comes after somebody has asked for a training."""

        def held(self):
            payload = {"dataset": "people@1", "target": "y"}
            project.jobs.submit(JobKind.TRAINING, payload, created_by="local")
            return super().held()

    late = replace(project.named_datasets, blobs=Awaited(project.blobs.root))
    with pytest.raises(Conflict, match="is being used: job "):
        late.delete("people", caller=LOCAL_CALLER)
    assert len(project.named_datasets.loaded_rows("people").items) == 60
    assert project.named_datasets.resolve("people").version.version == 1
    assert "dataset.delete" not in [deed.action for deed in project.audit.page(AuditQuery()).items]


def test_a_deletion_that_was_cut_short_is_ended_with_the_next_sweep(project, monkeypatch):
    version = _add(project, CSV.encode())
    project.ingesting.load_rows("people")

    monkeypatch.setenv(VARIABLE, f"{DATASET_DELETED}:fail")
    with pytest.raises(OSError, match="armed"):
        project.named_datasets.delete("people", caller=LOCAL_CALLER)
    with pytest.raises(NotFound):
        project.named_datasets.loaded_rows("people")
    assert len(project.named_datasets.rows.page(version).items) == 60
    again = _add(project, CSV.encode())
    assert again.version == 2
    project.named_datasets.sweep()
    assert project.named_datasets.rows.page(version).items == ()
    assert project.named_datasets.resolve("people").version.version == 2


def test_a_deleted_version_leaves_nothing_but_its_hash(project):
    version = _add(project, CSV.encode())
    project.named_datasets.delete("people", caller=LOCAL_CALLER)
    with pytest.raises(NotFound):
        project.named_datasets.get("people")
    assert list(project.blobs.root.glob("[0-9a-f]*")) == []
    assert list((project.folder / "data" / "descriptions").rglob("*.json")) == []
    lineage = project.models.offspring(version.data_sha256)
    assert lineage.dataset.location == "people@1"


def test_who_uploads_mends_and_deletes_is_recorded(project):
    _add(project, CSV.encode())
    project.named_datasets.derive(
        "people", Reading(fixes={"city": "drop-column"}), caller=LOCAL_CALLER
    )
    project.named_datasets.delete_all("people", caller=LOCAL_CALLER)
    deeds = project.audit.page(AuditQuery()).items
    assert [(deed.action, deed.target, deed.actor) for deed in reversed(deeds)] == [
        ("dataset.upload", "people@1", "local"),
        ("dataset.derive", "people@2", "local"),
        ("dataset.delete", "people@2", "local"),
        ("dataset.delete", "people@1", "local"),
    ]
    assert deeds[-1].details["sha256"] == deeds[0].details["sha256"]
