"""People log in at the page: a browser has an id alone, and leads back to where it was."""

import re
from html import unescape

import pytest
from logins import EMAIL, PASSWORD, browser_at, served_to_people, setup_token

from loopback import served
from modelyard.api.app import make_app
from modelyard.bootstrap import open_project
from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.ui.login import own_path


@pytest.fixture
def project():
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.fixture
def people(project):
    """Return the address of a platform on which people log in."""
    with served_to_people(project) as url:
        yield url


@pytest.fixture
def browser(people):
    with browser_at(people) as opened:
        yield opened


@pytest.fixture
def ada(project, browser):
    """Return a browser in which the first admin is logged in."""
    form = {"token": setup_token(project), "email": EMAIL, "password": PASSWORD}
    assert browser.post("/setup", data=form).text == "the page"
    return browser


def log_in(browser, **changes):
    form = {"email": EMAIL, "password": PASSWORD, **changes}
    return browser.post("/login", data=form, follow_redirects=False)


def alert_of(answer):
    return unescape(re.search(r'role="alert">(.*?)</p>', answer.text)[1])


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back(ada):
    ada.cookies.clear()
    led = ada.get("/data?dataset=churn%402", follow_redirects=False)
    assert led.status_code == 303
    form = ada.get(led.headers["location"])
    path = unescape(re.search(r'name="next" value="([^"]*)"', form.text)[1])
    assert path == "/data?dataset=churn%402"
    assert log_in(ada, next=path).headers["location"] == path


def test_the_cookie_is_for_the_server_alone_and_holds_no_token(ada):
    cookie = log_in(ada).headers["set-cookie"]
    value = re.match(r"modelyard=([^;]+)", cookie)[1]
    assert len(value) >= 43
    assert not value.startswith("eyJ")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))


def test_the_cookie_is_secure_where_the_page_speaks_tls(people, ada):
    with browser_at(people, base_url="https://localhost:8501") as browser:
        cookie = log_in(browser).headers["set-cookie"]
    assert cookie.startswith("__Host-modelyard=")
    assert "Secure" in cookie


def test_each_login_has_an_id_of_its_own(ada):
    ids = {log_in(ada).headers["set-cookie"].split(";")[0] for _ in range(2)}
    assert len(ids) == 2


def test_a_second_tab_and_a_page_that_is_loaded_again_are_still_logged_in(ada):
    assert ada.get("/", follow_redirects=False).text == "the page"
    assert ada.get("/models", follow_redirects=False).text == "the page"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/ok\r\nx: y",
        "javascript:1",
        "",
    ],
)
def test_nobody_is_led_elsewhere_after_the_login(ada, path):
    assert own_path(path) == "/"
    assert log_in(ada, next=path).headers["location"] == "/"


def test_logging_out_ends_the_login_at_the_platform(ada):
    token = ada.post("/token", headers={"x-modelyard": "token"}).json()["token"]
    assert token
    left = ada.post("/logout", follow_redirects=False)
    assert left.headers["location"] == "/login?why=left"
    assert ada.get("/", follow_redirects=False).status_code == 303


def test_an_id_that_is_not_known_any_more_is_told_that_the_login_has_ended(ada):
    ada.cookies.clear()
    ada.cookies.set("modelyard", "of-a-process-that-is-gone")
    led = ada.get("/jobs")
    assert "Your login has ended" in led.text


def test_a_wrong_password_is_told_with_what_to_do_and_never_shown_again(ada):
    refused = ada.post("/login", data={"email": EMAIL, "password": "wrong wrong wrong"})
    assert refused.status_code == 401
    assert "is wrong" in alert_of(refused)
    assert EMAIL in refused.text
    assert "wrong wrong wrong" not in refused.text


def test_guesses_are_counted_by_the_address_of_the_browser(people, ada):
    def guess(browser):
        return browser.post("/login", data={"email": EMAIL, "password": "x" * 15}).status_code

    with browser_at(people, address="203.0.113.7") as guesser:
        assert [guess(guesser) for _ in range(11)] == [401] * 10 + [429]
    with browser_at(people, address="203.0.113.8") as other:
        assert log_in(other).status_code == 303


def test_what_is_filled_in_is_inert(ada):
    refused = ada.post("/login", data={"email": '"><script>1</script>', "password": "x"})
    assert "<script" not in refused.text
    policy = refused.headers["content-security-policy"]
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


def test_a_form_without_its_type_or_without_end_is_refused(browser):
    assert browser.post("/login", content=b"{}").status_code == 415
    assert browser.post("/login", data={"email": "a" * 20_000}).status_code == 413


def test_whoever_is_invited_chooses_a_password_and_is_in(people, ada):
    access = ada.post("/token", headers={"x-modelyard": "token"}).json()["token"]
    with Client(people, token=access) as client:
        token = client.people.add("bob@example.org", Role.VIEWER).token
    with browser_at(people) as bob:
        form = bob.get(f"/invitation?token={token}")
        assert token in form.text
        answer = bob.post("/invitation", data={"token": token, "password": PASSWORD})
        assert answer.text == "the page"


def test_a_link_from_elsewhere_finds_the_login_that_the_browser_keeps_back_at_first(ada):
    ada.cookies.clear()
    answer = ada.get("/models?model=a", headers={"sec-fetch-site": "cross-site"})
    assert 'http-equiv="refresh"' in answer.text
    assert "/models?model=a" in answer.text


def test_the_token_is_handed_to_the_pages_own_script_alone(ada):
    assert ada.post("/token").status_code == 403
    assert ada.get("/token", headers={"x-modelyard": "token"}).text == "the page"
    told = ada.post("/token", headers={"x-modelyard": "token"})
    assert told.headers["cache-control"] == "no-store"
    elsewhere = {"x-modelyard": "token", "origin": "https://evil.example"}
    assert ada.post("/token", headers=elsewhere).status_code == 403


def test_a_page_that_others_reach_asks_for_a_login_even_where_the_platform_does_not(project):
    with served(make_app(project)) as laptop, browser_at(laptop, is_open=False) as browser:
        assert browser.get("/", follow_redirects=False).headers["location"].startswith("/login")
        assert browser.get("/download/models/a/package", follow_redirects=False).status_code == 303


def test_where_nobody_logs_in_the_page_is_shown_at_once(project):
    with served(make_app(project)) as laptop, browser_at(laptop) as browser:
        assert browser.get("/", follow_redirects=False).text == "the page"
        assert browser.post("/token", headers={"x-modelyard": "t"}).json() == {"token": None}


def test_the_page_tells_its_health_and_that_of_the_platform(people, browser):
    told = browser.get("/health").json()
    assert told["is_healthy"]
    assert told["parts"]["platform"]["is_sound"]
    with browser_at("http://127.0.0.1:1") as alone:
        told = alone.get("/health").json()
    assert told["is_healthy"]
    assert not told["parts"]["platform"]["is_sound"]
    # Where it is asked is nobody's business who is not logged in.
    assert "127.0.0.1" not in told["parts"]["platform"]["detail"]
