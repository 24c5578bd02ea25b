"""The environment is read in one place, completely or not at all."""

import os
import sys
from io import StringIO
from pathlib import Path

import pytest
import structlog

from modelyard.bootstrap import open_project
from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.weights import Hub
from modelyard.settings import VARIABLES, configure_logs, let_threads_sleep, read_settings


def test_without_variables_the_project_is_in_the_current_directory() -> None:
    settings = read_settings({"HOME": "/home/ada"})
    assert settings.home == Path.cwd() / ".modelyard"
    assert settings.database_url == f"sqlite:///{settings.home}/modelyard.db"
    assert settings.keys == Path("/home/ada/.config/modelyard/keys")
    assert (settings.log_format, settings.log_level) == ("console", "error")


def test_by_default_every_core_that_the_process_may_use_computes() -> None:
    assert read_settings({}).threads == len(os.sched_getaffinity(0))


def test_every_known_variable_is_honoured() -> None:
    values = {
        "MODELYARD_HOME": "/srv/project",
        "MODELYARD_DATABASE_URL": "sqlite:////srv/x.db",
        "MODELYARD_KEYS": "/srv/keys",
        "MODELYARD_CACHE_MB": "7",
        "MODELYARD_UPLOAD_MB": "8",
        "MODELYARD_THREADS": "3",
        "MODELYARD_LOG": "json",
        "MODELYARD_LOG_LEVEL": "debug",
        "MODELYARD_SERVING_TOKEN": "hush",
        "MODELYARD_HOSTS": "ml.example.org, 10.0.0.7",
        "MODELYARD_ORIGINS": "https://app.example.org",
        "MODELYARD_PROXIES": "10.1.0.0/16",
        "MODELYARD_TOKEN_KEY": "hush-hush",
        "MODELYARD_CALLER_RATE": "5",
        "MODELYARD_TENANT_RATE": "50",
        "MODELYARD_PREDICTION_DAYS": "90",
        "MODELYARD_ANSWER_DAYS": "0",
        "MODELYARD_URL": "https://ml.example.org",
        "MODELYARD_TOKEN": "hush-hush-hush",
        "HF_ENDPOINT": "https://hub.example.org/",
        "HF_HUB_OFFLINE": "1",
    }
    assert set(values) == set(VARIABLES)
    settings = read_settings(values)
    assert (settings.home, settings.keys) == (Path("/srv/project"), Path("/srv/keys"))
    assert settings.database_url == "sqlite:////srv/x.db"
    assert (settings.threads, settings.log_format, settings.log_level) == (3, "json", "debug")
    assert (settings.cache_bytes, settings.upload_bytes) == (7_000_000, 8_000_000)
    assert settings.serving_token == values["MODELYARD_SERVING_TOKEN"]
    assert settings.perimeter.hosts == ("ml.example.org", "10.0.0.7")
    assert settings.perimeter.origins == ("https://app.example.org",)
    assert settings.perimeter.has_proxy("10.1.2.3")
    assert (settings.caller_rate, settings.tenant_rate) == (5, 50)
    assert (settings.prediction_days, settings.answer_days) == (90, 0)
    assert settings.token_key == values["MODELYARD_TOKEN_KEY"]
    assert (settings.url, settings.token) == ("https://ml.example.org", "hush-hush-hush")
    assert settings.hub == Hub("https://hub.example.org", is_offline=True)
    assert "hush" not in repr(settings)


def test_a_hub_is_an_address_that_is_asked_over_http() -> None:
    assert read_settings({"HF_HUB_OFFLINE": "0"}).hub == Hub("https://huggingface.co")
    with pytest.raises(InvalidValue, match="HF_ENDPOINT"):
        read_settings({"HF_ENDPOINT": "file:///etc"})


def test_without_an_argument_the_environment_of_the_process_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODELYARD_HOME", "/srv/elsewhere")
    assert read_settings().home == Path("/srv/elsewhere")


def test_keys_follow_the_xdg_folder_and_ignore_a_relative_one() -> None:
    follows = read_settings({"XDG_CONFIG_HOME": "/etc/ada", "HOME": "/home/ada"})
    ignores = read_settings({"XDG_CONFIG_HOME": "relative", "HOME": "/home/ada"})
    assert follows.keys == Path("/etc/ada/modelyard/keys")
    assert ignores.keys == Path("/home/ada/.config/modelyard/keys")


@pytest.mark.parametrize("text", ["-1", "1.5", "plenty", "٣"])
def test_room_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=f"'{text}' came"):
        read_settings({"MODELYARD_CACHE_MB": text})


def test_a_tilde_is_the_home_folder() -> None:
    assert read_settings({"MODELYARD_HOME": "~/yard"}).home == Path.home() / "yard"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_settings({"MODELYARD_LOG": "", "MODELYARD_THREADS": ""}) == read_settings({})


def test_an_unknown_variable_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownKey, match="Did you mean MODELYARD_THREADS"):
        read_settings({"MODELYARD_THREAD": "2"})


def test_an_unknown_variable_far_from_all_is_refused_with_the_list() -> None:
    with pytest.raises(UnknownKey, match=r"no setting MODELYARD_QQQQQ\. Known: MODELYARD_HOME"):
        read_settings({"MODELYARD_QQQQQ": "2"})


@pytest.mark.parametrize(
    "name",
    [
        "MODELYARD_THREADS",
        "MODELYARD_UPLOAD_MB",
        "MODELYARD_CALLER_RATE",
        "MODELYARD_TENANT_RATE",
    ],
)
@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_what_nobody_does_without_is_a_whole_number_of_at_least_one(name: str, value: str) -> None:
    with pytest.raises(InvalidValue, match=f"'{value}' came.*unset it for"):
        read_settings({name: value})


def test_a_misspelt_log_format_is_refused_with_the_right_one() -> None:
    with pytest.raises(InvalidValue, match="Set MODELYARD_LOG=json"):
        read_settings({"MODELYARD_LOG": "jsn"})


def test_the_database_url_with_its_password_stays_out_of_repr() -> None:
    url = "postgresql://ada:secret@db/x"
    assert "secret" not in repr(read_settings({"MODELYARD_DATABASE_URL": url}))


def test_threads_sleep_while_they_wait_unless_somebody_says_else() -> None:
    ours, theirs = dict[str, str](), {"OMP_WAIT_POLICY": "ACTIVE"}
    let_threads_sleep(ours)
    let_threads_sleep(theirs)
    assert ours == {"GOMP_SPINCOUNT": "3000"}
    assert theirs == {"OMP_WAIT_POLICY": "ACTIVE"}


def test_a_project_lets_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    open_project()
    assert os.environ["GOMP_SPINCOUNT"] == "3000"


def test_log_lines_go_where_standard_error_is_when_they_are_told(capsys, monkeypatch):
    with StringIO() as elsewhere:
        monkeypatch.setattr(sys, "stderr", elsewhere)
        configure_logs(read_settings({}))
        monkeypatch.undo()
    structlog.get_logger().error("told later")
    assert "told later" in capsys.readouterr().err
