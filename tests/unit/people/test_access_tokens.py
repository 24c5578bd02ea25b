"""Access tokens: one algorithm, every claim, one key; whatever else comes is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from modelyard.domain.errors import InvalidValue, NotAuthorized
from modelyard.domain.identities import Role
from modelyard.domain.people import User
from modelyard.services.access_tokens import AccessTokens

KEY = b"k" * 32
AT = datetime(2026, 1, 1, tzinfo=UTC)
VI = User("acme", "vi", "vi@example.org", "Vi", Role.EDITOR, AT)


@pytest.fixture
def tokens():
    return AccessTokens(KEY, now=lambda: AT, new_id=lambda: "id")


@pytest.fixture
def claims(tokens):
    return jwt.decode(
        tokens.issue(VI), KEY, ["HS256"], audience="modelyard-api", options={"verify_exp": False}
    )


def _part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _refused(tokens, token):
    with pytest.raises(NotAuthorized) as refused:
        tokens.read(token)
    return refused.value


def test_a_token_tells_tenant_role_and_person(tokens):
    caller = tokens.read(tokens.issue(VI))
    assert (caller.tenant, caller.subject, caller.role) == ("acme", "user:vi", Role.EDITOR)


def test_a_token_has_every_claim(claims):
    assert set(claims) >= {"exp", "iat", "aud", "iss", "jti", "sub"}
    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize("missing", ["exp", "iat", "aud", "iss", "jti", "sub", "tenant", "role"])
def test_a_token_that_lacks_a_claim_is_refused(tokens, claims, missing):
    del claims[missing]
    _refused(tokens, jwt.encode(claims, KEY, "HS256"))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"role": "owner"},
        {"exp": int(AT.timestamp())},
        {"exp": "soon"},
    ],
)
def test_a_token_that_says_something_else_is_refused(tokens, claims, change):
    _refused(tokens, jwt.encode(claims | change, KEY, "HS256"))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "RS256"])
def test_a_token_does_not_choose_how_it_is_read(tokens, claims, algorithm):
    _, _, signature = jwt.encode(claims, KEY, "HS256").split(".")
    header = {"alg": algorithm, "typ": "JWT"}
    _refused(tokens, f"{_part(header)}.{_part(claims)}.{signature}")
    _refused(tokens, f"{_part(header)}.{_part(claims)}.")


def test_a_token_of_a_stronger_algorithm_is_refused_too(tokens, claims):
    _refused(tokens, jwt.encode(claims, KEY * 2, "HS512"))


def test_the_id_of_a_key_in_a_token_leads_nowhere(tokens, claims):
    forged = jwt.encode(claims, b"\0" * 32, "HS256", headers={"kid": "../../../../dev/zero"})
    _refused(tokens, forged)


def test_a_token_that_was_tampered_with_is_refused(tokens, claims):
    header, _, signature = tokens.issue(VI).split(".")
    _refused(tokens, f"{header}.{_part(claims | {'role': 'admin'})}.{signature}")


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "é.é.é", "." * 10_000, "\0"])
def test_what_is_no_token_is_refused(tokens, token):
    _refused(tokens, token)


def test_a_refusal_repeats_nothing_of_the_token(tokens, claims):
    forged = jwt.encode(claims, b"x" * 32, "HS256")
    assert forged.split(".")[1] not in str(_refused(tokens, forged).to_dict())


def test_a_token_of_another_platform_is_refused(tokens):
    other = AccessTokens(b"o" * 32, now=lambda: AT, new_id=lambda: "id")
    _refused(tokens, other.issue(VI))


def test_a_token_ends_by_the_clock_of_the_platform():
    issued = AccessTokens(KEY, now=lambda: AT, new_id=lambda: "id").issue(VI)
    later = AccessTokens(KEY, now=lambda: AT + timedelta(minutes=10), new_id=lambda: "id")
    _refused(later, issued)


def test_with_a_short_key_nothing_starts():
    with pytest.raises(InvalidValue, match="32"):
        AccessTokens(b"k" * 31, now=lambda: AT, new_id=lambda: "id")
