"""Keys of requests are kept for a day, each for one request of one caller."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from modelyard.domain.errors import Conflict, InvalidValue
from modelyard.domain.idempotency import KeptAnswer, KeyedRequest
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.idempotency import KEPT_FOR, KeyedRequests
from unit.store.conftest import START

FIRST = KeyedRequest("user:1", "k1", "f" * 64, "first")
AGAIN = replace(FIRST, attempt="again")
ANSWER = KeptAnswer(201, {"content-type": "application/json"}, b'{"id": 1}')


@pytest.fixture
def requests(records: TenantDatabase) -> KeyedRequests:
    return KeyedRequests(records)


def test_the_first_request_is_told_so_and_a_repetition_gets_its_answer(
    requests: KeyedRequests,
) -> None:
    assert requests.begin(FIRST, at=START) is None
    requests.finish(FIRST, ANSWER)
    assert requests.begin(AGAIN, at=START) == ANSWER


def test_a_repetition_waits_for_the_answer(requests: KeyedRequests) -> None:
    requests.begin(FIRST, at=START)
    with pytest.raises(Conflict, match="has not been answered"):
        requests.begin(AGAIN, at=START)


def test_another_request_under_a_key_is_refused(requests: KeyedRequests) -> None:
    requests.begin(FIRST, at=START)
    with pytest.raises(InvalidValue, match="another request"):
        requests.begin(replace(AGAIN, fingerprint="0" * 64), at=START)


def test_an_answer_that_is_not_kept_is_not_given_again(requests: KeyedRequests) -> None:
    requests.begin(FIRST, at=START)
    requests.finish(FIRST, replace(ANSWER, body=None))
    with pytest.raises(Conflict, match="secret"):
        requests.begin(AGAIN, at=START)


def test_a_forgotten_key_is_free_and_only_its_own_request_forgets_it(
    requests: KeyedRequests,
) -> None:
    requests.begin(FIRST, at=START)
    requests.forget(AGAIN)
    with pytest.raises(Conflict):
        requests.begin(AGAIN, at=START)
    requests.forget(FIRST)
    assert requests.begin(AGAIN, at=START) is None


def test_a_key_is_free_again_after_a_day(requests: KeyedRequests) -> None:
    requests.begin(FIRST, at=START)
    requests.finish(FIRST, ANSWER)
    assert requests.begin(AGAIN, at=START + KEPT_FOR) == ANSWER
    later = START + KEPT_FOR + timedelta(seconds=1)
    assert requests.begin(AGAIN, at=later) is None


def test_callers_and_tenants_have_keys_of_their_own(database: Database) -> None:
    one, other = (KeyedRequests(database.of(tenant)) for tenant in ("acme", "globex"))
    assert one.begin(FIRST, at=START) is None
    assert one.begin(replace(FIRST, subject="user:2"), at=START) is None
    assert other.begin(FIRST, at=START) is None


def test_of_many_at_once_one_is_the_first(requests: KeyedRequests) -> None:
    firsts: list[int] = []

    def begin(number: int) -> None:
        try:
            if requests.begin(replace(FIRST, attempt=str(number)), at=START) is None:
                firsts.append(number)
        except Conflict:
            pass

    threads = [Thread(target=begin, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(firsts) == 1
