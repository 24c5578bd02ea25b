"""What went wrong in the fits of an ensemble is told to the user."""

import pytest

from modelyard.domain.errors import DataError, TooFewRows
from modelyard.engine.ensembles.attempts import Attempts
from modelyard.protocols.progress import Silence


def _after(errors: dict[str, Exception]) -> Attempts:
    attempts = Attempts(Silence(), len(errors))
    for name, error in errors.items():
        with attempts.of(name):
            raise error
    return attempts


def test_where_every_library_refuses_each_member_is_named_with_its_reason() -> None:
    attempts = _after({"a": ValueError("singular"), "b": RuntimeError("no memory")})
    with pytest.raises(DataError, match="a: ValueError: singular; b: RuntimeError: no mem") as told:
        attempts.require_one(2)
    assert told.value.fix


def test_an_error_that_tells_the_way_out_is_passed_on() -> None:
    with pytest.raises(TooFewRows, match="too few"):
        _after({"a": TooFewRows("too few", fix="Add rows.")}).require_one(1)


def test_one_member_is_enough() -> None:
    _after({"a": ValueError("singular")}).require_one(2)
