"""Everything that can go wrong for a user, as one tree.

    ModelyardError
    ├── DataError                  the table itself (exit 3)
    │   ├── NotATable              binary, empty, not readable as this format
    │   ├── NoRows                 nothing below the header
    │   ├── MalformedRow           a row with too many or too few fields, an unclosed quote
    │   ├── UndecidableEncoding    bytes that no known encoding explains
    │   ├── AmbiguousHeader        duplicate, empty or case-equal column names
    │   ├── UnparseableValue       a cell that does not fit its column's kind
    │   ├── MissingColumns         columns that the model or the configuration needs
    │   ├── SchemaViolation        a cell that breaks the data schema
    │   ├── TooFewRows             fewer rows than the step needs
    │   ├── UnreadablePicture      broken, too large, or of a format that is not opened
    │   └── UnsafeArchive          a zip that would write elsewhere, or unpack without end
    ├── TargetError                the target column does not allow training (exit 3)
    ├── BlockingFindings           findings of severity error that were not accepted (exit 2)
    ├── UsageError                 a wrong command, option or configuration (exit 4)
    │   ├── UnknownKey             a name that does not exist, with the nearest right one
    │   ├── InvalidValue           a value outside what is allowed
    │   │   └── TooLittleMemory    a limit of memory that leaves no room for the work
    │   └── MissingExtra           an optional library that is not installed
    ├── NotFound                   no such model, run or file (exit 5)
    ├── PackageError               a model package that must not or cannot be used (exit 6)
    │   ├── UntrustedPackage       a hash or the signature is wrong, or the key is not trusted
    │   ├── UnsupportedPackage     written in a format that this version does not know
    │   └── ParityExceeded         the package does not predict what the trained model predicts
    ├── StoreError                 the project folder cannot be read or written (exit 7)
    │   ├── StoreUnavailable       the database does not answer now, and may do so in a moment
    │   └── DamagedFile            what is kept is not what was written
    ├── WorkersLost                the process that runs the fits has ended (exit 1)
    └── RequestError               a request over HTTP that is not answered (exit 4)
        ├── MalformedBody          no JSON, or JSON of another form than is asked for
        ├── BodyTooLarge           more bytes than the server takes
        ├── UnsupportedMedia       a body in a form that the server does not read
        ├── RequestTimedOut        a body that does not come whole in time
        ├── WrongMethod            the path answers another method
        ├── WrongProtocol          another version of a protocol than is spoken here
        ├── NotAuthorized          no token, or another than the server's
        ├── Forbidden              whoever asks is known, and may not do this
        ├── Conflict               what is asked for does not go with what there is
        │   └── ClaimLost          the job is not this worker's any more
        ├── QuotaExceeded          a tenant has as much of this as it may have
        ├── TooManyRequests        more than a key, a tenant or an address may ask for now
        ├── TooLargeToOutline      looking at the table takes more than a request has
        ├── Overloaded             as many requests as the server takes are on their way
        └── Unavailable            what is needed to answer cannot be had now

An error carries a stable `code`, an HTTP `status`, the `exit_code` of the command line, and where
they are known `row` (1 is the first row below the header), `column`, a `sample` of what came, and
the `fix`. Where a column is looked at as a whole, `misfits` are the positions of all its rows that
do not fit, 0 is the first.
"""

from collections.abc import Sequence
from typing import Any

from modelyard.domain.error_form import (
    ModelyardError as ModelyardError,  # noqa: PLC0414 -- handed on: it is the root of the tree
)


class DataError(ModelyardError):
    """The table cannot be used as it is."""

    code = "data"
    status = 422
    exit_code = 3


class NotATable(DataError):
    """The file is not a table in the format that was expected."""

    code = "not-a-table"


class NoRows(DataError):
    """There is no row below the header."""

    code = "no-rows"


class MalformedRow(DataError):
    """A row does not have as many fields as the header, or its quoting is broken."""

    code = "malformed-row"


class UndecidableEncoding(DataError):
    """No known encoding explains the bytes."""

    code = "undecidable-encoding"


class AmbiguousHeader(DataError):
    """Two columns have the same name, differ only in case, or have none."""

    code = "ambiguous-header"


class UnparseableValue(DataError):
    """A cell does not fit the kind of its column."""

    code = "unparseable-value"


class MissingColumns(DataError):
    """Columns that are needed are not in the table."""

    code = "missing-columns"


class SchemaViolation(DataError):
    """A cell breaks a rule of the data schema."""

    code = "schema-violation"


class TooFewRows(DataError):
    """The table has fewer rows than the step needs."""

    code = "too-few-rows"


class UnreadablePicture(DataError):
    """A picture is broken, declares too many pixels, or has a format that is not opened."""

    code = "unreadable-picture"


class UnsafeArchive(DataError):
    """A zip file names places outside itself, is encrypted, or unpacks to more than it should."""

    code = "unsafe-archive"


class TargetError(ModelyardError):
    """The target column does not allow training."""

    code = "target"
    status = 422
    exit_code = 3


