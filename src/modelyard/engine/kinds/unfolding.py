"""Says what helps where a column holds what no cell can: lists, bytes or objects."""

from modelyard.runtime.pictures.formats import OPENED, format_of


def way_out(name: str, first: object = None) -> str:
    """Return what to do about a column, by the first value that it holds."""
    if isinstance(first, bytes) and format_of(first) in OPENED:
        return f"Its bytes begin as those of a picture: --kind {name}=image reads them as pictures."
    return (
        f"Unfold '{name}' into columns of its own, or drop it; lists of numbers may be read as "
        "kind sequence."
    )
