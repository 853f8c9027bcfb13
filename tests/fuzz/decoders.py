# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every decoder of the house, found by looking: one list for the property test and for the fuzzer.

A decoder takes any bytes and either raises the error of its room or gives a value that encodes to the same bytes.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from privity.desk.audit.entry import Entry
from privity.desk.audit.errors import AuditError
from privity.desk.audit.proof import EntryProof
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.state import AccountState
from privity.identity import account_key, choices
from privity.identity.continuation import MEDIA_TYPE as ROOM_CONTINUES
from privity.identity.continuation import Continuation
from privity.identity.errors import (
    BadContinuation,
    DeviceListError,
    LetterError,
    RecordError,
    ReportKeyError,
    RoomLinkError,
)
from privity.identity.room_links import MEDIA_TYPE, RoomLink, read_statement, statement
from privity.keylog.errors import KeylogError
from privity.message import cbor, receipts, room_report, safe_aad, sealed_report
from privity.message.content import SinglePart
from privity.message.errors import CborError, ContentError, FrankError, ReportError
from privity.mls.errors import ProtocolError
from privity.mls.messages import envelope
from privity.server.workers import words
from privity.tlog.add_checkpoint import AddCheckpoint
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import TlogError
from privity.tlog.note import SignedNote
from privity.tlog.quorum import LogPolicy
from privity.tlog.tree import Frontier
from privity.tlog.verifier_key import VerifierKey
from privity.wire import restored, socket
from tests.fuzz.decoder import Decoder
from tests.fuzz.of_mls import of_mls

ROOMS: dict[str, tuple[type[Exception], ...]] = {
    "privity.message": (CborError, ContentError, ReportError),
    "privity.identity": (DeviceListError, RecordError, ReportKeyError, RoomLinkError),
    "privity.policy": (ProtocolError,),
    "privity.keylog": (KeylogError,),
}
"""Packages whose classes with `decode(data)` and `encode()` are all decoders, and what these may raise."""


INTAKE = bytes(range(32))
"""An invented intake key, for sealed reports that are sealed to nobody."""


def _modules(package: str) -> Iterator[Any]:
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__, f"{package}."):
        yield importlib.import_module(found.name)


def _takes_one(decode: Callable[..., Any]) -> bool:
    required = [p for p in inspect.signature(decode).parameters.values() if p.default is p.empty]
    return len(required) == 1


def discovered() -> Iterator[Decoder]:
    for package, refusals in ROOMS.items():
        for module in _modules(package):
            for name, kind in inspect.getmembers(module, inspect.isclass):
                decode, encode = getattr(kind, "decode", None), getattr(kind, "encode", None)
                if kind.__module__ != module.__name__ or decode is None or encode is None or not _takes_one(decode):
                    continue
                yield Decoder(f"{module.__name__.removeprefix('privity.')}.{name}", decode, encode, refusals)


def frames() -> Iterator[Decoder]:
    """Socket frames are read leniently in encoding (msgpack has longer forms), so only totality is asked."""
    yield Decoder("wire.socket.from_hub", socket.decode_from_hub, None, (socket.BadFrame,))
    yield Decoder("wire.restored", restored.decode_restored, None, (socket.BadFrame,))
    yield Decoder("server.workers.words", lambda data: words.decode(data, words.Said), None, (words.BadWords,))
    yield Decoder("wire.socket.from_device", socket.decode_from_device, None, (socket.BadFrame,))


def _as_long_as_a_telling(data: bytes) -> choices.Telling:
    """Any other length is refused before anything is read."""
    letter = (bytes([choices.TELLING]) + data)[: choices.LETTER_BYTES].ljust(choices.LETTER_BYTES, b"\0")
    telling = choices.decode_telling(letter)
    assert telling.encode() == letter
    return telling


def of_counters() -> Iterator[Decoder]:
    """Counters that were kept. Their own bytes are msgpack, which has longer forms of the same."""
    for kind in (AccountState, Commons):
        yield Decoder(f"desk.signals.counters.{kind.__name__}", kind.decode, None, (CountersUnreadable,))


def functions() -> Iterator[Decoder]:
    """Decoders that are functions and not methods."""
    for decode in (
        envelope.decode_public_message,
        envelope.decode_key_package,
        envelope.decode_group_info,
        envelope.decode_welcome,
    ):
        yield Decoder(f"mls.messages.envelope.{decode.__name__}", decode, None, (ProtocolError,))
    for kind in (SignedNote, Frontier, LogPolicy, AddCheckpoint):
        yield Decoder(f"tlog.{kind.__name__}", kind.decode, kind.encode, (TlogError,))
    yield Decoder("tlog.Checkpoint", Checkpoint.decode, Checkpoint.text, (TlogError,))
    yield Decoder(
        "tlog.VerifierKey",
        lambda data: VerifierKey.decode(data.decode(errors="surrogateescape")),
        lambda key: key.encode().encode(),
        (TlogError,),
    )
    yield Decoder(
        "identity.room_links.RoomLink",
        lambda data: RoomLink.parse(data.decode(errors="surrogateescape")),
        lambda link: link.text().encode(),
        (RoomLinkError,),
    )
    yield Decoder(
        "identity.room_links.statement",
        lambda data: read_statement(SinglePart(MEDIA_TYPE, data)),
        lambda links: statement(links).content,
        (RoomLinkError,),
    )
    yield Decoder(
        "identity.continuation.Continuation",
        lambda data: Continuation.of(SinglePart(ROOM_CONTINUES, data)),
        lambda said: said.part().content,
        (BadContinuation,),
    )
    yield Decoder(
        "identity.account_key.letter", account_key.decode_letter, lambda letter: letter.encode(), (LetterError,)
    )
    yield Decoder("identity.choices.Telling", _as_long_as_a_telling, None, (LetterError,))
    yield Decoder(
        "identity.choices.Content",
        lambda data: (choices.decode_content(data, "hub.example"), len(data)),
        lambda found: found[0].encode().ljust(found[1], b"\0"),
        (LetterError,),
    )
    yield Decoder("message.cbor", cbor.decode, cbor.encode, (CborError,))
    yield Decoder("message.receipts", receipts.decode, None, (CborError, ContentError))
    yield Decoder("message.safe_aad", safe_aad.tag_of, safe_aad.encode_aad, (FrankError,))
    for of_log in (Entry, EntryProof):
        yield Decoder(f"desk.audit.{of_log.__name__}", of_log.decode, of_log.encode, (AuditError,))
    yield Decoder("message.sealed_report", lambda data: sealed_report.open(INTAKE, data), None, (ReportError,))
    yield Decoder("message.room_report", lambda data: room_report.open(data, INTAKE, "r", "d"), None, (ReportError,))


def all_decoders() -> list[Decoder]:
    return [*of_mls(), *discovered(), *functions(), *frames(), *of_counters()]
