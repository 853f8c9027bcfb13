# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who keeps a copy of a room, declared in its context (MIMI room policy draft, logging policy): nobody, or archives.

An archive is an account like any other, with devices of its own in the tree and the role of that name. `forbidden`
declares nobody and `required` at least one; `optional` would leave open whether somebody keeps a copy, and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri
from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import BadEnum, NotCanonical, PolicyRefused

LOGGING_POLICY: Final = 0x002D

MAX_ARCHIVES: Final = 8
"""Declared readers of one room: each is told to everybody above every view of it."""
MAX_TEXT: Final = 500
"""Characters of the policy: a sentence, or where to read more."""


class Logging(IntEnum):
    """Optionality of the draft."""

    OPTIONAL = 0
    REQUIRED = 1
    FORBIDDEN = 2


@dataclass(frozen=True, slots=True)
class LoggingPolicy:
    """LoggingPolicy: the user URIs of the archives in rising order, and what they do with their copy, or where it
    says so. Nobody and no text where there is no archive."""

    archives: tuple[str, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        if list(self.archives) != sorted(set(self.archives)):
            raise NotCanonical("the archives of a room are not in rising order, each once")
        if len(self.archives) > MAX_ARCHIVES:
            raise PolicyRefused(f"{len(self.archives)} archives are declared, at most {MAX_ARCHIVES} are allowed")
        if len(self.text) > MAX_TEXT:
            raise PolicyRefused(f"the archive's policy has {len(self.text)} characters, at most {MAX_TEXT} are allowed")
        if bool(self.archives) != bool(self.text.strip()):
            raise PolicyRefused("an archive is declared together with what it does with its copy, and not otherwise")
        for archive in self.archives:
            try:
                parse_user_uri(archive)
            except BadUri as err:
                raise PolicyRefused(f"an archive is not named by a user URI: {err}") from None

    def archives_beside(self, other: LoggingPolicy) -> list[str]:
        """The archives of this policy that the other does not declare."""
        return [each for each in self.archives if each not in other.archives]

    def declaring(self, user_uri: str, text: str) -> LoggingPolicy:
        """This policy with one more archive, and this text for all."""
        return LoggingPolicy(tuple(sorted({*self.archives, user_uri})), text)

    def without(self, user_uri: str) -> LoggingPolicy:
        """This policy with one archive less; the text goes with the last."""
        left = tuple(archive for archive in self.archives if archive != user_uri)
        return LoggingPolicy(left, self.text if left else "")

    def encode(self) -> bytes:
        kind = Logging.REQUIRED if self.archives else Logging.FORBIDDEN
        names = b"".join(codec.vec(archive.encode()) for archive in self.archives)
        return codec.u8(kind) + codec.vec(names) + codec.vec(b"") + codec.vec(self.text.encode())

    @classmethod
    def read(cls, r: Reader) -> Self:
        kind = r.u8()
        if kind not in (Logging.REQUIRED, Logging.FORBIDDEN):
            raise BadEnum(f"logging is {kind}, expected {Logging.REQUIRED} (archives) or {Logging.FORBIDDEN} (nobody)")
        archives = r.vector_of(_read_text)
        if r.vec():
            raise NotCanonical("a room has no machine-readable logging policy")
        text = _read_text(r)
        if bool(archives) != (kind == Logging.REQUIRED):
            raise NotCanonical(f"logging is {kind} and {len(archives)} archives are declared")
        return cls(archives, text)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def replaced_policy(updates: Sequence[bytes]) -> LoggingPolicy:
    """LoggingPolicyUpdate: the whole new policy, once in a commit."""
    if len(updates) != 1:
        raise PolicyRefused(f"one commit replaces the logging policy {len(updates)} times, expected once")
    return LoggingPolicy.decode(updates[0])


def _read_text(r: Reader) -> str:
    raw = r.vec()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotCanonical("a text of the logging policy is not UTF-8") from None
