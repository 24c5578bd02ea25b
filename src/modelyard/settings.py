"""The only reader of the environment: where the project lives, and how the process behaves."""

import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.perimeters import Perimeter, parse_hosts, parse_origins, parse_proxies
from modelyard.domain.weights import PUBLIC_HUB, Hub
from modelyard.kit.addresses import stated
from modelyard.kit.matching import nearest

PREFIX = "MODELYARD_"
LOG_FORMATS = ("console", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")

# What each variable sets; the documentation lists them, and a test compares.
VARIABLES: Mapping[str, str] = {
    "MODELYARD_HOME": "Project folder; by default '.modelyard' in the current directory.",
    "MODELYARD_DATABASE_URL": "Database, of SQLite or PostgreSQL; "
    "by default 'modelyard.db' in the project folder.",
    "MODELYARD_KEYS": "Folder of the signing keys; by default in the user's configuration folder.",
    "MODELYARD_SERVING_TOKEN": "Token of a server's admin call; there is none without.",
    "MODELYARD_CACHE_MB": "Room for tables that were read once; by default 2000, 0 for none.",
    "MODELYARD_UPLOAD_MB": "Most megabytes of one uploaded file; by default 20000.",
    "MODELYARD_HOSTS": "Names that the platform is asked by, with commas; by default loopback's.",
    "MODELYARD_ORIGINS": "Origins of pages whose scripts may ask the platform; by default none.",
    "MODELYARD_PROXIES": "Addresses or networks of proxies before the platform; by default none.",
    "MODELYARD_TOKEN_KEY": "Secret that signs access tokens; by default made in MODELYARD_KEYS.",
    "MODELYARD_CALLER_RATE": "Requests a minute of one person or API key; by default 600.",
    "MODELYARD_TENANT_RATE": "Requests a minute of a whole tenant; by default 6000.",
    "MODELYARD_PREDICTION_DAYS": "Days that logged predictions are kept; by default 365, 0 for "
    "ever.",
    "MODELYARD_ANSWER_DAYS": "Days that files of batch predictions are kept; by default 30, 0 for "
    "ever.",
    "MODELYARD_URL": "Platform that commands with --url ask; by default this machine.",
    "MODELYARD_TOKEN": "API key, or access token, that is sent to that platform.",
    "HF_ENDPOINT": "Hub that weights of networks are fetched from; by default that of Hugging "
    "Face.",
    "HF_HUB_OFFLINE": "1 where no hub may be asked; by default 0.",
    "MODELYARD_THREADS": "Threads to compute with; by default the cores this process may use.",
    "MODELYARD_LOG": f"Format of the log: {' or '.join(LOG_FORMATS)}; by default console.",
    "MODELYARD_LOG_LEVEL": f"Least severity to log: {', '.join(LOG_LEVELS)}; by default error.",
}


_MB = 1_000_000
# Two tables of a file of 500 MB take 800 MB.
_CACHE_MB = 2000
# A table of 20 GB fills the memory of a machine that trains on tables of this size.
_UPLOAD_MB = 20_000
# One process of the API answers some thousands a second: one caller who polls ten times a second
# without end is no burden, and a tenant has ten of them.
_CALLER_RATE = 600
_TENANT_RATE = 6_000
# A year, so that each season can be compared with the one before.
_PREDICTION_DAYS = 365
# Whoever asked for a file has fetched it by then, or asks again.
_ANSWER_DAYS = 30
# As huggingface_hub reads them.
_TRUE = frozenset({"1", "ON", "YES", "TRUE"})
# A century: times go no further back than the year 1.
_MOST_DAYS = 36_500


@dataclass(frozen=True)
class Settings:
    """What the environment decides.

    Attributes:
        home: project folder, absolute.
        database_url: in SQLAlchemy's form; left out of `repr`, it may hold a password.
        keys: folder of the signing keys, absolute.
        threads: to compute with, at least 1.
        cache_bytes: room for tables that were read once; 0 for none.
        upload_bytes: most that one uploaded file may have.
        perimeter: where the platform may be asked from.
        token_key: that access tokens are signed with; None for the one in `keys`.
        caller_rate, tenant_rate: most requests a minute.
        prediction_days, answer_days: that logged predictions, and files of answers, are kept; 0 for
            ever.
        url: of the platform that commands ask; None for this machine.
        token: that is sent to it, None for none.
        log_format: one of `LOG_FORMATS`.
        log_level: one of `LOG_LEVELS`.
        hub: that hands out weights of networks.
        serving_token: that whoever renews the models of a server must send, None for nobody.
    """

    home: Path
    database_url: str = field(repr=False)
    keys: Path
    threads: int
    log_format: str = "console"
    log_level: str = "error"
    serving_token: str | None = field(default=None, repr=False)
    cache_bytes: int = _CACHE_MB * _MB
    upload_bytes: int = _UPLOAD_MB * _MB
    perimeter: Perimeter = field(default_factory=Perimeter)
    token_key: str | None = field(default=None, repr=False)
    caller_rate: int = _CALLER_RATE
    tenant_rate: int = _TENANT_RATE
    prediction_days: int = _PREDICTION_DAYS
    answer_days: int = _ANSWER_DAYS
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    hub: Hub = field(default_factory=Hub)


def let_threads_sleep(environ: MutableMapping[str, str] | None = None) -> None:
    """Let the threads of OpenMP wait awake for a moment, then sleep; whoever says else is heard.

    By default they spin for milliseconds, which on cores that others use as well costs a hundred
    times the work: 320 rows and 500 rounds of LightGBM on two busy cores took 37 s so, and 0.3 s
    where threads slept at once. On quiet cores that costs in its turn: 40 rounds of 26 classes took
    8.5 s where they slept at once, 1.1 s by default, and 1.0 s with the 3,000 turns of this
    (libgomp's manual, GOMP_SPINCOUNT). It is read when the first library of OpenMP is loaded.

    Args:
        environ: variables by name; None means those of this process.
    """
    environ = os.environ if environ is None else environ
    if "OMP_WAIT_POLICY" not in environ:
        environ.setdefault("GOMP_SPINCOUNT", "3000")


def configure_logs(settings: Settings) -> None:
    """Let every log line go to standard error, where it never mixes with an answer."""
    import structlog

    is_json = settings.log_format == "json"
    last = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        # Where standard error is when a line is told, which may have been put elsewhere since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; a variable that is empty counts as not set.

    Args:
        environ: variables by name; None means those of this process.

    Raises:
        UnknownKey: if a variable begins with `MODELYARD_` and is not known.
        InvalidValue: if a variable's value is not allowed.
    """
    environ = os.environ if environ is None else environ
    given = {name: environ[name] for name in environ if name.startswith(PREFIX) and environ[name]}
    _refuse_unknown(given)
    home = _absolute(given.get("MODELYARD_HOME", ".modelyard"))
    keys = given.get("MODELYARD_KEYS")
    return Settings(
        home=home,
        database_url=given.get("MODELYARD_DATABASE_URL", f"sqlite:///{home / 'modelyard.db'}"),
        keys=_absolute(keys) if keys else _config_folder(environ) / "keys",
        threads=_threads(given),
        log_format=_one_of("MODELYARD_LOG", given.get("MODELYARD_LOG", "console"), LOG_FORMATS),
        log_level=_one_of(
            "MODELYARD_LOG_LEVEL", given.get("MODELYARD_LOG_LEVEL", "error"), LOG_LEVELS
        ),
        serving_token=given.get("MODELYARD_SERVING_TOKEN"),
        cache_bytes=_whole("MODELYARD_CACHE_MB", given, usual=_CACHE_MB, of="megabytes, 0 for none")
        * _MB,
        upload_bytes=_count("MODELYARD_UPLOAD_MB", given, usual=_UPLOAD_MB) * _MB,
        perimeter=Perimeter(
            hosts=parse_hosts(given.get("MODELYARD_HOSTS", "")),
            origins=parse_origins(given.get("MODELYARD_ORIGINS", "")),
            proxies=parse_proxies(given.get("MODELYARD_PROXIES", "")),
        ),
        token_key=given.get("MODELYARD_TOKEN_KEY"),
        caller_rate=_count("MODELYARD_CALLER_RATE", given, usual=_CALLER_RATE),
        tenant_rate=_count("MODELYARD_TENANT_RATE", given, usual=_TENANT_RATE),
        prediction_days=_days("MODELYARD_PREDICTION_DAYS", given, usual=_PREDICTION_DAYS),
        answer_days=_days("MODELYARD_ANSWER_DAYS", given, usual=_ANSWER_DAYS),
        url=given.get("MODELYARD_URL"),
        token=given.get("MODELYARD_TOKEN"),
        hub=_hub(environ),
    )


def _hub(environ: Mapping[str, str]) -> Hub:
    """Read the variables of huggingface_hub, which people have set for other programs as well."""
    endpoint = environ.get("HF_ENDPOINT") or PUBLIC_HUB
    if not endpoint.startswith(("https://", "http://")):
        raise InvalidValue(
            f"HF_ENDPOINT must be an address with https:// or http://; '{stated(endpoint)}' came.",
            fix=f"Set one, or unset it for {PUBLIC_HUB}.",
            sample=stated(endpoint),
        )
    is_offline = environ.get("HF_HUB_OFFLINE", "").upper() in _TRUE
    return Hub(endpoint.rstrip("/"), is_offline)


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        if name not in VARIABLES:
            # The prefix is shared by all, so it says nothing about which one was meant.
            tails = [known.removeprefix(PREFIX) for known in VARIABLES]
            close = nearest(name.removeprefix(PREFIX), tails)
            hint = f"Did you mean {PREFIX}{close}? " if close else ""
            raise UnknownKey(
                f"There is no setting {name}.",
                fix=f"{hint}Known: {', '.join(VARIABLES)}.",
                sample=name,
            )


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _config_folder(environ: Mapping[str, str]) -> Path:
    # The XDG specification asks to ignore a path that is not absolute.
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME") or Path.home()) / ".config"
    return base / "modelyard"


def _threads(given: Mapping[str, str]) -> int:
    """Return how many to compute with, by default every core that this process may use."""
    return _count("MODELYARD_THREADS", given, usual=_usable_cores())


def _count(name: str, given: Mapping[str, str], *, usual: int) -> int:
    """Return a whole number of at least 1."""
    text = given.get(name, str(usual))
    if text.isascii() and text.isdigit() and int(text) >= 1:
        return int(text)
    raise InvalidValue(
        f"{name} must be a whole number of at least 1; '{text}' came.",
        fix=f"Set a number, or unset it for {usual}.",
        sample=text,
    )


def _days(name: str, given: Mapping[str, str], *, usual: int) -> int:
    """Return a whole number of days, no more than a century."""
    return min(_whole(name, given, usual=usual, of="days, 0 for ever"), _MOST_DAYS)


def _whole(name: str, given: Mapping[str, str], *, usual: int, of: str) -> int:
    text = given.get(name, str(usual))
    if text.isascii() and text.isdigit():
        return int(text)
    raise InvalidValue(
        f"{name} must be a whole number of {of}; '{text}' came.",
        fix="Set a number, or unset it.",
        sample=text,
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - platforms without affinity


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return value
    raise InvalidValue(
        f"{name} must be one of {', '.join(allowed)}; '{value}' came.",
        fix=f"Set {name}={nearest(value, allowed) or allowed[0]}.",
        sample=value,
    )
