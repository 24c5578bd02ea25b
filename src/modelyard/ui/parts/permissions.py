"""What whoever looks may do: what they may not is not shown, or disabled with a word why."""

from modelyard.domain.identities import ModelAccess, Role
from modelyard.wire.credentials import CallerAnswer

_CALLER, _EMAIL = "caller", "email"


def remember(caller: CallerAnswer, *, email: str) -> None:
    """Keep who asks for the rest of the visit's run.

    Args:
        caller: as the platform sees them.
        email: of whoever has logged in; empty where nobody has.
    """
    import streamlit as st

    st.session_state[_CALLER], st.session_state[_EMAIL] = caller, email


def caller() -> CallerAnswer:
    """Return who asks."""
    import streamlit as st

    found: CallerAnswer = st.session_state[_CALLER]
    return found


def email() -> str:
    """Return the e-mail address of whoever has logged in; empty where nobody has."""
    import streamlit as st

    return str(st.session_state.get(_EMAIL, ""))


def may(role: Role) -> bool:
    """Return whether whoever looks may do what a role may."""
    return caller().role >= role


def sees_every_model() -> bool:
    """Return whether whoever looks is refused no model, and so sees what tells of all of them."""
    return ModelAccess(caller().models).is_full


def refusal(role: Role) -> str | None:
    """Return why something is disabled, for its `help`; None where it is not.

    Args:
        role: least one that may do it.
    """
    if may(role):
        return None
    return f"Only {role.value}s may do this; your role is {caller().role.value}. Ask an admin."
