"""What the process of a job says is gathered whole, in bounded length."""

import json
import os
from datetime import UTC, datetime

import pytest

from modelyard.domain.jobs import EventKind, Standing
from modelyard.worker.assignments import Report
from modelyard.worker.listening import MOST_LINES, Account, Pipe

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def account() -> Account:
    return Account(lambda: AT)


@pytest.fixture
def report(account: Account) -> Report:
    return Report(account.hear)


def test_progress_is_told_as_it_stands(account, report):
    report.stage("Fitting")
    report.advance(2, 5)
    report.say("accuracy 0.9")
    assert account.standing == Standing("Fitting", 2, 5, "accuracy 0.9")


def test_a_new_stage_begins_without_progress(account, report):
    report.advance(2, 5)
    report.stage("Measuring")
    assert account.standing == Standing("Measuring")


def test_stages_and_words_stand_in_the_log(account, report):
    report.stage("Fitting")
    report.say("accuracy 0.9")
    told = [(line.kind, line.words) for line in account.lines]
    assert told == [(EventKind.STAGE, "Fitting"), (EventKind.LOG, "accuracy 0.9")]


def test_the_run_and_the_reason_of_a_failure_are_heard(account, report):
    report.run("run-1")
    report.failed("data", "It is empty.")
    assert (account.run_id, account.told) == ("run-1", ("data", "It is empty."))


def test_what_is_printed_stands_in_the_log_without_colours(account):
    account.print(b"\x1b[2m10:00\x1b[0m ready\r")
    account.print(b"   ")
    assert [line.words for line in account.lines] == ["10:00 ready"]
    assert account.last_words == "10:00 ready"


def test_what_was_written_is_not_told_again(account):
    account.print(b"one")
    account.print(b"two")
    account.written(1)
    assert [line.words for line in account.lines] == ["two"]
    account.written(1)
    assert not account.is_new


def test_an_endless_log_is_cut_with_a_word(account):
    for number in range(MOST_LINES + 5):
        account.print(b"%d" % number)
    assert len(account.lines) == MOST_LINES + 1
    assert account.lines[-1].words.startswith("the log ends here")


def test_half_a_message_of_a_killed_process_is_passed_over(account):
    account.hear(json.dumps({"stage": "Fitting"}).encode()[:-3])
    assert account.standing == Standing()


def test_lines_are_taken_whole_however_they_come():
    reading, writing = os.pipe()
    pipe = Pipe(reading)
    os.write(writing, b"one\ntw")
    assert list(pipe.lines()) == [b"one"]
    os.write(writing, b"o\nthree")
    assert list(pipe.lines()) == [b"two"]
    os.close(writing)
    assert list(pipe.lines(is_last=True)) == [b"three"]
    pipe.close()


def test_who_prints_without_end_is_listened_to_in_pieces():
    pipe = Pipe(os.open("/dev/zero", os.O_RDONLY))
    first, second = list(pipe.lines()), list(pipe.lines())
    assert [len(line) for line in first + second] == [2 << 20]
    assert [len(line) for line in pipe.lines(is_last=True)] == [1 << 20]
    pipe.close()
