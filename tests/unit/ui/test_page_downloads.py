"""Downloads go through the page piece by piece, and nothing in them runs."""

import pytest
from logins import browser_at


@pytest.fixture
def browser(api):
    with browser_at(api) as opened:
        yield opened


def test_a_package_comes_as_the_platform_has_it(browser, client, tmp_path):
    answer = browser.get("/download/models/demo@1/package")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    kept = client.models.download("demo@1", tmp_path / "demo.zip")
    assert answer.content == kept.read_bytes()


def test_a_cut_download_goes_on_where_it_was(browser):
    path = "/download/datasets/demo/versions/1/data"
    whole = browser.get(path)
    assert whole.status_code == 200, whole.text
    rest = browser.get(path, headers={"range": "bytes=100-"})
    assert rest.status_code == 206
    assert rest.content == whole.content[100:]


def test_the_report_is_opened_in_a_sandbox(browser):
    answer = browser.get("/download/models/demo@1/report")
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-disposition" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_parameters_are_passed_on_and_the_name_of_a_file_is_kept(browser):
    answer = browser.get("/download/models/demo@1/metrics?form=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="demo-1-metrics.csv"'


@pytest.mark.parametrize("path", ["../../health", "models/demo@1/../../..", "%2e%2e/x"])
def test_no_path_leads_out_of_the_api(browser, path):
    answer = browser.get(f"/download/{path}")
    assert answer.status_code in {200, 404, 422}
    assert "database" not in answer.text


def test_what_is_not_there_is_told_with_what_to_do(browser):
    answer = browser.get("/download/models/nothing@1/package")
    assert answer.status_code == 404
    assert "nothing" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
