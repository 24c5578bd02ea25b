"""How the parameters of a list are written: its order, and the tags that its items must carry."""

from collections.abc import Iterable

SORT_TOLD = (
    "A field, or the key of a metric; with '-' in front the largest comes first. What has no value "
    "comes last."
)
TAG_TOLD = "`key`, or `key=value`; given several times, all must hold."


def order_of(sort: str) -> tuple[str, bool]:
    """Return what a list is ordered by, and whether the largest comes first.

    >>> order_of("-created_at")
    ('created_at', True)
    """
    return sort.removeprefix("-"), sort.startswith("-")


def tags_of(written: Iterable[str]) -> dict[str, str | None]:
    """Return the tags that must hold; one without a value may have any.

    >>> tags_of(["stage=production", "draft"])
    {'stage': 'production', 'draft': None}
    """
    parted = (each.partition("=") for each in written)
    return {key: value if equals else None for key, equals, value in parted}
