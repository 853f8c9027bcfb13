# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forms with files, read strictly and into memory: what does not end where it says is refused whole."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import ClientPayloadError, web

from privity.desk.console import forms
from privity.desk.console.errors import FormInvalid, FormTooLarge
from privity.desk.console.forms import MAX_FIELDS, Fields
from privity.desk.staff.errors import TooManyTries

KIND: Final = "multipart/form-data"
MAX_UPLOAD_S: Final = 300
"""How long a form with files may take to arrive."""
MAX_STRANGERS: Final = 32
"""Forms with files that are read at one time from people whom nobody knows, all of them together."""
UNTYPED: Final = "application/octet-stream"
_BOUNDARY: Final = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_FIELD: Final = re.compile(r'form-data; name="([^"\r\n]{1,200})"(?:; filename="([^"\r\n]{0,1000})")?')
_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")


class Strangers:
    """How many forms with files are arriving of people whom nobody knows: each is in memory until it was taken in."""

    __slots__ = ("_arriving",)

    def __init__(self) -> None:
        self._arriving = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Raises TooManyTries before anything of it is read."""
        if self._arriving >= MAX_STRANGERS:
            raise TooManyTries("others are handing in just now, as many as there is room for; try again in a minute")
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody chose. Its name and its type are what the browser says."""

    field: str
    name: str = dataclasses.field(repr=False)
    media_type: str
    content: bytes = dataclasses.field(repr=False)


async def read(request: web.Request, most: int) -> tuple[Fields, tuple[Upload, ...]]:
    """The fields and the files of a POST, at most so many bytes; a form without files comes as any other does.

    Raises FormInvalid or FormTooLarge.
    """
    if request.content_type != KIND:
        return await forms.read(request), ()
    boundary = _boundary(request.headers.get("Content-Type", ""))
    if (request.content_length or 0) > most:
        raise FormTooLarge(f"a form of this page has at most {most} bytes")
    return parts_of(await _body(request, most), boundary)


def parts_of(body: bytes, boundary: bytes) -> tuple[Fields, tuple[Upload, ...]]:
    """Raises FormInvalid."""
    before, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if before or not pieces or pieces.pop().strip(b"\r\n") != b"--" or len(pieces) > MAX_FIELDS:
        raise FormInvalid("this is not a form with files: it does not begin and end as one")
    fields: dict[str, list[str]] = {}
    files: list[Upload] = []
    for piece in pieces:
        head, between, content = piece.partition(b"\r\n\r\n")
        if not between or not head.startswith(b"\r\n"):
            raise FormInvalid("this is not a form with files: a part of it has no head")
        name, filename, media_type = _head(head)
        if filename is None:
            fields.setdefault(name, []).append(_text(name, content))
        elif filename or content:
            files.append(Upload(name, filename, media_type, content))
    return fields, tuple(files)


def _head(head: bytes) -> tuple[str, str | None, str]:
    """The name of a field, that of its file and its type."""
    said: dict[str, str] = {}
    try:
        for line in head.decode().strip("\r\n").split("\r\n"):
            name, _, value = line.partition(":")
            said[name.strip().lower()] = value.strip()
    except UnicodeDecodeError:
        raise FormInvalid("this is not a form with files: a part of it has a head that cannot be read") from None
    found = _FIELD.fullmatch(said.get("content-disposition", ""))
    if found is None:
        raise FormInvalid("this is not a form with files: a part of it names no field")
    media_type = said.get("content-type", "").lower()
    return found[1], found[2], media_type if _TYPE.fullmatch(media_type) else UNTYPED


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FormInvalid(f"the field {name[:40]} holds bytes that are no text") from None


def _boundary(header: str) -> bytes:
    _, _, given = header.partition("boundary=")
    found = given.strip().strip('"').encode("ascii", "replace")
    if _BOUNDARY.fullmatch(found) is None:
        raise FormInvalid("this is not a form with files: it does not say what stands between its parts")
    return found


async def _body(request: web.Request, most: int) -> bytes:
    came = bytearray()
    try:
        async with asyncio.timeout(MAX_UPLOAD_S):
            async for chunk in request.content.iter_any():
                came += chunk
                if len(came) > most:
                    raise FormTooLarge(f"a form of this page has at most {most} bytes; this one went on")
    except TimeoutError:
        raise FormInvalid(f"the form did not arrive within {MAX_UPLOAD_S} seconds") from None
    except (ConnectionError, ClientPayloadError, web.RequestPayloadError):
        raise FormInvalid("the form did not arrive whole") from None
    return bytes(came)
