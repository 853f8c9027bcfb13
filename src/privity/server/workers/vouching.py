# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A request may reach another worker than the one that holds its session: that one is asked, and it alone keeps the
session's key, its counters and its device's limit.

The MAC is over the hash of the body, so a few hundred bytes say it all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from privity.server.bus.model import Bus, NoAnswer, Nobody
from privity.server.sessions.model import Session, Sessions, SignedRequest
from privity.server.workers.words import VOUCH, WHOSE, BadWords, Said, Vouched, decode, encode
from privity.wire.errors import Code, Refusal

WAIT_S: Final = 3.0
"""A worker that lives answers in a millisecond."""
MAX_KNOWN: Final = 10_000
"""Sessions of other workers whose device is remembered: whom to count a body for while it is read, and no more."""
_NONE: Final = "the session is none that stands; open the socket first"


def worker_of(session: str) -> str | None:
    """The worker whose name a session's name begins with."""
    worker, dot, _ = session.partition(".")
    return worker if dot and worker.isascii() and worker.isalnum() else None


class Vouching:
    """Asks other workers about their sessions, and answers about those of this one (sessions.model.Elsewhere)."""

    __slots__ = ("_bus", "_known", "_name", "_sessions", "_take")

    def __init__(self, bus: Bus, name: str, sessions: Sessions, take: Callable[[Session, SignedRequest], None]) -> None:
        """`take` counts a request whose MAC is right, or raises a Refusal."""
        self._bus = bus
        self._name = name
        self._sessions = sessions
        self._take = take
        self._known: OrderedDict[str, Vouched] = OrderedDict()

    async def begin(self) -> None:
        await self._bus.answer(f"{VOUCH}.{self._name}", self._vouch)
        await self._bus.answer(f"{WHOSE}.{self._name}", self._say_whose)

    async def whose(self, session: str) -> Session:
        known = self._known.get(session)
        if known is None:
            known = await self._ask(WHOSE, session, session)
            self._known[session] = known
            while len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        return Session(session, known.client_uri, known.user_uri, b"", _elsewhere)

    async def vouched(self, request: SignedRequest) -> Session:
        known = await self._ask(VOUCH, request.session, request)
        return Session(request.session, known.client_uri, known.user_uri, b"", _elsewhere)

    async def _ask(self, subject: str, session: str, words: object) -> Vouched:
        worker = worker_of(session)
        if worker is None:
            raise Refusal(Code.UNAUTHENTICATED, _NONE)
        try:
            said = decode(await self._bus.ask(f"{subject}.{worker}", encode(words), WAIT_S), Said)
        except Nobody:
            raise Refusal(Code.UNAUTHENTICATED, _NONE) from None
        except (NoAnswer, BadWords):
            raise Refusal(Code.UNAVAILABLE, "the worker of this session does not answer", retry_after_ms=500) from None
        if said.vouched is not None:
            return said.vouched
        if said.refused is None:
            raise Refusal(Code.INTERNAL, "an empty answer")
        raise Refusal(**msgspec.structs.asdict(said.refused))

    async def _vouch(self, words: bytes) -> bytes:
        try:
            request = decode(words, SignedRequest)
            session = self._of_here(request.session)
            self._take(session, request)
        except Refusal as refusal:
            return encode(Said(None, refusal.body))
        return encode(Said(Vouched(session.client_uri, session.user_uri)))

    async def _say_whose(self, words: bytes) -> bytes:
        try:
            session = self._of_here(decode(words, str))
        except Refusal as refusal:
            return encode(Said(None, refusal.body))
        return encode(Said(Vouched(session.client_uri, session.user_uri)))

    def _of_here(self, name: str) -> Session:
        session = self._sessions.named(name)
        if session is None:
            raise Refusal(Code.UNAUTHENTICATED, _NONE)
        return session


async def _elsewhere(code: Code, why: str) -> None:
    """Its connection is the business of the worker that it is open on."""
