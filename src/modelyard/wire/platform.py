"""What the platform tells of itself over HTTP."""

from collections.abc import Mapping

from pydantic import Field

from modelyard.wire.bodies import Answer


class Entrance(Answer):
    """Where things are."""

    product: str
    version: str
    links: dict[str, str]


class VersionAnswer(Answer):
    """Which version answers."""

    product: str
    version: str


class HealthPart(Answer):
    """One thing that the platform stands on."""

    is_sound: bool
    is_vital: bool = Field(description="Whether nothing can be answered without it.")
    detail: str


class HealthAnswer(Answer):
    """Whether the platform can do its work."""

    is_healthy: bool = Field(description="Whether every vital part is sound.")
    version: str
    parts: Mapping[str, HealthPart]
