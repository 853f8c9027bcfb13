# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One scene of the legal drill: a request from its arrival to what left the house, and how that is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from privity.desk.legal.rulebook.model import Verdict
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal.stage import Stage

NOTHING = "nothing"


@dataclass(slots=True)
class Told:
    """What is printed of a scene."""

    request: str
    verdict: str = ""
    left: str = NOTHING
    notice: str = ""
    checks: list[str] = field(default_factory=list)
    """What was looked at beside, and found as it has to be."""

    def lines(self) -> list[tuple[str, str]]:
        told = [("request", self.request), ("verdict", self.verdict), ("left the house", self.left)]
        return [*told, ("notice", self.notice), *(("", each) for each in self.checks)]


@dataclass(frozen=True, slots=True)
class Scene:
    """`play` raises CheckFailed, or what the desk refuses by its name."""

    name: str
    title: str
    play: Callable[[Stage], Awaitable[Told]]


def expect(scene: str, holds: bool, otherwise: str) -> None:
    """Raise CheckFailed that says what happened instead, unless it holds."""
    if not holds:
        raise CheckFailed(scene, otherwise)


def verdict_line(verdict: Verdict) -> str:
    """The action with its codes."""
    codes = f" ({', '.join(verdict.codes)})" if verdict.codes else ""
    given = f"; releases {', '.join(each.data_class for each in verdict.release)}" if verdict.release else ""
    kept = f"; keeps {', '.join(verdict.preserve)}" if verdict.preserve else ""
    return f"{verdict.action}{codes}{given}{kept}"
