"""Lets in as many requests as the server can hold, and tells the others to come back."""

from modelyard.domain.errors import BodyTooLarge, Overloaded

# Bodies of full length that may be held at a time, so that memory stays flat under any load.
_MOST_FULL_BODIES = 4


class Gate:
    """Counts the requests on their way and the bytes of their bodies; for one event loop."""

    def __init__(self, *, max_in_flight: int, max_body_bytes: int) -> None:
        self.n_in_flight = 0
        self._n_bytes = 0
        self._max_in_flight = max_in_flight
        self.max_body_bytes = max_body_bytes

    def enter(self) -> None:
        """Let a request in.

        Raises:
            Overloaded: if there are as many as may be.
        """
        if self.n_in_flight >= self._max_in_flight:
            raise Overloaded(
                f"{self.n_in_flight} requests are on their way, as many as this server takes.",
                fix="Repeat after the time that Retry-After names.",
            )
        self.n_in_flight += 1

    def leave(self) -> None:
        """Let a request go."""
        self.n_in_flight -= 1

    def require_size(self, n_bytes: int) -> None:
        """Refuse a body that is too long.

        Raises:
            BodyTooLarge: naming the limit.
        """
        if n_bytes > self.max_body_bytes:
            raise BodyTooLarge(
                f"The body may have {self.max_body_bytes} bytes; at least {n_bytes} came.",
                fix="Send fewer rows at a time.",
            )

    def hold(self, n_bytes: int) -> None:
        """Count bytes that are held.

        Raises:
            Overloaded: if all bodies together are as long as the server can hold.
        """
        if self._n_bytes + n_bytes > _MOST_FULL_BODIES * self.max_body_bytes:
            raise Overloaded(
                f"{self._n_bytes} bytes are on their way, as many as this server takes.",
                fix="Repeat after the time that Retry-After names.",
            )
        self._n_bytes += n_bytes

    def release(self, n_bytes: int) -> None:
        """Count bytes as let go."""
        self._n_bytes -= n_bytes
