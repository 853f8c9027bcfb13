# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A participant asks the hub to sign that franks are its own, to show it to others (spec/participant-disclosure.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body

MAX_ATTESTED: Final = 100
"""Franks in one request: each costs the hub a signature or two."""


class AttestOutcome(StrEnum):
    VERIFIED = "verified"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    BAD_SIGNATURE = "bad_signature"
    NOT_THERE = "not_there"
    """The asker was no participant of the room when the message came."""


class FrankToAttest(Body, frozen=True):
    """One message: the hub sees its tag, never its content."""

    sender_uri: str
    tag: bytes
    ts_ms: Count
    server_frank: bytes
    ciphersuite: int
    signature: bytes


class Attest(Body, frozen=True):
    """`POST /v1/franks/attest`: messages of one room."""

    room_uri: str
    franks: Annotated[list[FrankToAttest], msgspec.Meta(min_length=1, max_length=MAX_ATTESTED)]


class Attested(Answer, frozen=True):
    """`signature` is there for what is verified, and for nothing else."""

    outcome: AttestOutcome
    signature: bytes | None = None


class FranksAttested(Answer, frozen=True):
    """In the order of the questions. `at_ms` is the hub's clock, and what the signatures say."""

    at_ms: Count
    attested: list[Attested]