class BlockingFindings(ModelyardError):
    """Findings of severity error stop the training until they are accepted by name."""

    code = "blocking-findings"
    status = 422
    exit_code = 2

    def __init__(self, message: str, *, findings: Sequence[Any], fix: str) -> None:
        super().__init__(message, fix=fix)
        self.findings = tuple(findings)


class UsageError(ModelyardError):
    """A command, an option or a configuration is wrong."""

    code = "usage"
    status = 422
    exit_code = 4


class UnknownKey(UsageError):
    """A name that does not exist."""

    code = "unknown-key"


class InvalidValue(UsageError):
    """A value outside what is allowed."""

    code = "invalid-value"


class TooLittleMemory(InvalidValue):
    """A limit of memory leaves no room for the work; jobs tell such a problem by this code."""

    code = "memory"


class MissingExtra(UsageError):
    """A component needs an optional library that is not installed."""

    code = "missing-extra"


class NotFound(ModelyardError):
    """No such model, run or file."""

    code = "not-found"
    status = 404
    exit_code = 5


class PackageError(ModelyardError):
    """A model package that must not or cannot be used."""

    code = "package"
    status = 422
    exit_code = 6


class UntrustedPackage(PackageError):
    """A hash or the signature is wrong, or the key is not among the trusted ones."""

    code = "untrusted-package"


class UnsupportedPackage(PackageError):
    """The package is written in a format that this version does not know."""

    code = "unsupported-package"
    usual_fix = "Fetch the package again from where it was made, or train the model anew."


class ParityExceeded(PackageError):
    """The package does not predict what the trained model predicts."""

    code = "parity-exceeded"


class StoreError(ModelyardError):
    """The project folder cannot be read or written.

    Attributes:
        elsewhere: what those are told who ask from other machines; it names no place of this one.
    """

    code = "store"
    status = 507
    exit_code = 7

    def __init__(self, message: str, *, elsewhere: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.elsewhere = elsewhere or "The platform cannot read or write what it keeps."


class StoreUnavailable(StoreError):
    """The database does not answer now: it starts again, or all connections are taken.

    Attributes:
        retry_after_s: when to ask again, seconds.
    """

    code = "store-unavailable"
    status = 503

    def __init__(self, message: str, *, fix: str, retry_after_s: int) -> None:
        super().__init__(message, fix=fix)
        self.retry_after_s = retry_after_s

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() | {"retry_after_s": self.retry_after_s}


class DamagedFile(StoreError):
    """What is kept is not what was written: its size or its hash is another."""

    code = "damaged-file"
    status = 500


class WorkersLost(ModelyardError):
    """The process that runs pieces of work has ended, and they with it."""

    code = "workers-lost"
    status = 500


class RequestError(ModelyardError):
    """A request over HTTP that is not answered.

    Attributes:
        path: where in the body, as JSONPath; None where it is not known.
    """

    code = "request"
    exit_code = 4

    def __init__(self, message: str, *, fix: str | None = None, path: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.path = path

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() | ({} if self.path is None else {"path": self.path})


class MalformedBody(RequestError):
    """The body is no JSON, or JSON of another form than is asked for."""

    code = "malformed-body"
    status = 422


class BodyTooLarge(RequestError):
    """The body has more bytes than the server takes."""

    code = "body-too-large"
    status = 413


class UnsupportedMedia(RequestError):
    """The body is in a form that the server does not read."""

    code = "unsupported-media"
    status = 415


class RequestTimedOut(RequestError):
    """The body does not come whole in the time that a request has."""

    code = "request-timed-out"
    status = 408


class WrongMethod(RequestError):
    """The path answers another method."""

    code = "wrong-method"
    status = 405


class WrongProtocol(RequestError):
    """The request speaks another version of a protocol than the one that is spoken here."""

    code = "wrong-protocol"
    status = 412


class NotAuthorized(RequestError):
    """The request carries no token, or another one than the server's."""

    code = "not-authorized"
    status = 401


class Forbidden(RequestError):
    """Whoever asks is known, and may not do this."""

    code = "forbidden"
    status = 403


class Conflict(RequestError):
    """What is asked for does not go with what there is, e.g. a name that is taken."""

    code = "conflict"
    status = 409


class ClaimLost(Conflict):
    """A worker wants to publish what a job made, and the job is not its own any more."""

    code = "claim-lost"


class QuotaExceeded(RequestError):
    """A tenant has as much of something as it may have."""

    code = "quota-exceeded"
    status = 429


class TooManyRequests(RequestError):
    """More requests came than a key, a tenant or an address may send.

    Attributes:
        retry_after_s: whole seconds until one more is answered.
    """

    code = "too-many-requests"
    status = 429

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, fix=f"Ask again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class TooLargeToOutline(RequestError):
    """Looking at a table takes more time or memory than a request has, whoever asks again."""

    code = "too-large-to-outline"
    status = 422


class Overloaded(RequestError):
    """As many requests as the server takes are on their way already."""

    code = "overloaded"
    status = 503


class Unavailable(RequestError):
    """What is needed to answer cannot be had now, e.g. a server that is starting."""

    code = "unavailable"
    status = 503
