"""Answers single rows together that came in one turn of the event loop.

Under load many requests wait when the loop turns. To prepare and compute their rows as one table
costs little more than to do so for one row (`benchmarks/serving.py`); nobody waits for a row that
has not come yet, so a lone request is answered as soon as before. What a turn has answered is
written down together too, where the server keeps a prediction log; meanwhile the next ones gather.
"""

import asyncio

import msgspec

from modelyard.serving.answers import RowRead, read_row, row_reply
from modelyard.serving.exchanges import NOBODY, Reply, Sender, Told
from modelyard.serving.kept_rows import kept_row
from modelyard.serving.prediction_log import PredictionLog
from modelyard.serving.queries import NOTHING
from modelyard.serving.shelf import Served


class _Waiting(msgspec.Struct, frozen=True):
    read: RowRead
    body: bytes
    sender: Sender
    reply: asyncio.Future[Reply]


# Half of the time that the disk takes, as PostgreSQL's manual advises for commit_delay (30.5, WAL
# Configuration), up to what clients of a near network take to ask again.
_LONGEST_PAUSE_S = 0.002

_Answered = tuple[_Waiting, Reply]


class Gathering:
    """The rows of one turn; for one event loop."""

    def __init__(self, log: PredictionLog | None = None) -> None:
        """Take where the answers are written down, if they are."""
        self._waiting: list[_Waiting] = []
        self._log = log
        self._is_writing = False

    async def answer(self, served: Served, body: bytes, *, sender: Sender = NOBODY) -> Reply:
        """Answer one row together with those that came beside it.

        Raises:
            ModelyardError: if this row cannot be answered.
        """
        read = read_row(served, body)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(read, body, sender, loop.create_future())
        if not self._waiting and not self._is_writing:
            loop.call_soon(self._turn)
        self._waiting.append(waiting)
        return await waiting.reply

    def _turn(self) -> None:
        turn, self._waiting = self._waiting, []
        by_model: dict[int, list[_Waiting]] = {}
        for each in turn:
            by_model.setdefault(id(each.read.served), []).append(each)
        answered: list[_Answered] = []
        for together in by_model.values():
            answered += _answer(together)
        if self._log is None:
            _release(answered)
            return
        for each, reply in answered:
            reply.told = Told(each.read.served, kept_row(each.read, each.body), reply.body)
        replies = [(reply, each.sender) for each, reply in answered]
        self._is_writing = True
        self._log.keep(replies, then=lambda: self._written(answered))

    def _written(self, answered: list[_Answered]) -> None:
        """Tell the answers that stand on the disk, and begin the turn of those that came since.

        The next turn begins when these have had time to ask again: to force the disk for half of
        the clients, and then for the other half, would take twice as long.
        """
        self._is_writing = False
        _release(answered)
        if self._waiting and self._log is not None:
            loop = asyncio.get_running_loop()
            pause_s = min(self._log.forced_s / 2, _LONGEST_PAUSE_S)
            loop.call_soon(loop.call_later, pause_s, self._turn)


def _answer(together: list[_Waiting]) -> list[_Answered]:
    """Return the answers, once those that have none have heard why."""
    predictor = together[0].read.served.predictor
    try:
        rows = predictor.reader.joined([each.read.cells for each in together])
        scores = predictor.scores(rows).tolist()
    except Exception as error:  # noqa: BLE001 -- told by the door of the one request that it is of
        if len(together) == 1:
            _refuse(together[0], error)
            return []
        return [answered for each in together for answered in _answer([each])]
    answered = []
    for each, row_scores in zip(together, scores, strict=True):
        try:
            reply = row_reply(each.read, row_scores, query=NOTHING)
        except Exception as error:  # noqa: BLE001 -- as above
            _refuse(each, error)
        else:
            answered.append((each, reply))
    return answered


def _release(answered: list[_Answered]) -> None:
    for each, reply in answered:
        # Whoever went away meanwhile has cancelled it.
        if not each.reply.done():
            each.reply.set_result(reply)


def _refuse(waiting: _Waiting, error: Exception) -> None:
    if not waiting.reply.done():
        waiting.reply.set_exception(error)
