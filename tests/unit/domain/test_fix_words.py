"""A fix is spelled in one way: a word, and a value behind a colon where it needs one."""

import pytest

from modelyard.cli._words import fixes_of
from modelyard.domain.errors import InvalidValue
from modelyard.domain.fixes import VALUE_OF, AppliedFix, Fix, FixWord
from modelyard.domain.spellings import folded


@pytest.mark.parametrize("word", FixWord)
def test_every_fix_is_read_back_as_it_is_written(word):
    fix = Fix(word, "a:b=c" if word in VALUE_OF else "")
    assert Fix.read(str(fix)) == fix


@pytest.mark.parametrize("text", ["", "drop", "mark-missing", "as-date:", "drop-column:x"])
def test_what_is_no_fix_is_refused_with_the_words_that_are(text):
    with pytest.raises(InvalidValue) as caught:
        Fix.read(text)
    assert caught.value.fix


@pytest.mark.parametrize("word", FixWord)
def test_every_applied_fix_is_told_in_a_sentence(word):
    fix = str(Fix(word, "x" if word in VALUE_OF else ""))
    told = AppliedFix("some-finding:c", ("c",), fix, 3).told
    assert told.endswith("(some-finding:c).")


def test_an_equals_sign_belongs_to_the_column_unless_a_fix_follows():
    assert fixes_of(["a=b", "c=d=drop-column", "e=mark-missing:x=y", "all=recommended"]) == {
        "a=b": "recommended",
        "all": "recommended",
        "c=d": "drop-column",
        "e": "mark-missing:x=y",
    }


def test_words_that_one_reads_as_one_fold_alike():
    assert {folded(word) for word in ("Éa  b", "éA b ", "ea B")} == {"ea b"}
    assert folded("a") != folded("b")
