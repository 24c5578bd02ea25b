"""Findings: their names, their order, and themselves as plain values."""

from modelyard.domain.findings import Finding, Severity, worst_first


def test_findings_stand_worst_first_and_else_as_they_came() -> None:
    info, first, second, error = (
        Finding("a", Severity.INFO, "A."),
        Finding("b", Severity.WARNING, "B."),
        Finding("c", Severity.WARNING, "C."),
        Finding("d", Severity.ERROR, "D."),
    )
    assert worst_first([info, first, second, error]) == (error, first, second, info)


def test_a_finding_as_plain_values_carries_the_name_to_accept_it_by() -> None:
    plain = Finding("leak", Severity.ERROR, "It leaks.", columns=("c",)).to_dict()
    assert plain["name"] == "leak:c"
    assert (plain["severity"], plain["columns"]) == ("error", ("c",))
