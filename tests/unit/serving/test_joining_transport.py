"""What is written in one turn of the loop goes out together, whole and in order."""

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from modelyard.serving.transports import JoiningTransport


class Wire(asyncio.Transport):
    """Keeps what is sent."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 5)})
        self.sent: list[bytes] = []
        self.is_shut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_shut
        self.sent.append(bytes(data))

    def is_closing(self) -> bool:
        return self.is_shut

    def close(self) -> None:
        self.is_shut = True

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


def _written(write: Callable[[JoiningTransport], None]) -> Wire:
    """Return the wire after one turn of a loop in which something was written."""
    wire = Wire()

    async def turn() -> None:
        write(JoiningTransport(wire, asyncio.get_running_loop()))
        await asyncio.sleep(0)

    asyncio.run(turn())
    return wire


def test_head_and_body_are_sent_together() -> None:
    def answer(transport: JoiningTransport) -> None:
        transport.write(b"head ")
        transport.write(b"body")

    assert _written(answer).sent == [b"head body"]


def test_what_nothing_follows_is_sent_in_the_next_turn() -> None:
    assert _written(lambda transport: transport.write(b"100")).sent == [b"100"]


def test_what_is_held_is_sent_before_the_end() -> None:
    def refuse(transport: JoiningTransport) -> None:
        transport.write(b"408")
        transport.close()
        assert transport.is_closing()

    wire = _written(refuse)
    assert (wire.sent, wire.is_shut) == ([b"408"], True)


def test_the_address_of_the_client_is_told() -> None:
    def look(transport: JoiningTransport) -> None:
        assert transport.get_extra_info("peername") == ("127.0.0.1", 5)
        assert transport.get_extra_info("none", 7) == 7

    assert _written(look).sent == []


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=9))
def test_nothing_is_lost_or_turned_round(parts: list[bytes]) -> None:
    def write(transport: JoiningTransport) -> None:
        for part in parts:
            transport.write(part)

    assert b"".join(_written(write).sent) == b"".join(parts)
