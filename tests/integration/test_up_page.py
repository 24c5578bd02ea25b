"""`modelyard up` shows the page beside the API, keeps it running, and leaves nothing of it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from platforms import PATIENCE_S, Platform, up, wait_until_gone

pytestmark = pytest.mark.extras

OPTIONS = ("--page-port", "0", "--json", "--no-demo")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform with a page, on which people log in."""
    with up(tmp_path_factory.mktemp("page"), *OPTIONS, "--login") as started:
        wait_for(lambda: health_of(started)["is_sound"])
        yield started


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)


def health_of(platform: Platform) -> dict[str, bool]:
    try:
        answer = httpx.get(f"{platform.page}/health", timeout=PATIENCE_S)
    except httpx.HTTPError:
        return {"is_sound": False}
    found: dict[str, bool] = answer.json()["parts"]["platform"]
    return found


def page_processes(platform: Platform) -> list[int]:
    found, url = [], str(platform.document()["url"])
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if b"modelyard.ui.companions" in command and url.encode() in command:
            found.append(int(place.name))
    return found


def test_the_first_document_comes_with_a_policy_of_its_own(platform: Platform) -> None:
    answer = httpx.get(f"{platform.page}/setup", timeout=PATIENCE_S)
    assert "Set up the platform" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_another_name_is_refused(platform: Platform) -> None:
    answer = httpx.get(
        f"{platform.page}/setup", headers={"host": "evil.example"}, timeout=PATIENCE_S
    )
    assert answer.status_code == 403


def test_the_api_lets_the_scripts_of_the_page_upload_and_those_of_no_other(
    platform: Platform,
) -> None:
    def asked_from(origin: str) -> httpx.Response:
        headers = {
            "origin": origin,
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "tus-resumable,upload-offset,authorization",
        }
        url = f"{platform.document()['url']}/api/v1/ml/uploads"
        return httpx.options(url, headers=headers, timeout=PATIENCE_S)

    own = asked_from(platform.page)
    assert own.headers["access-control-allow-origin"] == platform.page
    assert "access-control-allow-credentials" not in own.headers
    assert "access-control-allow-origin" not in asked_from("http://evil.example").headers


def test_a_page_that_is_killed_is_started_again(platform: Platform) -> None:
    (before,) = page_processes(platform)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: bool(page_processes(platform)) and page_processes(platform) != [before])
    wait_for(lambda: health_of(platform)["is_sound"])


def test_nothing_is_left_of_the_page_when_the_platform_ends(tmp_path: Path) -> None:
    with up(tmp_path, *OPTIONS) as started:
        wait_for(lambda: health_of(started)["is_sound"])
        assert page_processes(started)
        assert started.end(signal.SIGTERM) in {0, 143}
        wait_until_gone(started)
        assert page_processes(started) == []
