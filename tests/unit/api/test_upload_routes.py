"""Uploads over HTTP keep to tus 1.0.0, and a file becomes a dataset with its last byte."""

import hashlib
import shutil
from base64 import b64encode

import pytest

UPLOADS = "/api/v1/ml/uploads"
CONTENT = b"age,city,y\n" + b"".join(b"%d,Oslo,%d\n" % (20 + at, at % 2) for at in range(40))
BYTES = {"Content-Type": "application/offset+octet-stream"}


def _begin(client, content=CONTENT, **parameters):
    told = {"name": "people", "filename": "people.csv"} | parameters
    length = {"Upload-Length": str(len(content)), "Tus-Resumable": "1.0.0"}
    return client.post(UPLOADS, params=told, headers=length)


def _send(client, place, content, *, offset, **headers):
    told = BYTES | {"Upload-Offset": str(offset), "Tus-Resumable": "1.0.0"} | headers
    return client.patch(place, content=content, headers=told)


def test_a_file_in_three_parts_becomes_a_dataset(ask):
    client = ask("editor")
    begun = _begin(client, sha256=hashlib.sha256(CONTENT).hexdigest())
    assert begun.status_code == 201
    assert begun.headers["tus-resumable"] == "1.0.0"
    assert "GMT" in begun.headers["upload-expires"]
    place = begun.headers["location"]
    for start, end in ((0, 1), (1, 100), (100, len(CONTENT))):
        told = client.head(place)
        assert told.status_code == 200
        assert told.headers["upload-offset"] == str(start)
        assert told.headers["upload-length"] == str(len(CONTENT))
        assert told.headers["cache-control"] == "no-store"
        sent = _send(client, place, CONTENT[start:end], offset=start)
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(end))
    assert client.head(place).headers["upload-offset"] == str(len(CONTENT))
    shown = client.get(place).json()
    assert (shown["state"], shown["version"], shown["offset"]) == ("complete", 1, len(CONTENT))
    dataset = client.get("/api/v1/ml/datasets/people").json()
    assert (dataset["state"], dataset["n_rows"]) == ("ready", 40)


def test_the_protocol_is_told_to_whoever_asks(ask):
    told = ask(None).options(UPLOADS)
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,termination,expiration"
    assert told.headers["tus-max-size"] == "20000000000"


def test_bytes_from_elsewhere_answer_409_with_the_right_offset(ask):
    client = ask("editor")
    place = _begin(client).headers["location"]
    _send(client, place, CONTENT[:10], offset=0)
    wrong = _send(client, place, CONTENT[:10], offset=0)
    assert wrong.status_code == 409
    assert "Upload-Offset: 10" in wrong.json()["fix"]
    assert client.head(place).headers["upload-offset"] == "10"


def test_a_second_writer_at_the_same_time_answers_409(ask, project):
    client = ask("editor")
    begun = _begin(client)
    uploads = project.of("acme").uploads
    with uploads.appending(uploads.get(begun.json()["id"]), offset=0):
        refused = _send(client, begun.headers["location"], CONTENT, offset=0)
    assert refused.status_code == 409
    assert "Another request is writing" in refused.json()["detail"]


def test_an_upload_that_its_process_did_not_live_to_finish_is_finished_by_asking(ask, project):
    client = ask("editor")
    begun = _begin(client)
    uploads = project.of("acme").uploads
    with uploads.appending(uploads.get(begun.json()["id"]), offset=0) as writer:
        writer.write(CONTENT)
    told = client.head(begun.headers["location"])
    assert told.headers["upload-offset"] == str(len(CONTENT))
    assert client.get(begun.headers["location"]).json()["state"] == "complete"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/csv"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Offset": "-1"}, 422),
        ({"Upload-Offset": "many"}, 422),
        ({"Upload-Offset": "9" * 5000}, 422),
    ],
)
def test_what_is_no_part_of_an_upload_is_refused_and_changes_nothing(ask, headers, status):
    client = ask("editor")
    place = _begin(client).headers["location"]
    assert _send(client, place, CONTENT, offset=0, **headers).status_code == status
    assert client.head(place).headers["upload-offset"] == "0"


def test_more_than_was_declared_answers_413_before_it_is_read(ask):
    client = ask("editor")
    place = _begin(client).headers["location"]
    assert _send(client, place, CONTENT + b"1", offset=0).status_code == 413
    assert client.head(place).headers["upload-offset"] == "0"


