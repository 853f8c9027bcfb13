# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From dataclasses to XML: fields are written in the order in which they are declared, so the order cannot be wrong.

Every text is checked on the way: its length, and that XML can carry each character. No entity and no DTD is ever
written or read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, Final

from lxml import etree

from privity.desk.clearinghouse.errors import (
    BadDocument,
    DocumentTooLarge,
    NumberOutOfRange,
    TextIsBlank,
    TextNotXml,
    TextTooLong,
    TimeWithoutZone,
)

IDENTIFIER: Final = 255
"""Characters of a name, identifier or address."""
SERVICE: Final = 100
VEHICLE: Final = 300
URL: Final = 2083
FREE: Final = 3000
"""Characters of a text in people's own words; what is longer is told in several."""
MAX_DOCUMENT: Final = 4 << 20
"""Bytes of a document: a hundred long messages fit."""
INT: Final = (-(1 << 31), (1 << 31) - 1)
LONG: Final = (0, (1 << 63) - 1)

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"


class How(Enum):
    """How a field stands in its element."""

    CHILD = "child"
    ATTRIBUTE = "attribute"
    WORDS = "words"
    """The text of the element itself."""
    FLAG = "flag"
    """A child that says true, or is not there at all."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the schema says of a field."""

    how: How
    limit: int
    name: str | None = None
    span: tuple[int, int] = INT


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a document. What is None or empty is left out. Its repr says nothing of what is in it."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def child(
    limit: int = IDENTIFIER, *, name: str | None = None, span: tuple[int, int] = INT, required: bool = False
) -> Any:
    """A field that is an element; a tuple is several."""
    return _field(Shape(How.CHILD, limit, name, span), required)


def children(limit: int = IDENTIFIER, *, name: str | None = None, span: tuple[int, int] = INT) -> Any:
    return field(default=(), metadata={"shape": Shape(How.CHILD, limit, name, span)})


def attribute(limit: int = IDENTIFIER, *, required: bool = False) -> Any:
    return _field(Shape(How.ATTRIBUTE, limit), required)


def words(limit: int = IDENTIFIER) -> Any:
    return _field(Shape(How.WORDS, limit), required=True)


def flag(*, name: str | None = None) -> Any:
    return field(default=False, metadata={"shape": Shape(How.FLAG, 0, name)})


def build(name: str, part: Element) -> etree._Element:
    """The element tree. Raises BadDocument."""
    root = etree.Element(name)
    _fill(root, part)
    return root


def serialise(root: etree._Element) -> bytes:
    """The bytes to send, in UTF-8. Raises DocumentTooLarge."""
    data = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    if len(data) > MAX_DOCUMENT:
        raise DocumentTooLarge(f"a document has at most {MAX_DOCUMENT} bytes, this one {len(data)}")
    return bytes(data)


def legible(text: str) -> str:
    """Hostile text as XML can carry it: what it cannot becomes U+FFFD, so that no message escapes being reported."""
    return _NOT_XML.sub(_REPLACED, text)


def _field(shape: Shape, required: bool) -> Any:
    return field(metadata={"shape": shape}) if required else field(default=None, metadata={"shape": shape})


_plans: Final[dict[type, tuple[tuple[str, str, Shape], ...]]] = {}


def _plan(kind: type[Element]) -> tuple[tuple[str, str, Shape], ...]:
    """How the fields of a kind are written; found once."""
    known = _plans.get(kind)
    if known is not None:
        return known
    plan = []
    for one in fields(kind):
        shape: Shape = one.metadata["shape"]
        plan.append((one.name, shape.name or _camel(one.name), shape))
    _plans[kind] = tuple(plan)
    return _plans[kind]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _fill(node: etree._Element, part: Element) -> None:
    for attribute_name, name, shape in _plan(type(part)):
        value = getattr(part, attribute_name)
        if value is None:
            continue
        if shape.how is How.CHILD:
            for one in value if type(value) is tuple else (value,):
                below = etree.SubElement(node, name)
                if isinstance(one, Element):
                    _fill(below, one)
                else:
                    below.text = _said(one, name, shape)
        elif shape.how is How.FLAG:
            if value:
                etree.SubElement(node, name).text = "true"
        elif shape.how is How.ATTRIBUTE:
            node.set(name, _said(value, name, shape))
        else:
            node.text = _said(value, name, shape)


def _said(value: object, name: str, shape: Shape) -> str:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return _text(value, name, shape.limit)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        low, high = shape.span
        if not low <= value <= high:
            raise NumberOutOfRange(f"{name} is {low} to {high}, got {value}")
        return str(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TimeWithoutZone(f"{name} needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise BadDocument(f"{name} cannot be written as text: {type(value).__name__}")


def _text(value: str, name: str, limit: int) -> str:
    if len(value) > limit:
        raise TextTooLong(f"{name} has at most {limit} characters, got {len(value)}")
    if not value.strip():
        raise TextIsBlank(f"{name} is blank; leave it out where there is nothing to say")
    found = _NOT_XML.search(value)
    if found is not None:
        raise TextNotXml(f"{name} holds the character U+{ord(found.group()):04X}, which XML cannot carry")
    return value
