"""Text from outside made inert where Streamlit would read it as Markdown.

Streamlit reads labels, captions, help, options of radios and tabs, and messages as Markdown with
directives of its own. Names of columns, files and models, categories, and messages with such in
them go through `plain` before they stand there. `st.dataframe`, `st.text`, `st.code` and the
options of select boxes show text as it is.
"""

import re
import unicodedata

from modelyard.kit.texts import shorten, visible

# CommonMark 0.31, section 2.4: any punctuation may be escaped, and then means itself. Screen
# readers are told labels as they are written, so that no more is escaped than may mean something:
# within a word, as in `a_b`, neither emphasis nor a list begins (sections 6.2 and 5.2).
_MEANINGFUL = re.compile(r"([!#$&*:<>@\[\\\]^`{|}~]|(?<![^\W_])[-_+=]|[-_+=](?![^\W_]))")
_LISTED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
# What Streamlit replaces in the finished text, where escaping does not reach: emoji, icons,
# colours (`:red[…]`), arrows and dashes; and what becomes a link by itself.
_REPLACED = re.compile(r"(:(?=\S)|@|(?i:www)(?=\.)|<(?=[-=])|>(?==)|-(?=[->])|~(?==))")
_WORD_JOINER = "\u2060"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# About as many letters of a usual width fit beside an icon on a phone.
_LABEL_EM = 24.0


def plain(text: object) -> str:
    r"""Return text that Markdown shows as it is: no markup, link, formula, icon or emoji.

    Text that runs from right to left is isolated, so that it does not reorder what stands beside.

    >>> plain("<b>a_b</b> $x$")
    '\\<b\\>a_b\\</b\\> \\$x\\$'
    """
    shown = visible(text).strip()
    unlinked = _REPLACED.sub(rf"\1{_WORD_JOINER}", shown)
    escaped = _LISTED.sub(r"\1\\\2", _MEANINGFUL.sub(r"\\\1", unlinked))
    return f"{_ISOLATE}{escaped}{_END_ISOLATE}" if _turns(shown) else escaped


def short(text: object, *, max_em: float = _LABEL_EM) -> str:
    """Return `plain` text, cut where it would not fit beside others.

    Args:
        text: from outside.
        max_em: most of its width.
    """
    return plain(shorten(visible(text).strip(), max_em))


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)
