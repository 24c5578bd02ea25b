"""Advice of the platform without the options of the command line: the page has fields and buttons.

What the platform advises is read at every door, and names options as the command line has them.
"""

import re
from functools import partial

from modelyard.ui.parts.tasks import ANSWERS
from modelyard.ui.parts.texts import plain

_VALUE = r"(?:'[^']*'|[^\s'])+?"
_BESIDE = r"(?:,? with|:| by)? "
_END = r"(?=[.,;:)]*(?:\s|$))"
# An option to the words that stand for it, the narrower ones first. Where it is named beside what
# it does ("drop it with --drop a"), the sentence stands without it.
_WORDS: tuple[tuple[str, str], ...] = (
    (r" \(--[^()]*\)", ""),
    (rf"train again with --drop {_VALUE}{_END}", "train again without it"),
    (r"--learning-curve with --trials", "a learning curve"),
    (r" with --task \w+", ""),
    (rf"--task ({'|'.join(ANSWERS)})\b", "“{}”"),
    (rf"--cv (\d+){_END}", "{} folds"),
    (rf"--trials (\d+){_END}", "{} trials"),
    (rf"{_BESIDE}--(?:target|time-limit|memory-limit|only|force)(?: [A-Z\d]\S*?)?{_END}", ""),
    (rf"(?:,? with|:| by) --[a-z-]+ {_VALUE}{_END}", ""),
    (r"--group\b", "the column of groups"),
    (r"--time\b", "the column of time"),
    (rf"{_BESIDE}--[a-z-]+{_END}", ""),
)
_CODE = re.compile(r" \([a-z]+(?:-[a-z]+)+(?::[^()]*)?\)(?=\.?$)")


def advised(text: str | None) -> str:
    """Return advice as Markdown, for it to stand on the page; empty for none."""
    return plain(without_options(text or ""))


def without_options(advice: str) -> str:
    """Return advice without the options of the command line that it names.

    >>> without_options("Drop one of them with --drop 'a b'; it adds nothing.")
    'Drop one of them; it adds nothing.'
    >>> without_options("Use --task regression, or merge classes.")
    'Use “A number”, or merge classes.'
    """
    for option, words in _WORDS:
        advice = re.sub(option, partial(_worded, words), advice)
    return advice


def without_code(sentence: str) -> str:
    """Return what was mended without the name of the finding, which a configuration tells it by.

    >>> without_code("Read 'a' as a number (dressed-number-column:a).")
    "Read 'a' as a number."
    """
    return _CODE.sub("", sentence)


def _worded(words: str, found: re.Match[str]) -> str:
    value = next(iter(found.groups()), "")
    return words.format(ANSWERS.get(value, value))
