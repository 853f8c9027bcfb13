# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One reported message laid out for a member of staff: every part of it, named, as text and never as markup.

A messenger draws the one of several alternatives that it knows. Here all of them are listed, for what one app shows
another hides. What this version does not know stands here as hex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.desk.console.plain import Run, line, runs
from privity.message import cbor
from privity.message.content import (
    ATTACHMENT,
    CHOOSE_ONE,
    ICON,
    INLINE,
    PLAINTEXT_HASHES,
    PREVIEW,
    PROCESS_ALL,
    PROFILE,
    REACTION,
    RENDER,
    ROOM_URI,
    SENDER_URI,
    SESSION,
    SINGLE_UNIT,
    UNSPECIFIED,
    ExternalPart,
    MimiContent,
    MultiPart,
    NullPart,
    Part,
    SinglePart,
)
from privity.message.errors import CborError, ContentError
from privity.message.forwarding import FORWARDED
from privity.message.gossip import GOSSIP

MAX_HEX: Final = 512
"""Bytes of something unknown that are shown."""
DISPOSITIONS: Final = {
    UNSPECIFIED: "",
    RENDER: "",
    REACTION: "reaction",
    PROFILE: "profile",
    INLINE: "inline",
    ICON: "icon",
    ATTACHMENT: "",
    SESSION: "session",
    PREVIEW: "preview of a link",
}
SEMANTICS: Final = {
    CHOOSE_ONE: "alternatives: an app shows one of them",
    SINGLE_UNIT: "parts that belong together as one",
    PROCESS_ALL: "parts that are shown one after the other",
}
_OWN: Final = frozenset({SENDER_URI, ROOM_URI, PLAINTEXT_HASHES, GOSSIP})
"""Extensions that say nothing a person would read."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part. `kind` is `text`, `file`, `bytes`, `several` or `nothing`; `depth` how many others it is within."""

    index: int
    kind: str
    depth: int
    about: str
    """What it is among the others, in words; often empty."""
    content_type: tuple[Run, ...] = ()
    runs: tuple[Run, ...] = ()
    size: int = 0
    digest: str = ""
    """Hex of the hash of a file's ciphertext."""
    filename: tuple[Run, ...] = ()
    description: tuple[Run, ...] = ()
    url: tuple[Run, ...] = ()
    """Only where the message names no key: then it is a link, and what lies behind it is not proven."""
    kept: bool = False
    """Whether the message names its bytes, so that they may be here."""
    picture: bool = False
    """Whether its type says that it is a picture. A type is the word of whoever sent it."""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message. Where it cannot be read, `unreadable` says why and there are no parts."""

    parts: tuple[ShownPart, ...]
    facts: tuple[str, ...] = ()
    """What it says of itself: an answer, an edit, disappearing, passed on."""
    extensions: tuple[tuple[tuple[Run, ...], str], ...] = ()
    """Names and hex of what this version does not know."""
    unreadable: str = ""


def shown(data: bytes) -> ShownMessage:
    """The exact bytes of a reported message, laid out."""
    try:
        content = MimiContent.decode(data)
    except (CborError, ContentError) as err:
        return ShownMessage((), unreadable=f"{type(err).__name__}: {_hex(data)}")
    parts: list[ShownPart] = []
    _lay_out(content.part, 0, "", parts)
    return ShownMessage(tuple(parts), tuple(_facts(content)), tuple(_unknown(content)))


def _lay_out(part: Part, depth: int, place: str, into: list[ShownPart]) -> None:
    index = len(into)
    about = "; ".join(word for word in (place, DISPOSITIONS.get(part.disposition, "of an unknown kind")) if word)
    match part:
        case NullPart():
            into.append(ShownPart(index, "nothing", depth, about))
        case SinglePart(content_type, content):
            into.append(_single(index, depth, about, content_type, content))
        case ExternalPart():
            into.append(_file(index, depth, about, part))
        case MultiPart(semantics, inner):
            into.append(ShownPart(index, "several", depth, "; ".join(filter(None, (about, SEMANTICS[semantics])))))
            word = "alternative" if semantics == CHOOSE_ONE else "part"
            for number, each in enumerate(inner, 1):
                _lay_out(each, depth + 1, f"{word} {number} of {len(inner)}", into)


def _single(index: int, depth: int, about: str, content_type: str, content: bytes) -> ShownPart:
    named = line(content_type)
    if content_type.lower().startswith("text/"):
        text = content.decode("utf-8", errors="replace")
        return ShownPart(index, "text", depth, about, named, runs(text), size=len(content))
    return ShownPart(index, "bytes", depth, about, named, (Run(_hex(content)),), size=len(content))


def _file(index: int, depth: int, about: str, part: ExternalPart) -> ShownPart:
    link_only = part.enc_alg == 0
    return ShownPart(
        index,
        "file",
        depth,
        about,
        line(part.content_type),
        size=part.size,
        digest=part.content_hash[:64].hex(),
        filename=line(part.filename),
        description=runs(part.description),
        url=line(part.url, 1000) if link_only else (),
        kept=not link_only,
        picture=not link_only and part.content_type.lower().startswith("image/"),
    )


def _facts(content: MimiContent) -> list[str]:
    said = []
    if content.in_reply_to is not None:
        said.append(f"answers message {content.in_reply_to.hex()}")
    if content.replaces is not None:
        verb = "deletes" if isinstance(content.part, NullPart) else "replaces"
        said.append(f"{verb} message {content.replaces.hex()}")
    if content.expires is not None:
        relative = content.expires.relative
        said.append(f"disappears {content.expires.time} s after reading" if relative else "disappears at a fixed time")
    if content.topic_id:
        said.append(f"belongs to topic {_hex(content.topic_id)}")
    if FORWARDED in content.extensions:
        said.append("says that it was passed on")
    return said


def _unknown(content: MimiContent) -> list[tuple[tuple[Run, ...], str]]:
    named = {key: value for key, value in content.extensions.items() if key not in _OWN and key != FORWARDED}
    return [(line(str(key)), _hex(cbor.encode(value))) for key, value in named.items()]


def _hex(data: bytes) -> str:
    left = len(data) - MAX_HEX
    return data[:MAX_HEX].hex(" ", 4) + (f" … {left} more bytes" if left > 0 else "")
