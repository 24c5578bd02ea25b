"""Roles have an order of their own, and grants bind a caller to models."""

import pytest

from modelyard.domain.errors import Forbidden, NotFound
from modelyard.domain.identities import ANY_MODEL, LOCAL_CALLER, Caller, ModelAccess, Role


def test_roles_are_compared_by_what_they_may_and_not_by_the_alphabet():
    assert Role.VIEWER < Role.EDITOR < Role.ADMIN
    assert Role.ADMIN > Role.EDITOR > Role.VIEWER
    assert Role.EDITOR <= Role.EDITOR >= Role.VIEWER
    assert max(Role) is Role.ADMIN


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("needed", Role)
def test_a_caller_may_what_the_role_and_those_below_it_may(role, needed):
    caller = Caller("acme", "user:a", role)
    if list(Role).index(role) < list(Role).index(needed):
        with pytest.raises(Forbidden):
            caller.require(needed)
    else:
        caller.require(needed)


def test_a_caller_for_predictions_alone_may_nothing_else_whatever_the_role():
    with pytest.raises(Forbidden):
        Caller("acme", "key:a", Role.ADMIN, is_predict_only=True).require(Role.VIEWER)


def test_what_tells_of_every_model_is_not_for_whoever_is_refused_one():
    Caller("acme", "user:a", Role.VIEWER).require_every_model()
    Caller("acme", "user:a", Role.VIEWER, access=ModelAccess({"iris": True})).require_every_model()
    with pytest.raises(NotFound):
        Caller(
            "acme", "user:a", Role.VIEWER, access=ModelAccess({"iris": False})
        ).require_every_model()


def test_an_admin_does_not_run_the_platform():
    with pytest.raises(Forbidden):
        Caller("acme", "user:a", Role.ADMIN).require_operator()
    LOCAL_CALLER.require_operator()


@pytest.mark.parametrize(
    ("grants", "given", "refused"),
    [
        ({}, ["iris", "wine"], []),
        ({"iris": False}, ["wine"], ["iris"]),
        ({ANY_MODEL: False}, [], ["iris", "wine"]),
        ({ANY_MODEL: False, "iris": True}, ["iris"], ["wine"]),
        ({ANY_MODEL: True, "iris": False}, ["wine"], ["iris"]),
    ],
)
def test_the_word_about_a_model_counts_before_the_one_about_any(grants, given, refused):
    access = ModelAccess(grants)
    assert [name for name in ("iris", "wine") if access.allows(name)] == given
    assert [name for name in ("iris", "wine") if not access.allows(name)] == refused


def test_a_model_that_is_refused_is_told_of_as_one_that_is_not_there():
    caller = Caller("acme", "user:a", Role.VIEWER, access=ModelAccess.to_only("iris"))
    caller.require_model("iris")
    with pytest.raises(NotFound, match="There is no model 'wine'"):
        caller.require_model("wine")
