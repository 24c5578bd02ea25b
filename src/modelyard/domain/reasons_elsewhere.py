"""Says of a failure what those are told who ask from other machines: it names no place of ours."""

from modelyard.domain.errors import DamagedFile, StoreError


def reason_elsewhere(error: BaseException) -> str:
    """Return why something failed, as a record keeps it that anybody may read."""
    if isinstance(error, StoreError) and not isinstance(error, DamagedFile):
        return error.elsewhere
    if isinstance(error, OSError) and error.strerror:
        # Its text names the file.
        return error.strerror
    return str(error) or type(error).__name__
