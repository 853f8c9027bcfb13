# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device listens to the rooms that the database knows it in, whatever was not heard of its entering and leaving."""

from __future__ import annotations

from privity.server.delivery.connection import Connection
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Enter, Listening, Part, Publish


class Pipe:
    """Takes everything."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        return None

    def abort(self) -> None:
        return None


async def drained() -> None:
    return None


def connected() -> tuple[Fanout, Connection]:
    fanout, connection = Fanout(), Connection("c", "u", Pipe(), drained)
    fanout.attach(connection)
    fanout.listen(connection, "r", 5)
    connection.live = True
    return fanout, connection


def room(uri: str, from_seq: int, *, out: bool = False) -> Listening:
    return Listening(1, uri, from_seq, from_seq + 10, out)


async def test_a_room_that_it_left_unheard() -> None:
    for gone in ([], [room("r", 0, out=True)]):
        fanout, connection = connected()
        fanout.hold_to(connection, gone)
        assert not fanout.listens(connection, "r")
        fanout.hear([Publish("r", 6, b"not for this device any more")])
        assert connection.sent == {"r": 5}


async def test_a_room_that_it_entered_unheard() -> None:
    fanout, connection = connected()
    fanout.hold_to(connection, [room("r", 0), room("s", 3)])
    assert fanout.listens(connection, "r") and fanout.listens(connection, "s")
    assert connection.sent == {"r": 5, "s": 3}


async def test_a_room_that_it_left_and_entered_again_unheard() -> None:
    fanout, connection = connected()
    fanout.hear([Part("c", "r")])
    assert not fanout.listens(connection, "r")
    fanout.hold_to(connection, [room("r", 9)])
    assert fanout.listens(connection, "r")
    assert connection.sent == {"r": 9}, "what was between is not for it"


async def test_what_is_heard_makes_a_catch_up_look_once_more() -> None:
    """It may run just then, on a snapshot from before."""
    fanout, connection = connected()
    woken: list[None] = []
    connection.when_behind = lambda: woken.append(None)
    fanout.hear([Part("c", "r")])
    fanout.hear([Enter("c", "r", 7)])
    assert len(woken) == 2


async def test_own_effects_are_told_and_heard_ones_are_not() -> None:
    fanout, _ = connected()
    told: list[object] = []
    fanout.on_apply = told.append
    fanout.hear([Part("c", "r")])
    assert told == []
    fanout.apply([Enter("c", "r", 7)])
    assert told == [[Enter("c", "r", 7)]]
