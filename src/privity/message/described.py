# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a message is in words, as a package says it beside the exact bytes: its kind, its first text, names of files.

All of it follows from the message and proves nothing (spec/participant-disclosure.md).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from privity.message.content import REACTION, ExternalPart, MimiContent, NullPart, Part, SinglePart, walk

_ENDINGS: Final = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/webp": "webp",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "audio/ogg": "ogg",
        "audio/wav": "wav",
        "application/pdf": "pdf",
        "text/plain": "txt",
    }
)
"""What a browser shows without running anything of it. Everything else gets an ending that nothing opens by itself."""
OPAQUE: Final = "bin"


def kind_of(content: MimiContent) -> str:
    """`message`, `edit`, `delete`, `reaction` or `other`."""
    if content.part.disposition == REACTION:
        return "reaction"
    if content.replaces is not None:
        return "delete" if isinstance(content.part, NullPart) else "edit"
    parts = [part for _, part in walk(content.part)]
    return "message" if any(isinstance(part, ExternalPart) or _is_text(part) for part in parts) else "other"


def readable(content: MimiContent) -> tuple[str, str]:
    """Type and text of the first part that is text; the first type there is, and no text, where none is."""
    parts = [part for _, part in walk(content.part) if isinstance(part, SinglePart | ExternalPart)]
    for part in parts:
        if isinstance(part, SinglePart) and _is_text(part):
            try:
                return part.content_type, part.content.decode()
            except UnicodeDecodeError:
                break
    return (parts[0].content_type if parts else ""), ""


def ending(content_type: str) -> str:
    """Of the name of a file in a package."""
    return _ENDINGS.get(content_type.split(";")[0].strip().lower(), OPAQUE)


def _is_text(part: Part) -> bool:
    return isinstance(part, SinglePart) and part.content_type.startswith("text/")
