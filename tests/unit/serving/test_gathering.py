"""Rows that come in one turn of the loop are answered together as each would be alone."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from modelyard.domain.errors import UnparseableValue
from modelyard.runtime.predictor import Predictor
from modelyard.serving.gathering import Gathering
from modelyard.serving.shelf import Served, Shelf

Rows = list[dict[str, Any]]


class _Broken:
    """A predictor that reads rows and fails where nobody foresaw it."""

    def __init__(self, predictor: Predictor) -> None:
        self.reader, self.demands = predictor.reader, predictor.demands

    def scores(self, rows: object) -> None:
        del rows
        raise ZeroDivisionError("a bug in the graph")


def _together(shelf: Shelf, rows: Rows) -> list[Any]:
    served = shelf.models["penguins"]

    async def ask() -> list[Any]:
        gathering = Gathering()
        asked = (gathering.answer(served, json.dumps({"row": row}).encode()) for row in rows)
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(ask())


def test_each_row_gets_its_own_answer(shelf: Shelf, recorded: Mapping[str, Any]) -> None:
    replies = _together(shelf, recorded["rows"])
    for reply, value, chances in zip(
        replies, recorded["values"], recorded["probabilities"], strict=True
    ):
        answer = json.loads(reply.body)
        assert answer["prediction"] == value
        assert list(answer["probabilities"].values()) == pytest.approx(chances, abs=1e-12)
        assert reply.work.n_rows == 1


def test_flags_stay_with_their_row(shelf: Shelf, rows: Rows) -> None:
    replies = _together(shelf, [rows[0], rows[0] | {"island": "Atlantis"}, rows[0]])
    flags = [json.loads(reply.body)["flags"] for reply in replies]
    assert [len(each) for each in flags] == [0, 1, 0]
    assert flags[1][0]["rows"] == [1]


def test_a_bad_row_fails_alone(shelf: Shelf, rows: Rows) -> None:
    good, bad, other = _together(shelf, [rows[0], rows[1] | {"year": "?!"}, rows[2]])
    assert isinstance(bad, UnparseableValue)
    assert bad.row == 1
    assert {good.status, other.status} == {200}


def test_a_fault_in_one_model_stays_with_it_and_is_told_as_it_was(
    two: Mapping[str, Served], rows: Rows
) -> None:
    broken = replace(two["iris"], predictor=_Broken(two["iris"].predictor))
    flower = {column.name: column.example for column in broken.manifest.inputs}

    async def ask() -> list[Any]:
        gathering = Gathering()
        asked = [(broken, flower), (two["penguins"], rows[0]), (broken, flower)]
        replies = (gathering.answer(of, json.dumps({"row": row}).encode()) for of, row in asked)
        return await asyncio.gather(*replies, return_exceptions=True)

    fault, good, other = asyncio.run(ask())
    assert good.status == 200
    assert {type(fault), type(other)} == {ZeroDivisionError}
    assert str(fault) == "a bug in the graph"


def test_a_client_that_went_away_holds_nobody_up(shelf: Shelf, rows: Rows) -> None:
    served, body = shelf.models["penguins"], json.dumps({"row": rows[0]}).encode()

    async def ask() -> Any:
        gathering = Gathering()
        gone = asyncio.ensure_future(gathering.answer(served, body))
        waits = asyncio.ensure_future(gathering.answer(served, body))
        await asyncio.sleep(0)
        gone.cancel()
        return await waits

    assert asyncio.run(ask()).status == 200
