"""Where a platform may be asked from, and where it refuses to listen."""

import pytest

from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.domain.perimeters import (
    Perimeter,
    check_binding,
    parse_hosts,
    parse_origins,
    parse_proxies,
)

NAMED = Perimeter(hosts=("ml.example.org",))
BEHIND = Perimeter(hosts=("ml.example.org",), proxies=parse_proxies("10.0.0.5"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_on_loopback_it_listens_without_a_login(host):
    check_binding(host, Perimeter(), has_tls=False, asks_for_login=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "ml.example.org", ""])  # noqa: S104
def test_where_others_can_come_it_asks_for_a_login(host):
    with pytest.raises(UsageError, match="login"):
        check_binding(host, BEHIND, has_tls=True, asks_for_login=False)


def test_where_others_can_come_it_speaks_tls_or_stands_behind_a_declared_proxy():
    with pytest.raises(UsageError, match="in the clear"):
        check_binding("192.0.2.1", NAMED, has_tls=False, asks_for_login=True)
    check_binding("192.0.2.1", NAMED, has_tls=True, asks_for_login=True)
    check_binding("192.0.2.1", BEHIND, has_tls=False, asks_for_login=True)


def test_where_others_can_come_it_has_a_name_to_be_asked_by():
    with pytest.raises(UsageError, match="MODELYARD_HOSTS"):
        check_binding("192.0.2.1", Perimeter(), has_tls=True, asks_for_login=True)


@pytest.mark.parametrize("text", ["*", "https://a.org", "a.org:80", "a.org/x", "a b", "-a"])
def test_what_is_no_name_of_a_host_is_refused(text):
    with pytest.raises(InvalidValue, match="MODELYARD_HOSTS"):
        parse_hosts(text)


@pytest.mark.parametrize("text", ["*", "null", "a.org", "https://a.org/", "ftp://a.org"])
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(InvalidValue, match="MODELYARD_ORIGINS"):
        parse_origins(text)


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "proxy.example.org", "10.0.0.1/8"])
def test_what_is_no_network_or_every_address_is_refused(text):
    with pytest.raises(InvalidValue, match="MODELYARD_PROXIES"):
        parse_proxies(text)


def test_a_proxy_is_known_by_its_address():
    perimeter = Perimeter(proxies=parse_proxies("10.0.0.5, 10.1.0.0/16, fd00::/8"))
    known = [perimeter.has_proxy(each) for each in ("10.0.0.5", "10.1.9.9", "fd00::1")]
    strange = [perimeter.has_proxy(each) for each in ("10.0.0.6", "testclient", "")]
    assert (known, strange) == ([True] * 3, [False] * 3)