@pytest.mark.parametrize(
    ("parameters", "headers", "status"),
    [
        ({"name": "../a"}, {}, 422),
        ({"sha256": "x"}, {}, 422),
        ({"colour": "red"}, {}, 422),
        ({}, {"Upload-Length": "0"}, 422),
        ({}, {"Upload-Length": "20000000001"}, 413),
        ({}, {"Tus-Resumable": "2.0.0"}, 412),
    ],
)
def test_what_cannot_become_a_dataset_does_not_begin(ask, parameters, headers, status):
    client = ask("editor")
    told = {"Upload-Length": "10"} | headers
    answer = client.post(UPLOADS, params={"name": "a"} | parameters, headers=told)
    assert answer.status_code == status
    assert client.get(UPLOADS).json()["items"] == []


def test_a_file_that_did_not_arrive_as_it_was_sent_answers_422_and_says_so_later(ask):
    client = ask("editor")
    place = _begin(client, sha256="ab" * 32).headers["location"]
    assert _send(client, place, CONTENT, offset=0).status_code == 422
    shown = client.get(place).json()
    assert (shown["state"], shown["offset"]) == ("failed", None)
    assert "did not arrive" in shown["refusal"]["detail"]
    assert client.head(place).status_code == 404


def test_an_upload_is_given_up_by_deleting_it(ask):
    client = ask("editor")
    place = _begin(client).headers["location"]
    assert [each["offset"] for each in client.get(UPLOADS).json()["items"]] == [0]
    assert client.delete(place).status_code == 204
    assert client.head(place).status_code == 404
    assert _send(client, place, CONTENT, offset=0).status_code == 404
    assert client.get(UPLOADS).json()["items"] == []


def test_another_tenant_finds_no_upload_and_changes_none(ask):
    editor, stranger = ask("editor"), ask("stranger")
    place = _begin(editor).headers["location"]
    _send(editor, place, CONTENT[:10], offset=0)
    answers = [
        stranger.get(place),
        stranger.head(place),
        stranger.delete(place),
        _send(stranger, place, CONTENT[10:], offset=10),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert stranger.get(UPLOADS).json()["items"] == []
    assert editor.head(place).headers["upload-offset"] == "10"


def test_the_same_key_begins_one_upload(ask):
    client = ask("editor")
    headers = {"Upload-Length": "10", "Idempotency-Key": "k1"}
    first, again = (
        client.post(UPLOADS, params={"name": "people"}, headers=headers) for _ in range(2)
    )
    assert first.json()["id"] == again.json()["id"]
    assert len(client.get(UPLOADS).json()["items"]) == 1


def test_a_full_disk_answers_507_and_everything_kept_is_still_told(ask, monkeypatch):
    client = ask("editor")
    place = _begin(client).headers["location"]
    _send(client, place, CONTENT[:10], offset=0)
    full = shutil.disk_usage("/")._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    refused = _begin(client)
    assert (refused.status_code, refused.json()["code"]) == (507, "store")
    assert _send(client, place, CONTENT[10:], offset=10).status_code == 507
    assert client.head(place).headers["upload-offset"] == "10"
    assert client.get(UPLOADS).json()["items"][0]["offset"] == 10
    monkeypatch.undo()
    assert _send(client, place, CONTENT[10:20], offset=10).status_code == 204


def test_a_small_file_is_uploaded_and_read_by_one_request(ask):
    client = ask("editor")
    digest = b64encode(hashlib.sha256(CONTENT).digest()).decode()
    answer = client.post(
        "/api/v1/ml/datasets",
        params={"name": "people", "filename": "people.csv"},
        content=CONTENT,
        headers={"Repr-Digest": f"sha-256=:{digest}:"},
    )
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/ml/datasets/people/versions/1"
    told = answer.json()
    assert (told["state"], told["n_rows"], told["n_columns"]) == ("ready", 40, 3)
    assert client.get(answer.headers["location"]).json() == told


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Repr-Digest": "sha-256=:" + "A" * 43 + "=:"}, 422),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
def test_a_request_that_brings_no_sound_file_keeps_nothing(ask, project, headers, status):
    client = ask("editor")
    answer = client.post(
        "/api/v1/ml/datasets", params={"name": "people"}, content=CONTENT, headers=headers
    )
    assert answer.status_code == status
    assert client.get("/api/v1/ml/datasets").json()["items"] == []
    assert client.get(UPLOADS).json()["items"] == []
    assert list(project.of("acme").blobs.root.glob(".parts/*")) == []


def test_a_body_of_unknown_length_is_uploaded_in_parts_or_not_at_all(ask):
    answer = ask("editor").post(
        "/api/v1/ml/datasets", params={"name": "people"}, content=iter([CONTENT])
    )
    assert answer.status_code == 422
    assert "Content-Length" in answer.json()["detail"]
