# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the device itself knows of people who are new, and what the person chose to be shown of it.

All of it is worked out here, from what is here: to answer, the hub is asked nothing. What the person chose about
somebody holds on all their devices, which tell each other at times of their own.
"""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.safety import HelpShown
from privity.faces.app.port.shape import Shape


class WarningShown(Shape, frozen=True, kw_only=True):
    """Messages of somebody new look like a script of extortion or fraud; `seq` is the one that completes it. `reason`
    is what a report of it would be about."""

    user_uri: str
    script: str
    seq: int
    text: str
    help: tuple[HelpShown, ...]
    reason: str


class Warnings(AccountRequest, frozen=True, kw_only=True):
    """What the person has not put away in a conversation: `WarningsShown`."""

    room_uri: str


class WarningsShown(Result, frozen=True, kw_only=True):
    """The worst first. `frozen_help` is what helps against somebody whom the person froze there."""

    warnings: tuple[WarningShown, ...]
    frozen_help: tuple[HelpShown, ...] = ()


class PutWarningAway(AccountRequest, frozen=True, kw_only=True):
    """This one about this person is not shown again: `Done`."""

    user_uri: str
    script: str


class Protection(AccountRequest, frozen=True, kw_only=True):
    """`ProtectionShown`."""


class ProtectionShown(Result, frozen=True, kw_only=True):
    """`warns`: of scripts of extortion. `covers_all`: pictures of contacts are covered as those of strangers are."""

    warns: bool
    covers_all: bool


class SetProtection(AccountRequest, frozen=True, kw_only=True):
    """For this device alone; nobody else can: `Done`."""

    warns: bool
    covers_all: bool


class KnownLine(Shape, frozen=True, kw_only=True):
    """One thing that this device knows of somebody. `careful`: it gives reason to ask them in another way."""

    text: str
    careful: bool


class HowKnown(AccountRequest, frozen=True, kw_only=True):
    """How the person knows somebody: `Acquaintance`."""

    user_uri: str


class Acquaintance(Result, frozen=True, kw_only=True):
    lines: tuple[KnownLine, ...]


class HoldsWhere(AccountRequest, frozen=True, kw_only=True):
    """On how many of the person's devices it is so, whom they froze and what they put away: `HoldsShown`."""


class HoldsShown(Result, frozen=True, kw_only=True):
    """As far as this device has heard, in a sentence."""

    text: str
