"""What goes wrong, told calmly: what was expected, what came, and what to do; never a stack."""

import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from modelyard.domain.errors import ModelyardError, NotAuthorized, Unavailable
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.leaving import offer_login
from modelyard.ui.parts.texts import plain


@contextmanager
def told() -> Iterator[None]:
    """Tell whoever looks about an error of the platform, and go on after the block."""
    try:
        yield
    except ModelyardError as error:
        tell(error)


def tell(error: ModelyardError) -> None:
    """Draw what went wrong, and what to do about it."""
    import streamlit as st

    if isinstance(error, NotAuthorized):
        offer_login()
        return
    lines = [f"**{plain(error.message)}**", *([advised(error.fix)] if error.fix else [])]
    st.error("\n\n".join(lines), icon=":material/error:")


def for_anybody(error: ModelyardError) -> ModelyardError:
    """Return what whoever is not logged in may know: not where the platform is; the log tells."""
    if not isinstance(error, Unavailable):
        return error
    structlog.get_logger().warning("no answer of the platform", reason=str(error))
    return Unavailable("The platform does not answer now.", fix="Try again in a moment.")


def tell_unforeseen(error: Exception) -> bool:
    """Tell of an error that nobody caught, for Streamlit to show nothing itself.

    Returns:
        Whether it was told: always.
    """
    import streamlit as st

    if isinstance(error, ModelyardError):
        tell(error)
        return True
    request_id = secrets.token_hex(8)
    # As text: a traceback with the values of its variables could hold a secret.
    trace = "".join(traceback.format_exception(error))
    structlog.get_logger().error("fault", request_id=request_id, trace=trace)
    st.error(
        "**The page failed inside.**\n\n"
        f"This is a fault of Modelyard; the log of the page tells more about `{request_id}`. "
        "Load the page again to go on.",
        icon=":material/error:",
    )
    return True
