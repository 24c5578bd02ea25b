"""What is known of datasets is told over HTTP, inert, in pages, and to their tenant alone."""

import pytest

from modelyard.domain.jobs import JobQuery
from modelyard.services.uploads import UploadRequest

DATASETS = "/api/v1/ml/datasets"
CONTENT = b"age,city,y\n" + b"".join(
    b"%d,%s,%d\n" % (20 + at % 17, (b"=1+1", b"<b>Rome</b>", b"oslo", b"Oslo")[at % 4], at % 2)
    for at in range(60)
)


@pytest.fixture
def add(project):
    """Return a function that keeps a file for the tenant, and reads it."""
    ours = project.of("acme")

    def add_it(name="people", content=CONTENT, *, is_read=True):
        request = UploadRequest(name, len(content), "user:e", filename=f"{name}.csv")
        version = ours.uploads.take(request, [content])
        return ours.ingesting.ingest(version.reference) if is_read else version

    return add_it


def _path(*parts, name="people", version=1):
    return "/".join([DATASETS, name, "versions", str(version), *parts])


def test_datasets_are_listed_page_by_page(ask, add):
    for name in ("b", "a", "c"):
        add(name, is_read=False)
    client = ask("viewer")
    first = client.get(DATASETS, params={"limit": 2}).json()
    second = client.get(DATASETS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [each["name"] for each in (*first["items"], *second["items"])] == ["a", "b", "c"]
    assert second["next_cursor"] is None
    assert client.get(DATASETS, params={"cursor": "x"}).status_code == 422


def test_a_preview_is_typed_and_does_nothing_wherever_it_is_pasted(ask, add):
    add()
    answer = ask("viewer").get(_path("preview"), params={"rows": 2})
    assert answer.headers["content-type"] == "application/json"
    assert b"<" not in answer.content
    told = answer.json()
    assert told["rows"] == [[20, "=1+1", 0], [21, "<b>Rome</b>", 1]]
    assert [column["kind"] for column in told["columns"]] == ["integer", "category", "integer"]
    assert told["n_rows"] == 60


def test_profile_and_findings_are_told_as_json_and_as_a_page_that_runs_nothing(ask, add):
    add()
    client = ask("viewer")
    profile = client.get(_path("profile", version="latest"))
    assert profile.json()["profile"]["n_rows"] == 60
    assert b"<" not in profile.content
    findings = client.get(_path("findings")).json()
    assert "spelling-variants" in {each["code"] for each in findings}
    page = client.get(_path("profile.html"))
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert "<b>Rome</b>" not in page.text


def test_a_mended_version_says_what_was_done(ask, add):
    add()
    body = {"of": 1, "fixes": {"spelling-variants:city": "merge-spellings"}}
    answer = ask("editor").post(f"{DATASETS}/people/versions", json=body)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["version"], told["derived_from"], told["state"]) == (2, 1, "ready")
    assert told["applied"][0].startswith("Merged the spellings in 'city'")
    versions = ask("viewer").get(f"{DATASETS}/people/versions").json()["items"]
    assert [each["version"] for each in versions] == [2, 1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fixes": {"all": "polish"}},
        {"fixes": {}, "colour": 1},
        {"of": "1", "fixes": {"all": "recommended"}},
        {"read": {"decimal": ";"}},
    ],
)
def test_what_mends_nothing_is_refused(ask, add, body):
    add(is_read=False)
    assert ask("editor").post(f"{DATASETS}/people/versions", json=body).status_code == 422


def test_a_file_is_handed_out_as_it_was_uploaded_with_its_hash_and_in_ranges(ask, add):
    version = add(is_read=False)
    client = ask("viewer")
    whole = client.get(_path("data"))
    assert whole.content == CONTENT
    assert whole.headers["etag"] == f'"{version.sha256}"'
    assert whole.headers["repr-digest"].startswith("sha-256=:")
    assert whole.headers["content-disposition"] == 'attachment; filename="people.csv"'
    part = client.get(_path("data"), headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, CONTENT[4:8])
    assert part.headers["content-range"] == f"bytes 4-7/{len(CONTENT)}"
    rest = client.get(_path("data"), headers={"Range": f"bytes={len(CONTENT) - 3}-"})
    assert rest.content == CONTENT[-3:]


