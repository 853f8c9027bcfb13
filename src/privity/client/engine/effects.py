# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the engine asks its host to do, in order: save first, then speak and show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privity.client.engine.calls import Call
from privity.client.engine.records import Change
from privity.client.engine.shown import Shown
from privity.wire.socket import FromDevice
from privity.wire.work import Puzzle


@dataclass(frozen=True, slots=True)
class Save:
    """Write these changes in one transaction. If that fails, nothing after it may be done and the engine is to be
    dropped: a new one made from the store continues from the state before."""

    changes: Mapping[Change, bytes | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send a frame on the socket, if it stands."""

    frame: FromDevice


@dataclass(frozen=True, slots=True)
class RequestRest:
    """Ask the hub; answer with `inputs.Answered`, `Declined` or `Unanswered` of the same number."""

    number: int
    call: Call


@dataclass(frozen=True, slots=True)
class Solve:
    """Work on a puzzle, beside everything else; answer with `inputs.Answered` of the same number and `flow.Answers`."""

    number: int
    puzzle: Puzzle


@dataclass(frozen=True, slots=True)
class StopSolving:
    """Nobody needs an answer to this one any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Show:
    """Something for the person."""

    what: Shown


@dataclass(frozen=True, slots=True)
class Finished:
    """A command is done. What `result` is depends on the command."""

    command: int
    result: object = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A command came to nothing, and why."""

    command: int
    error: Exception


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Give a `Tick` at this time (ms since 1970) or soon after."""

    at_ms: int


Effect = Save | Transmit | RequestRest | Solve | StopSolving | Show | Finished | Failed | WakeAt
