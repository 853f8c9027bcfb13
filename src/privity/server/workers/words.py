# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What workers tell each other, as bytes on the bus.

Everything said here is a hint that saves others a look at the database; whoever misses one looks.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from privity.server.delivery.model import Enter, Part, Publish, ToDevice
from privity.wire.errors import ErrorBody
from privity.wire.socket import Submit

TOLD: Final = "told"
"""Subject of `Told`, for all workers."""
OWNER: Final = "owner"
"""Subject of `Forwarded`, followed by a dot and the name of the worker."""
VOUCH: Final = "vouch"
"""Subject of `SignedRequest`, followed by a dot and the name of the worker that holds the session."""
WHOSE: Final = "whose"
"""Subject of a session's name, followed by a dot and the name of that worker."""

SEES: Final = "sees"
"""Subject of the name of a file, followed by a dot and the name of the worker that is asked whether it sees it."""


class Dropped(msgspec.Struct, frozen=True, array_like=True, tag="dropped"):
    """A device is none any more: wherever it is connected, its session ends."""

    client_uri: str
    why: str


class Connected(msgspec.Struct, frozen=True, array_like=True, tag="connected"):
    """A device has proven itself here: a connection of it elsewhere ends."""

    client_uri: str


class Passing(msgspec.Struct, frozen=True, array_like=True, tag="passing"):
    """A frame that nobody keeps, for whoever listens to the room."""

    room_uri: str
    frame: bytes


class Due(msgspec.Struct, frozen=True, array_like=True, tag="due"):
    """Something waits to be published in the key log."""


class Published(msgspec.Struct, frozen=True, array_like=True, tag="published"):
    """An epoch of the key log was published, or changes to it were refused."""


class Arrived(msgspec.Struct, frozen=True, array_like=True, tag="arrived"):
    """A report or notice waits for the desk."""


class Taken(msgspec.Struct, frozen=True, array_like=True, tag="taken"):
    """Shards have another owner, whose predecessor may have said nothing of its last events."""


class Counted(msgspec.Struct, frozen=True, array_like=True, tag="counted"):
    """A caller has taken so many tokens of a limit here: it gets them nowhere else."""

    limit: str
    caller: str
    tokens: int


Word = Publish | Enter | Part | ToDevice | Dropped | Connected | Passing | Due | Published | Arrived | Taken | Counted


class Told(msgspec.Struct, frozen=True, array_like=True):
    """Words of one worker, in the order of their commits. Numbers rise by one; without words it only says the last."""

    worker: str
    number: int
    words: list[Word]


class Forward(msgspec.Struct, frozen=True, array_like=True):
    """A message whose form was checked by the worker that the device is connected to."""

    client_uri: str
    user_uri: str
    submit: Submit
    epoch: int
    tag: bytes


class Forwarded(msgspec.Struct, frozen=True, array_like=True):
    """Messages for rooms that the asked worker owns."""

    messages: list[Forward]


class Answers(msgspec.Struct, frozen=True, array_like=True):
    """What was refused, as frames for devices of the worker that asked."""

    frames: list[tuple[str, bytes]]


class Vouched(msgspec.Struct, frozen=True, array_like=True):
    """A device, by the session that it opened on the worker that says so."""

    client_uri: str
    user_uri: str


class Said(msgspec.Struct, frozen=True, array_like=True):
    """Whose request it is, or why it is refused."""

    vouched: Vouched | None
    refused: ErrorBody | None = None


class BadWords(ValueError):
    """Bytes on the bus that are not what workers of this version say."""


T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()


def encode(words: object) -> bytes:
    return _encoder.encode(words)


def decode(data: bytes, kind: type[T]) -> T:
    """Raises BadWords."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise BadWords(f"expected {kind.__name__}: {err}") from None
