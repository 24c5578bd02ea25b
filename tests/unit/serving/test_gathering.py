"""Rows that come in one turn of the loop are answered together as each would be alone."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from modelyard.domain.errors import UnparseableValue
from modelyard.serving.gathering import Gathering
from modelyard.serving.shelf import Shelf

Rows = list[dict[str, Any]]


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
