# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One attack of a drill: what the operator does, and what must come of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from privity.client.errors import ClientError
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.stage import Stage
from privity.identity.errors import IdentityError
from privity.message.errors import MessageError
from privity.mls.errors import MlsError
from privity.wire.errors import Refusal

NAMED = (ClientError, IdentityError, MessageError, MlsError, Refusal)
"""What a device says no with."""


class Noticed(NamedTuple):
    """Who noticed, how (the refusal's name, or what was shown), and after how long."""

    who: str
    how: str
    after: str


@dataclass(frozen=True, slots=True)
class Attack:
    """`tries` is what the operator does, in a sentence. `play` raises CheckFailed if it works or nobody notices."""

    name: str
    tries: str
    play: Callable[[Stage], Awaitable[list[Noticed]]]


@dataclass(slots=True)
class Trial:
    """One attack under way: measures, and fails by its name."""

    attack: str
    _began: float = field(default_factory=time.monotonic)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Raise CheckFailed that says what happened instead, unless it holds."""
        if not holds:
            raise self.failed(otherwise)

    def failed(self, happened: str) -> CheckFailed:
        """The attack worked, or was met by something else."""
        return CheckFailed(self.attack, happened)

    def begin(self) -> None:
        """The lie is told now."""
        self._began = time.monotonic()

    @property
    def took(self) -> str:
        return f"{(time.monotonic() - self._began) * 1000:.0f} ms"

    async def refused(self, what: Awaitable[object], *names: str, worked: str) -> Exception:
        """The refusal that this must meet: one whose class or sentence begins with one of these names."""
        self.begin()
        try:
            await what
        except NAMED as err:
            self.expect(name_of(err) in names, f"expected {' or '.join(names)}, got {said(err)}")
            return err
        raise self.failed(worked)


def name_of(err: Exception) -> str:
    """The innermost name: a device says `LogRefused` and, in its sentence, which check of the log failed."""
    inner, colon, _ = str(err).partition(": ")
    return inner if colon and inner.isidentifier() else type(err).__name__


def said(err: Exception) -> str:
    """A refusal with its name."""
    name = name_of(err)
    return f"{name}: {str(err).removeprefix(f'{name}: ')}"
