"""What a serving process knows of an API key: not the key itself, but what it may do."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ServingKey:
    """One key that may ask for predictions.

    Attributes:
        tenant: whose deployments it may ask.
        subject: who asks by it, `key:ID`; the prediction log remembers it.
        role: of the key in its tenant; any role may ask for predictions.
        expires_at: from which on it is refused; None for never.
        models: names under which those models are served that it may ask; None for all.
        speaks_for_others: whether it is the platform's own, which names the subject that it
            forwards a request of.
    """

    tenant: str
    subject: str
    role: str
    expires_at: datetime | None = None
    models: frozenset[str] | None = None
    speaks_for_others: bool = False
