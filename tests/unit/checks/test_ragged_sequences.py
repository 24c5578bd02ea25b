"""Sequences that differ in length are told, and how they do."""

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Severity

KINDS = {"v": ColumnKind.SEQUENCE}


def test_sequences_of_several_lengths_are_told_with_the_commonest(run_check):
    columns = {"v": ["1.0 2.0", "1.0", None, "3.0 4.0", "1.0 2.0 3.0"]}
    (finding,) = run_check("ragged-sequences", columns, kinds=KINDS)
    assert finding.severity is Severity.INFO
    assert "hold 1 to 3 numbers; 2 of 4 have 2" in finding.message
    assert finding.columns == ("v",)
    assert finding.drops == ()


def test_sequences_of_one_length_are_no_finding(run_check):
    assert run_check("ragged-sequences", {"v": ["1.0 2.0", None, "3.0 4.0"]}, kinds=KINDS) == []


def test_words_of_several_lengths_are_no_sequences(run_check):
    assert run_check("ragged-sequences", {"v": ["a", "a b"]}) == []
