"""Who did something, in a word: the platform knows people by their subjects alone."""

from modelyard.domain.identities import LOCAL_CALLER
from modelyard.ui.parts.permissions import caller


def who(subject: str) -> str:
    """Return whom a subject stands for, as whoever looks would say it; to be made `plain`."""
    if subject == caller().subject:
        return "you"
    if subject == LOCAL_CALLER.subject:
        return "this machine"
    kind, _, id_ = subject.partition(":")
    return f"API key {id_}" if kind == "key" else f"user {id_ or subject}"
