"""The keys under which requests came that create something, and what was answered."""

from datetime import datetime, timedelta
from typing import NoReturn

import sqlalchemy as sa

from modelyard.domain.errors import Conflict, InvalidValue
from modelyard.domain.idempotency import KeptAnswer, KeyedRequest
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.tables.idempotency import KEYED_REQUESTS

# As long as Stripe keeps them (docs.stripe.com/api/idempotent_requests).
KEPT_FOR = timedelta(hours=24)

_TABLE = KEYED_REQUESTS.c


class KeyedRequests:
    """Records of `keyed_requests`."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def begin(self, request: KeyedRequest, *, at: datetime) -> KeptAnswer | None:
        """Return what the first request of the key was answered; None where this is the first.

        Raises:
            InvalidValue: if the first request was another one.
            Conflict: if it has not been answered, or its answer is not kept.
        """
        row = {
            "tenant": self._database.tenant,
            "subject": request.subject,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "attempt": request.attempt,
            "begun_at": at,
        }
        with self._database.writing() as connection:
            expired = _TABLE.begun_at < at - KEPT_FOR
            connection.execute(sa.delete(KEYED_REQUESTS).where(self._is_ours, expired))
            put(connection, KEYED_REQUESTS, values=row, replacing=())
            chosen = sa.select(KEYED_REQUESTS).where(self._is(request))
            first = connection.execute(chosen).mappings().one()
        if first["attempt"] == request.attempt:
            return None
        if first["fingerprint"] != request.fingerprint:
            _refuse_other(request)
        if first["status"] is None:
            _refuse_unanswered(request)
        if first["body"] is None:
            _refuse_secret(request)
        return KeptAnswer(first["status"], first["headers"], first["body"])

    def finish(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """Keep the answer of a request that has begun."""
        with self._database.writing() as connection:
            connection.execute(
                sa.update(KEYED_REQUESTS)
                .where(self._is(request), _TABLE.attempt == request.attempt)
                .values(status=answer.status, headers=dict(answer.headers), body=answer.body)
            )

    def forget(self, request: KeyedRequest) -> None:
        """Forget a request that has begun."""
        with self._database.writing() as connection:
            connection.execute(
                sa.delete(KEYED_REQUESTS).where(
                    self._is(request), _TABLE.attempt == request.attempt
                )
            )

    @property
    def _is_ours(self) -> sa.ColumnElement[bool]:
        return _TABLE.tenant == self._database.tenant

    def _is(self, request: KeyedRequest) -> sa.ColumnElement[bool]:
        is_this = (_TABLE.subject == request.subject) & (_TABLE.key == request.key)
        return self._is_ours & is_this


def _refuse_other(request: KeyedRequest) -> NoReturn:
    raise InvalidValue(
        f"The Idempotency-Key '{request.key}' came with another request before.",
        fix="Choose a new key for each thing that is to be made.",
        sample=request.key,
    )


def _refuse_unanswered(request: KeyedRequest) -> NoReturn:
    raise Conflict(
        f"The first request with the Idempotency-Key '{request.key}' has not been answered.",
        fix="Repeat it in some seconds. If it stays so, the server was stopped on the way: look "
        "whether it was made, and if not send it under a new key.",
    )


def _refuse_secret(request: KeyedRequest) -> NoReturn:
    raise Conflict(
        f"The first request with the Idempotency-Key '{request.key}' was answered with a secret, "
        "which is told once.",
        fix="If that answer was lost, delete what it made, and make it anew under a new key.",
    )
