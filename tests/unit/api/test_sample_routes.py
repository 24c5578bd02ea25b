"""The sample tables become datasets by one request, and only once each."""

SAMPLES = "/api/v1/ml/samples"


def test_every_sample_says_what_it_holds_and_what_is_predicted(ask):
    told = ask("viewer").get(SAMPLES).json()["items"]
    assert {each["name"]: each["target"] for each in told} == {
        "iris": "species",
        "penguins": "species",
        "churn": "target",
    }
    assert all(each["about"].endswith((".", "?")) for each in told)


def test_a_sample_becomes_a_dataset_that_is_read_and_has_its_target(ask):
    added = ask("editor").post(f"{SAMPLES}/penguins")
    assert added.status_code == 201
    told = added.json()
    assert (told["reference"], told["state"], told["n_rows"]) == ("penguins@1", "ready", 344)
    preview = ask("viewer").get(added.headers["location"] + "/preview").json()
    assert "species" in [column["name"] for column in preview["columns"]]


def test_a_sample_that_is_a_dataset_already_is_not_made_again(ask):
    first, second = (ask("editor").post(f"{SAMPLES}/iris").json() for _ in range(2))
    assert first["reference"] == second["reference"] == "iris@1"


def test_a_dataset_of_that_name_with_other_content_gets_a_version_more(ask):
    other = ask("editor").post(
        "/api/v1/ml/datasets", params={"name": "iris"}, content=b"a,b\n1,2\n3,4\n"
    )
    assert other.json()["reference"] == "iris@1"
    assert ask("editor").post(f"{SAMPLES}/iris").json()["reference"] == "iris@2"


def test_an_unknown_sample_is_answered_with_the_nearest(ask):
    answer = ask("editor").post(f"{SAMPLES}/penguin")
    assert answer.status_code == 404
    assert "penguins" in answer.json()["fix"]
