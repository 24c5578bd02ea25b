"""Finds where the records and fields of a whole text end, by counting positions in arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_QUOTE, _LF, _CR, _SPACE, _TAB = (ord(character) for character in '"\n\r \t')

Positions = npt.NDArray[np.int64]
Characters = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Layout:
    """Where the records of a text lie.

    Attributes:
        content: UTF-8 with one line feed after each record but perhaps the last, and no blank line.
        starts, ends: (n,) of the records; `ends` without the line feed.
        n_fields: (n,) fields of each record.
        n_blank: lines without any character but white space, which were left out.
        has_quotes: whether any field is quoted.
    """

    content: bytes
    starts: Positions
    ends: Positions
    n_fields: Positions
    n_blank: int
    has_quotes: bool

    def record(self, index: int) -> str:
        """Return the text of one record."""
        return self.content[self.starts[index] : self.ends[index]].decode("utf-8")


def lay_out(content: bytes, delimiter: str) -> Layout | None:
    """Return the layout of a text, or None where its quotes are not regular.

    Quotes are regular if each opens or closes a whole field, or stands doubled within one; then a
    position lies within quotes exactly if an odd number of them stands before it.

    Args:
        content: UTF-8; records may end in LF, CR LF or CR.
        delimiter: one ASCII character.
    """
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = _quotes(content, text)
    if not _is_regular(text, quotes, ord(delimiter)):
        return None
    if b"\r" in content:
        content = _with_line_feeds(text, quotes)
    return _without_blank_lines(_positions(content, delimiter), delimiter)


def _quotes(content: bytes, text: Characters) -> Positions:
    if b'"' not in content:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(text == _QUOTE)


def _is_regular(text: Characters, quotes: Positions, delimiter: int) -> bool:
    if len(quotes) % 2:
        return False
    is_edge = np.zeros(256, dtype=bool)
    is_edge[[_QUOTE, _LF, _CR, delimiter]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before, after = opening[opening > 0] - 1, closing[closing < len(text) - 1] + 1
    return bool(is_edge[text[before]].all() and is_edge[text[after]].all())


def _outside(positions: Positions, quotes: Positions) -> Positions:
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions


def _with_line_feeds(text: Characters, quotes: Positions) -> bytes:
    if not len(quotes):
        return text.tobytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    returns = _outside(np.flatnonzero(text == _CR), quotes)
    is_pair = np.append(text[1:], np.uint8(0))[returns] == _LF
    changed, is_kept = text.copy(), np.ones(len(text), dtype=bool)
    changed[returns[~is_pair]] = _LF
    is_kept[returns[is_pair]] = False
    return changed[is_kept].tobytes()


def _positions(content: bytes, delimiter: str) -> Layout:
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = _quotes(content, text)
    ends = _outside(np.flatnonzero(text == _LF), quotes)
    starts = np.append(0, ends + 1)
    if starts[-1] == len(text):
        starts = starts[:-1]
    else:
        ends = np.append(ends, len(text))
    delimiters = _outside(np.flatnonzero(text == ord(delimiter)), quotes)
    n_fields = np.diff(np.searchsorted(delimiters, np.append(starts, len(text)))) + 1
    return Layout(content, starts, ends, n_fields, 0, len(quotes) > 0)


def _without_blank_lines(layout: Layout, delimiter: str) -> Layout:
    starts, ends = layout.starts, layout.ends
    is_blank = starts == ends
    text = np.frombuffer(layout.content, dtype=np.uint8)
    is_in_doubt = ~is_blank & (layout.n_fields == 1)
    is_in_doubt[is_in_doubt] = np.isin(text[starts[is_in_doubt]], (_SPACE, _TAB))
    for index in np.flatnonzero(is_in_doubt).tolist():
        is_blank[index] = not layout.record(index).strip()
    if not is_blank.any():
        return layout
    lengths = np.diff(np.append(starts, len(text)))
    kept = text[np.repeat(~is_blank, lengths)].tobytes()
    left = _positions(kept, delimiter)
    n_blank = int(is_blank.sum())
    return Layout(left.content, left.starts, left.ends, left.n_fields, n_blank, left.has_quotes)
