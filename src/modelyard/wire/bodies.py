"""What every request and every answer of the REST API has in common."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from modelyard.domain.levels import LEAST_LEVEL

# Of a list that names no limit, and the longest there is.
USUAL_LIMIT = 50
MOST_ITEMS = 1000
# The largest integer that every database keeps.
LARGEST = 2**63 - 1
Level = Annotated[float, Field(gt=LEAST_LEVEL, lt=100)]

Item = TypeVar("Item", bound=BaseModel)


class RequestBody(BaseModel):
    """A body as JSON: each field of its own type, and none that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Parameters behind the question mark, which are texts, and none that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer, made from a record of the same fields; what is no finite number is null."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PageQuery(Query):
    """Which part of a list is asked for."""

    limit: int = Field(
        default=USUAL_LIMIT, ge=1, le=MOST_ITEMS, description="Most items to return."
    )
    cursor: Annotated[
        str | None,
        Field(max_length=2000, description="`next_cursor` of the page before; none is the first."),
    ] = None


class PageOf(Answer, Generic[Item]):
    """One part of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Of the next page, to be sent as `cursor`; null on the last one."
    )


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`urn:modelyard:problem:` and the code.")
    title: str = Field(description="The name of the status.")
    status: int = Field(ge=400, le=599)
    code: str = Field(description="Stable; a program may ask for it.")
    detail: str = Field(description="What was expected, and what came.")
    fix: str | None = Field(default=None, description="What to do about it.")
    path: str | None = Field(default=None, description="Where in the body, as JSONPath.")
    row: int | None = Field(
        default=None, description="Of a table; 1 is the first below the header."
    )
    column: str | None = Field(default=None, description="Of a table.")
    sample: str | None = Field(default=None, description="Of what came.")
    request_id: str = Field(description="Under which the log tells more.")
