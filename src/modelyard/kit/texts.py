"""Text from data made fit for a page: nothing invisible in it, nothing longer than its place."""

import unicodedata

_ELLIPSIS = "…"
_REPLACEMENT = "\ufffd"
# Characters that turn the direction of what follows them: a name could reorder its neighbours.
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Widths in em of a broad sans-serif (DejaVu Sans), so that narrower ones fit as well; only good
# enough to choose where to cut.
_IDEOGRAPH_EM, _BROAD_EM, _USUAL_EM = 1.0, 0.8, 0.62
_BROAD = frozenset("mw@%…→×")


def visible(text: object) -> str:
    """Return `text` with control, direction and unencodable characters replaced by U+FFFD.

    Line breaks and tabs become spaces. Escaping for HTML is done where the text is set.
    """
    return "".join(_visible_character(character) for character in str(text))


def width_em(text: str) -> float:
    """Return roughly how wide `text` is set, in em."""
    return sum(_em(character) for character in text)


def shorten(text: str, max_em: float) -> str:
    """Return `text`, cut before it gets wider than `max_em`, with an ellipsis where it was cut."""
    if width_em(text) <= max_em:
        return text
    room = max_em - width_em(_ELLIPSIS)
    kept = ""
    for character in text:
        room -= _em(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS


def _visible_character(character: str) -> str:
    if character in "\t\n\r\u2028\u2029":
        return " "
    if character in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs", "Cn"):
        return _REPLACEMENT
    return character


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return _IDEOGRAPH_EM
    return _BROAD_EM if character.isupper() or character in _BROAD else _USUAL_EM
