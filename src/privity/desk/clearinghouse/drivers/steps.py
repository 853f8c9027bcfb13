# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What drivers and the outbox say to each other: a step is data, and so is what its answer means."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from privity.desk.clearinghouse.model import Destination, Item, ItemState, ReferralState, Verb
from privity.desk.clearinghouse.snapshot import FileFacts, Snapshot

MAX_PAUSE_S: Final = 600.0
"""The longest pause that a Retry-After can ask for: the clock of an open report runs on."""


@dataclass(frozen=True, slots=True)
class Request:
    """What goes over the line, without the credentials, which are added when it is sent and never kept."""

    method: str
    path: str
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    accept: str = "*/*"

    def exact(self) -> bytes:
        """As it is kept."""
        return f"{self.method} {self.path}\n{self.content_type}\n\n".encode() + self.body


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    body: bytes = field(repr=False)
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a referral. `item` is the file or statement it is about."""

    verb: Verb
    request: Request
    item: int = 0
    items: tuple[int, ...] = ()
    """All statements in one batch."""
    files: tuple[str, ...] = ()
    """What the other side must name when it finishes."""
    repeats: bool = False
    """Whether everything in it was looked up before and was not there."""


class Outcome(StrEnum):
    """What an answer does to the referral."""

    GO_ON = "go_on"
    AGAIN = "again"
    """The same step, later."""
    RESTART = "restart"
    """From the beginning with a new report; the old one is abandoned and expires."""
    STOP_QUEUE = "stop_queue"
    """The credentials are refused: nothing more is sent until a person has looked."""
    BLOCKED = "blocked"
    """This referral waits for a person."""
    RETRACTED = "retracted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ItemChange:
    item: int
    state: ItemState
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """`why` is a sentence of ours, never words of the other side."""

    outcome: Outcome
    why: str = ""
    remote_id: str | None = None
    items: tuple[ItemChange, ...] = ()
    pause_s: float | None = None
    """For the whole queue."""


class Contents(Protocol):
    """The sealed parts of a referral, opened one at a time."""

    def document(self) -> bytes: ...

    def facts(self, item: int) -> bytes: ...

    def file(self, item: int) -> bytes: ...

    def viewed(self, item: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A referral as a driver sees it."""

    state: ReferralState
    remote_id: str | None
    withdrawing: bool
    items: tuple[Item, ...]
    contents: Contents


@dataclass(frozen=True, slots=True)
class Composed:
    """What a driver makes of snapshots, for somebody to approve."""

    document: bytes = field(repr=False)
    missing: tuple[str, ...]
    """What the floor misses."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that a document is made from."""

    snapshots: tuple[Snapshot, ...]
    files: tuple[FileFacts, ...]
    viewed: tuple[bool, ...]
    """Of each file, as of now: the final word is the one when it is described."""
    prior: tuple[str, ...]
    """Finished referrals about the same account at the same destination, as numbered there."""
    statements: tuple[bytes, ...] = ()


class Driver(Protocol):
    """One destination."""

    @property
    def destination(self) -> Destination: ...

    def compose(self, material: Material) -> Composed:
        """The document. Raises BadDocument."""
        ...

    def next_step(self, parcel: Parcel) -> Step:
        """What to ask next of a referral that is being sent."""
        ...

    def read(self, step: Step, answer: HttpAnswer) -> Reaction:
        """What the answer means. Never raises for anything that can arrive."""
        ...

    def lost(self, step: Step) -> Reaction:
        """No answer: it may have been done or not."""
        ...


def again(why: str, pause_s: float | None = None) -> Reaction:
    return Reaction(Outcome.AGAIN, why, pause_s=pause_s)


def by_status(answer: HttpAnswer) -> Reaction | None:
    """What every destination means alike by a status, before its own words are read."""
    status = answer.status
    if status in (429, 503):
        pause = min(MAX_PAUSE_S, 1.0 if answer.retry_after_s is None else answer.retry_after_s)
        return again(f"asked to wait (status {status})", pause_s=pause)
    if status in (401, 403):
        return Reaction(Outcome.STOP_QUEUE, f"the credentials are refused (status {status})")
    if 300 <= status < 400:
        return Reaction(Outcome.STOP_QUEUE, f"the address has moved (status {status}); nothing follows a redirect")
    if status >= 500:
        return again(f"the other side failed (status {status})")
    return None
