"""Findings that say the same of very many columns are told as one."""

from modelyard.domain.findings import Finding, Severity, summed_up


def findings(n, severity=Severity.INFO, **more):
    return [Finding("constant-column", severity, f"c{at}", (f"c{at}",), **more) for at in range(n)]


def test_very_many_equal_findings_become_one_with_their_count_and_the_first_names():
    (told,) = summed_up(findings(3000, fixes=("drop-column",), safe_fix="drop-column"))
    assert told.message.startswith("3,000 columns have the same finding ('c0', 'c1', 'c2', 'c3'")
    assert len(told.columns) == 3000
    assert (told.fixes, told.safe_fix) == (("drop-column",), "drop-column")


def test_a_few_findings_stay_as_they_are():
    some = findings(20)
    assert summed_up(some) == tuple(some)


def test_errors_stay_apart_so_that_each_can_be_accepted_by_name():
    assert len(summed_up(findings(50, Severity.ERROR))) == 50


def test_what_the_findings_drop_is_dropped_still():
    many = [Finding("x", Severity.INFO, "", (f"c{i}",), drops=(f"c{i}",)) for i in range(30)]
    (told,) = summed_up(many)
    assert told.drops == told.columns
