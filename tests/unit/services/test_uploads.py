"""Uploads survive every cut, end in one version, and leave nothing behind."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelyard.bootstrap import Project
from modelyard.domain.datasets import UploadState
from modelyard.domain.errors import (
    BodyTooLarge,
    Conflict,
    DataError,
    InvalidValue,
    NotATable,
    NotFound,
)
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.kit.hashing import sha256_of
from modelyard.services.uploads import ABANDONED_AFTER, UploadRequest
from modelyard.settings import Settings
from modelyard.store.parts import RESERVE_BYTES

CONTENT = b"age,city\n" + b"41,Oslo\n29,Rome\n" * 40


@pytest.fixture
def project(tmp_path):
    url = f"sqlite:///{tmp_path / 'modelyard.db'}"
    made = Project(Settings(tmp_path, url, tmp_path / "keys", 1, upload_bytes=10_000))
    yield made
    made.database.close()


@pytest.fixture
def uploads(project):
    return project.uploads


def _request(content=CONTENT, **changes):
    return replace(UploadRequest("sales", len(content), "local", filename="sales.csv"), **changes)


def _send(uploads, upload, content, *, offset):
    with uploads.appending(upload, offset=offset) as writer:
        writer.write(content)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=6).map(sorted))
def test_an_upload_that_is_cut_anywhere_arrives_as_it_was_sent(project, cuts):
    upload = project.uploads.begin(_request(sha256=sha256_of(CONTENT)))
    for start, end in zip([0, *cuts], [*cuts, len(CONTENT)], strict=True):
        assert project.uploads.offset(upload) == start
        assert start == len(CONTENT) or project.uploads.finish(upload) is None
        _send(project.uploads, upload, CONTENT[start:end], offset=start)
    version = project.uploads.finish(upload)
    assert version.sha256 == sha256_of(CONTENT)
    assert project.named_datasets.resolve(version.reference).path.read_bytes() == CONTENT
    assert project.uploads.get(upload.id).version == version.version


def test_a_whole_upload_whose_process_ended_is_finished_by_the_next(project):
    upload = project.uploads.begin(_request())
    _send(project.uploads, upload, CONTENT, offset=0)
    with project.blobs.held():
        # As far as a process came that was killed between placing the file and telling it.
        project.blobs.place(project.uploads.parts.root / upload.id, f"{sha256_of(CONTENT)}.csv")
    again = Project(project.settings)
    assert again.uploads.finish(upload).version == 1
    assert again.uploads.get(upload.id).state is UploadState.COMPLETE
    again.database.close()


def test_what_ended_says_so_to_whoever_goes_on(uploads):
    upload = uploads.begin(_request())
    _send(uploads, upload, CONTENT, offset=0)
    uploads.finish(upload)
    ended = uploads.get(upload.id)
    # Whoever read the record before it ended hears the same.
    assert uploads.offset(ended) == uploads.offset(upload) == len(CONTENT)
    assert uploads.expires_at(ended) is None
    with pytest.raises(Conflict):
        uploads.appending(ended, offset=3)
    with pytest.raises(NotFound):
        uploads.finish(ended)


def test_bytes_that_are_not_those_that_were_declared_fail_the_upload(uploads):
    upload = uploads.begin(_request(sha256="ab" * 32))
    _send(uploads, upload, CONTENT, offset=0)
    with pytest.raises(DataError, match="did not arrive as it was sent"):
        uploads.finish(upload)
    failed = uploads.get(upload.id)
    assert failed.state is UploadState.FAILED
    assert "did not arrive" in failed.refusal.detail
    assert uploads.offset_or_none(failed) is None
    assert list(uploads.blobs.root.glob("[0-9a-f]*")) == []


def test_what_is_no_table_is_refused_when_it_has_come(uploads):
    content = b"PK\x03\x04\x14\x00../../../etc/cron.d/evil"
    with pytest.raises(NotATable, match=r"'evil\.csv' is a zip archive"):
        uploads.take(_request(content, filename="../../evil.csv"), [content])
    assert list(uploads.blobs.root.glob("[0-9a-f]*")) == []
    assert list(uploads.parts.root.iterdir()) == []


def test_the_same_content_under_two_names_is_one_file(project):
    for name in ("a", "b"):
        project.uploads.take(_request(name=name), [CONTENT])
    assert len(list(project.blobs.root.glob("[0-9a-f]*"))) == 1
    project.named_datasets.delete("a", caller=LOCAL_CALLER)
    assert project.named_datasets.resolve("b").path.read_bytes() == CONTENT
    project.named_datasets.delete("b", caller=LOCAL_CALLER)
    assert list(project.blobs.root.glob("[0-9a-f]*")) == []


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"size_bytes": 0}, InvalidValue, "at least one byte"),
        ({"size_bytes": 10_001}, BodyTooLarge, "10,000 are the most"),
        ({"name": "../a"}, InvalidValue, "A dataset's name"),
        ({"name": "ab" * 32}, InvalidValue, "must not look like a SHA-256"),
        ({"sha256": "no hash"}, InvalidValue, "64 hexadecimal digits"),
    ],
)
def test_what_cannot_become_a_dataset_is_refused_before_a_byte_is_sent(
    uploads, changes, error, words
):
    with pytest.raises(error, match=words):
        uploads.begin(_request(**changes))
    assert uploads.receiving() == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\data\\sales.csv", "sales.csv"),
        ("/etc/passwd", "passwd"),
        ("sa\x00les\u202e.csv", "sales.csv"),
        ("../..", ".."),
        ("a/", "data"),
        ("", "sales"),
    ],
)
def test_a_file_is_called_by_its_own_name_and_never_by_a_path(uploads, given, kept):
    assert uploads.begin(_request(filename=given)).filename == kept


def test_a_file_that_shrinks_while_it_is_read_leaves_nothing(uploads):
    with pytest.raises(InvalidValue, match="has changed while it was read"):
        uploads.take(_request(), [CONTENT[:-1]])
    assert uploads.receiving() == ()
    assert list(uploads.parts.root.iterdir()) == []


def test_what_is_given_up_is_gone(uploads):
    upload = uploads.begin(_request())
    _send(uploads, upload, CONTENT[:10], offset=0)
    uploads.give_up(upload.id)
    with pytest.raises(NotFound):
        uploads.get(upload.id)
    with pytest.raises(NotFound):
        uploads.give_up(upload.id)
    assert list(uploads.parts.root.iterdir()) == []


def _age(path, age):
    at = (datetime.now(UTC) - age).timestamp()
    os.utime(path, (at, at))


def test_what_lay_untouched_for_a_day_is_swept_and_what_is_whole_is_finished(project):
    uploads = project.uploads
    whole, old, young = (uploads.begin(_request(name=name)) for name in ("whole", "old", "young"))
    _send(uploads, whole, CONTENT, offset=0)
    _send(uploads, old, CONTENT[:10], offset=0)
    for upload in (whole, old):
        _age(uploads.parts.root / upload.id, ABANDONED_AFTER + timedelta(minutes=1))
    (uploads.parts.root / "of-nobody").write_bytes(b"x")
    _age(uploads.parts.root / "of-nobody", ABANDONED_AFTER * 2)
    (project.blobs.root / f"{'cd' * 32}.csv").write_bytes(b"placed, and never told")
    _age(project.blobs.root / f"{'cd' * 32}.csv", ABANDONED_AFTER * 2)

    uploads.sweep()

    assert [each.id for each in uploads.receiving()] == [young.id]
    assert [path.name for path in uploads.parts.root.iterdir()] == [young.id]
    assert uploads.get(whole.id).version == 1
    assert project.named_datasets.resolve("whole").path.read_bytes() == CONTENT
    assert len(list(project.blobs.root.glob("[0-9a-f]*"))) == 1


def test_a_full_disk_refuses_new_uploads_and_everything_kept_is_still_read(project):
    version = project.uploads.take(_request(), [CONTENT])
    parts = replace(project.uploads.parts, free=lambda _: RESERVE_BYTES)
    full = replace(project.uploads, parts=parts)
    with pytest.raises(Exception, match="The disk has no room") as refused:
        full.begin(_request())
    assert refused.value.status == 507
    assert project.named_datasets.resolve(version.reference).path.read_bytes() == CONTENT


def test_another_tenant_neither_sees_nor_shares_an_upload(project):
    upload = project.uploads.begin(_request())
    _send(project.uploads, upload, CONTENT, offset=0)
    project.uploads.finish(upload)
    theirs = project.of("acme")
    for ask in (theirs.uploads.get, theirs.uploads.give_up):
        with pytest.raises(NotFound):
            ask(upload.id)
    with pytest.raises(NotFound):
        theirs.uploads.finish(upload)
    with pytest.raises(NotFound):
        theirs.named_datasets.resolve(sha256_of(CONTENT))
    theirs.uploads.take(_request(), [CONTENT])
    project.named_datasets.delete("sales", caller=LOCAL_CALLER)
    assert theirs.named_datasets.resolve("sales").path.read_bytes() == CONTENT
