"""Versions of datasets count up, belong to their tenant, and an upload ends once, with its own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from modelyard.domain.datasets import (
    DatasetFormat,
    DatasetReference,
    DatasetState,
    DatasetVersion,
    Refusal,
    Upload,
    UploadState,
)
from modelyard.domain.errors import Conflict, InvalidValue, NotFound
from modelyard.domain.jobs import Job, JobKind, JobState, Quota
from modelyard.domain.runs import RunStatus
from modelyard.domain.tenants import LOCAL
from modelyard.store.databases import open_database
from modelyard.store.dataset_users import DatasetUsers
from modelyard.store.datasets import Datasets
from modelyard.store.jobs import Jobs
from modelyard.store.named_datasets import NamedDatasets
from modelyard.store.reserves import RESERVE_BYTES
from modelyard.store.runs import Runs
from modelyard.store.tables.training_data import TRAINING_DATA
from modelyard.store.training_data import TrainingData
from modelyard.store.uploads import Uploads

START = datetime(2026, 1, 1, tzinfo=UTC)
REFUSAL = Refusal(
    "malformed-row", "Row 2 has 3 fields.", "Mend row 2.", row=2, sample="3,\x00\ud800"
)
VERSION = DatasetVersion(
    name="sales",
    version=0,
    sha256="ab" * 32,
    size_bytes=17,
    format=DatasetFormat.CSV,
    filename="Umsätze <2026>.csv",
    created_at=START,
    created_by="user:1",
    read={"delimiter": ";", "kinds": {"zip": "category"}},
    fixes={"all": "recommended"},
    applied=("Left 'x' out.",),
)
UPLOAD = Upload("u1", "sales", "sales.csv", 17, START, "user:1", sha256="ab" * 32)


@pytest.fixture
def versions(records):
    return NamedDatasets(records)


@pytest.fixture
def uploads(records):
    return Uploads(records)


def _get(versions, reference):
    return versions.get(DatasetReference.parse(reference))


def test_a_version_is_read_as_it_was_written(versions):
    added = versions.add(VERSION)
    assert added == replace(VERSION, version=1)
    assert _get(versions, "sales@1") == added
    failed = replace(added, state=DatasetState.FAILED, refusal=REFUSAL)
    versions.settle(failed)
    assert _get(versions, "sales@1").state is DatasetState.FAILED
    assert _get(versions, "sales@1").refusal == REFUSAL


def test_versions_count_up_and_are_never_given_again(versions):
    assert [versions.add(VERSION).version for _ in range(3)] == [1, 2, 3]
    versions.delete(_get(versions, "sales@3"), at=START)
    assert versions.add(VERSION).version == 4
    assert [each.version for each in versions.versions("sales").items] == [4, 2, 1]


def test_versions_that_are_added_at_once_get_numbers_of_their_own(versions):
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda _: versions.add(VERSION).version, range(40)))
    assert sorted(added) == list(range(1, 41))


def test_a_bare_name_stands_for_the_latest_version_that_was_not_refused(versions):
    first, second = versions.add(VERSION), versions.add(VERSION)
    assert _get(versions, "sales") == second
    versions.settle(replace(second, state=DatasetState.FAILED, refusal=REFUSAL))
    assert _get(versions, "sales") == first
    versions.settle(replace(first, state=DatasetState.FAILED, refusal=REFUSAL))
    assert _get(versions, "sales").version == 2


def test_a_hash_finds_the_version_by_its_file_or_by_its_text(versions):
    added = versions.add(replace(VERSION, data_sha256="cd" * 32))
    assert _get(versions, "ab" * 32) == added
    assert _get(versions, "cd" * 32) == added
    with pytest.raises(NotFound, match="No dataset has the content"):
        _get(versions, "ef" * 32)


def test_what_is_not_there_is_told_with_what_is(versions):
    versions.add(VERSION)
    with pytest.raises(NotFound, match="no dataset 'sale'") as refused:
        _get(versions, "sale")
    assert "sales" in refused.value.fix
    with pytest.raises(NotFound, match="no version 7 of the dataset 'sales'"):
        _get(versions, "sales@7")
    with pytest.raises(NotFound, match="no dataset 'sale'"):
        versions.versions("sale")


@pytest.mark.parametrize("reference", ["", "a/b", "../a", "sales@", "sales@0", "sales@champion"])
def test_what_is_no_reference_is_refused(versions, reference):
    with pytest.raises(InvalidValue):
        _get(versions, reference)


def test_what_was_read_first_counts(versions):
    added = versions.add(VERSION)
    ready = replace(added, state=DatasetState.READY, n_rows=2, n_columns=3, data_sha256="ab" * 32)
    versions.settle(ready)
    versions.settle(replace(added, state=DatasetState.FAILED, refusal=REFUSAL))
    assert _get(versions, "sales") == ready


def test_datasets_and_versions_come_page_by_page_each_once(versions):
    for name in ("b", "a", "d", "c"):
        versions.add(replace(VERSION, name=name))
        versions.add(replace(VERSION, name=name))
    first = versions.find(limit=3)
    versions.add(replace(VERSION, name="aa"))
    second = versions.find(limit=3, cursor=first.next_cursor)
    assert [each.name for each in (*first.items, *second.items)] == ["a", "b", "c", "d"]
    assert {(each.latest.version, each.n_versions) for each in first.items} == {(2, 2)}
    assert second.next_cursor is None
    page = versions.versions("a", limit=1)
    rest = versions.versions("a", limit=1, cursor=page.next_cursor)
    assert [each.version for each in (*page.items, *rest.items)] == [2, 1]
    with pytest.raises(InvalidValue, match="none of this list"):
        versions.versions("b", cursor=page.next_cursor)


def test_a_content_is_free_once_its_last_version_is_gone(versions):
    first, second = versions.add(VERSION), versions.add(replace(VERSION, name="other"))
    assert versions.contents() == {f"{'ab' * 32}.csv"}
    assert not versions.delete(first, at=START)
    assert versions.delete(second, at=START)
    assert versions.contents() == frozenset()
    with pytest.raises(Conflict, match="deleted meanwhile"):
        versions.delete(second, at=START)


def test_an_upload_ends_with_its_version_and_ends_once(uploads, versions):
    uploads.add(UPLOAD)
    assert uploads.receiving() == (UPLOAD,)
    added = uploads.complete(UPLOAD, VERSION)
    assert added.version == 1
    ended = uploads.get("u1")
    assert (ended.state, ended.version) == (UploadState.COMPLETE, 1)
    with pytest.raises(Conflict, match="it is complete"):
        uploads.complete(UPLOAD, VERSION)
    with pytest.raises(Conflict, match="it is complete"):
        uploads.fail(UPLOAD, REFUSAL)
    assert [each.version for each in versions.versions("sales").items] == [1]
    assert uploads.receiving() == ()


def test_of_many_that_end_an_upload_one_makes_the_version(uploads, versions):
    uploads.add(UPLOAD)

    def complete(_):
        try:
            return uploads.complete(UPLOAD, VERSION).version
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = [each for each in threads.map(complete, range(16)) if each is not None]
    assert made == [1]
    assert len(versions.versions("sales").items) == 1


def test_a_failed_upload_says_why(uploads):
    uploads.add(UPLOAD)
    uploads.fail(UPLOAD, REFUSAL)
    assert uploads.get("u1") == replace(UPLOAD, state=UploadState.FAILED, refusal=REFUSAL)


def test_uploads_that_ended_long_ago_are_forgotten_and_those_on_their_way_are_not(uploads):
    uploads.add(UPLOAD)
    uploads.add(replace(UPLOAD, id="u2"))
    uploads.complete(UPLOAD, VERSION)
    uploads.forget_ended(before=START)
    assert uploads.get("u1").version == 1
    uploads.forget_ended(before=START + timedelta(seconds=1))
    with pytest.raises(NotFound, match="no upload 'u1'"):
        uploads.get("u1")
    assert uploads.get("u2").state is UploadState.RECEIVING


def test_nothing_of_one_tenant_is_seen_changed_or_deleted_by_another(database, versions, uploads):
    added = versions.add(VERSION)
    uploads.add(UPLOAD)
    theirs, their_uploads = NamedDatasets(database.of("acme")), Uploads(database.of("acme"))
    assert theirs.find().items == ()
    assert theirs.contents() == frozenset()
    for reference in ("sales", "sales@1", "ab" * 32):
        with pytest.raises(NotFound):
            _get(theirs, reference)
    with pytest.raises(NotFound) as refused:
        theirs.versions("sales")
    assert "sales@" not in str(refused.value)
    with pytest.raises(Conflict):
        theirs.delete(added, at=START)
    theirs.settle(replace(added, state=DatasetState.FAILED, refusal=REFUSAL))
    with pytest.raises(NotFound):
        their_uploads.get("u1")
    with pytest.raises(NotFound):
        their_uploads.complete(UPLOAD, VERSION)
    their_uploads.delete("u1")
    their_uploads.forget_ended(before=START + timedelta(days=999))
    assert their_uploads.receiving() == ()
    assert theirs.add(VERSION).version == 1
    page = versions.find(limit=1)
    assert page.next_cursor is None
    assert _get(versions, "sales@1") == added
    assert uploads.get("u1") == UPLOAD


def test_rows_are_kept_in_place_of_those_before_and_go_with_their_version(
    records, database, versions
):
    added, rows = versions.add(VERSION), TrainingData(records)
    rows.load(added, [[{"a": 9}] * 3])
    assert (
        rows.load(added, [[{"a": 1, "b": None}, {"a": 2.5, "b": "x"}], [{"a": 3, "b": True}]]) == 3
    )
    told = rows.page(added).items
    assert [row.number for row in told] == [1, 2, 3]
    assert [row.cells for row in told] == [
        {"a": 1, "b": None},
        {"a": 2.5, "b": "x"},
        {"a": 3, "b": True},
    ]
    first = rows.page(added, limit=2)
    assert [row.number for row in rows.page(added, limit=2, cursor=first.next_cursor).items] == [3]
    assert TrainingData(database.of("acme")).page(added).items == ()
    versions.delete(added, at=START)
    versions.sweep(added)
    assert rows.page(added).items == ()


def test_a_deleted_version_is_found_nowhere_and_swept_once(database, versions):
    first, second = versions.add(VERSION), versions.add(VERSION)
    versions.sweep(first)
    versions.delete(first, at=START)
    with pytest.raises(NotFound):
        _get(versions, "sales@1")
    with pytest.raises(Conflict):
        versions.delete(first, at=START)
    assert _get(versions, "sales") == second
    assert [each.version for each in versions.versions("sales").items] == [2]
    assert [each.n_versions for each in versions.find().items] == [1]
    assert versions.deleted() == (first,)
    theirs = NamedDatasets(database.of("acme"))
    assert theirs.deleted() == ()
    theirs.sweep(first)
    assert versions.deleted() == (first,)
    versions.sweep(first)
    assert versions.deleted() == ()
    versions.delete(second, at=START)
    assert versions.contents() == frozenset()
    assert versions.add(VERSION).version == 3


def test_running_trainings_and_jobs_that_wait_use_a_dataset(records, versions, make_run, dataset):
    added = versions.add(replace(VERSION, sha256=dataset.sha256))
    users = DatasetUsers(records)
    assert users.of(added) == ()
    Datasets(records).add(dataset)
    runs, jobs = Runs(records), Jobs(records, quota=Quota())
    runs.add(make_run("r1", data_sha256=dataset.sha256))
    job = Job(
        tenant=records.tenant,
        id="j1",
        kind=JobKind.TRAINING,
        state=JobState.QUEUED,
        payload={"dataset": "sales@1"},
        created_by="local",
        created_at=START,
    )
    jobs.add(job)
    jobs.add(replace(job, id="j2", payload={"dataset": "sales@2"}))
    assert users.of(added) == ("run r1", "job j1")
    runs.update(replace(runs.get("r1"), status=RunStatus.FAILED))
    assert users.of(added) == ("job j1",)


def test_loaded_rows_of_one_version_are_forgotten_and_those_of_others_stay(versions, records):
    first, second = versions.add(VERSION), versions.add(VERSION)
    rows = TrainingData(records)
    # More than go in one transaction.
    for version, n_rows in ((first, 10_001), (second, 1)):
        rows.load(version, [[{"x": at} for at in range(n_rows)]])
    rows.forget(first)
    assert rows.page(first).items == ()
    assert [each.cells for each in rows.page(second).items] == [{"x": 0}]


def test_wide_rows_go_without_a_log_that_fills_the_room_for_deletions(tmp_path):
    path = tmp_path / "wide.db"
    database = open_database(f"sqlite:///{path}")
    version = NamedDatasets(database.of(LOCAL)).add(VERSION)
    wide = [{"text": "x" * 3_000}] * 4_000
    TrainingData(database.of(LOCAL)).load(version, [wide])
    # Whoever closes the database last empties its log.
    database.close()
    database = open_database(f"sqlite:///{path}")
    rows = TrainingData(database.of(LOCAL))
    rows.forget(version)
    assert rows.page(version).items == ()
    # The log is written, and then the database.
    assert (tmp_path / "wide.db-wal").stat().st_size < RESERVE_BYTES / 2
    database.close()


def test_wide_rows_are_loaded_and_loaded_again_without_a_large_log(tmp_path):
    path = tmp_path / "wide.db"
    database = open_database(f"sqlite:///{path}")
    version = NamedDatasets(database.of(LOCAL)).add(VERSION)
    rows = TrainingData(database.of(LOCAL))
    wide = [{"text": "x" * 3_000}] * 4_000
    for _ in range(2):
        assert rows.load(version, [wide, [], wide[:1]]) == 4_001
    assert (tmp_path / "wide.db-wal").stat().st_size < RESERVE_BYTES / 2
    page = rows.page(version, limit=None)
    assert [each.number for each in page.items] == list(range(1, 4_002))
    database.close()


def test_rows_that_cannot_all_be_loaded_leave_none(versions, records):
    version, rows = versions.add(VERSION), TrainingData(records)

    def batches():
        yield [{"x": 1}]
        raise InvalidValue("The rest cannot be read.", fix="")

    with pytest.raises(InvalidValue):
        rows.load(version, batches())
    assert rows.page(version).items == ()


def test_rows_are_seen_once_all_are_loaded_and_until_the_first_is_forgotten(versions, records):
    version, rows = versions.add(replace(VERSION, n_rows=3)), TrainingData(records)
    seen = []

    def batches():
        for batch in ([{"x": 1}, {"x": 2}], [{"x": 3}]):
            seen.append(len(rows.page(version).items))
            yield batch
        seen.append(len(rows.page(version).items))

    for _ in range(2):
        rows.load(version, batches())
    assert seen == [0, 0, 3] * 2
    # As a process leaves it that is killed.
    with records.writing() as connection:
        gone = sa.delete(TRAINING_DATA).where(
            TRAINING_DATA.c.tenant == records.tenant, TRAINING_DATA.c.number == 1
        )
        connection.execute(gone)
    assert rows.page(version).items == ()


def test_a_row_that_is_larger_than_what_goes_together_goes_too(versions, records):
    version, rows = versions.add(VERSION), TrainingData(records)
    rows.load(version, [[{"text": "x" * (2 << 20)}, {"text": "y"}]])
    rows.forget(version)
    assert rows.page(version).items == ()