def test_what_has_not_been_read_says_so_and_can_be_asked_for_again(ask, add, project):
    add(is_read=False)
    assert ask("viewer").get(_path("preview")).status_code == 409
    assert ask("viewer").get(_path("lineage")).json()["runs"] == []
    assert ask("editor").post(_path("read")).status_code == 202
    jobs = project.of("acme").jobs.find(JobQuery())
    assert {job.created_by for job in jobs.items} == {"user:e"}
    assert [job.payload for job in jobs.items] == [{"dataset": "people@1", "loads_rows": False}]


def test_rows_are_loaded_into_the_database_when_asked_and_told_page_by_page(ask, add, project):
    add()
    client = ask("viewer")
    assert client.get(_path("rows")).json() == {"items": [], "next_cursor": None}
    assert client.post(_path("rows")).status_code == 403
    assert ask("editor").post(_path("rows")).status_code == 202
    jobs = project.of("acme").jobs.find(JobQuery())
    assert [job.payload["loads_rows"] for job in jobs.items] == [True]
    assert project.of("acme").ingesting.load_rows("people@1") == 60
    page = client.get(_path("rows"), params={"limit": 2}).json()
    assert [each["number"] for each in page["items"]] == [1, 2]
    assert page["items"][0]["cells"] == {"age": 20, "city": "=1+1", "y": 0}
    rest = client.get(_path("rows"), params={"cursor": page["next_cursor"], "limit": 1000}).json()
    assert [each["number"] for each in rest["items"]] == list(range(3, 61))
    assert rest["next_cursor"] is None
    assert ask("stranger").get(_path("rows")).status_code == 404


def test_what_could_not_be_read_says_why_in_the_readers_words(ask, add):
    add(content=b"a,b\n1,2\n3,4,5\n")
    shown = ask("viewer").get(_path()).json()
    assert (shown["state"], shown["refusal"]["row"]) == ("failed", 2)
    told = ask("viewer").get(_path("profile"))
    assert told.status_code == 422
    assert (told.json()["row"], told.json()["sample"]) == (2, "3,4,5")


def test_the_trainings_on_a_dataset_are_told(ask, add, add_run, register):
    version = add()
    run = add_run("r1", data_sha256=version.data_sha256)
    register(run=run, data_sha256=version.data_sha256)
    told = ask("viewer").get(_path("lineage")).json()
    assert [each["id"] for each in told["runs"]] == ["r1"]
    assert told["models"] == ["churn@1"]


def test_a_dataset_that_a_training_needs_is_not_deleted(ask, add, add_run):
    version = add()
    add_run("r1", data_sha256=version.data_sha256)
    client = ask("editor")
    for path in (_path(), f"{DATASETS}/people"):
        refused = client.delete(path)
        assert refused.status_code == 409
        assert "run r1" in refused.json()["detail"]
    assert client.get(_path("data")).content == CONTENT


def test_deleting_takes_one_version_or_all(ask, add):
    client = ask("editor")
    for _ in range(3):
        add(is_read=False)
    assert client.delete(_path(version=2)).json() == {"deleted": ["people@2"]}
    assert client.get(_path(version=2)).status_code == 404
    assert client.delete(f"{DATASETS}/people").json() == {"deleted": ["people@3", "people@1"]}
    assert client.get(f"{DATASETS}/people").status_code == 404


def test_another_tenant_sees_and_deletes_nothing(ask, add):
    version = add()
    stranger = ask("stranger")
    assert stranger.get(DATASETS).json()["items"] == []
    parts = (
        (),
        ("preview",),
        ("profile",),
        ("profile.html",),
        ("findings",),
        ("lineage",),
        ("data",),
    )
    answers = [stranger.get(_path(*each)) for each in parts]
    answers += [stranger.delete(_path()), stranger.delete(f"{DATASETS}/people")]
    answers += [stranger.get(f"{DATASETS}/people/versions"), stranger.post(_path("read"))]
    answers += [
        stranger.post(f"{DATASETS}/people/versions", json={"fixes": {"all": "recommended"}})
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert not any(version.sha256 in answer.text for answer in answers)
    assert ask("viewer").get(_path()).status_code == 200


@pytest.mark.parametrize("version", ["0", "-1", "1.5", "newest", "9" * 30])
def test_what_is_no_version_is_refused(ask, version):
    assert ask("viewer").get(_path(version=version)).status_code == 422


def test_a_version_that_no_database_counts_to_is_not_found(ask, add):
    add(is_read=False)
    assert ask("viewer").get(_path(version="9" * 18)).status_code == 404
