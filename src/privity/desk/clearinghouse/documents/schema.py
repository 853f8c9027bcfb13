# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The clearinghouse's schema, which is theirs to publish: used where the operator has put it, never shipped here."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Final

from lxml import etree

from privity.desk.clearinghouse.documents.answers import parse_xml
from privity.desk.clearinghouse.documents.shape import Element, build, serialise
from privity.desk.clearinghouse.errors import BadAnswer, SchemaInvalid, SchemaRefuses

MAX_SCHEMA: Final = 1 << 20


class Schema:
    """Compiled once; checks trees."""

    def __init__(self, data: bytes, sha256: bytes | None = None) -> None:
        """Raises SchemaInvalid, also where these are not the bytes with the pinned digest."""
        found = hashlib.sha256(data).digest()
        if sha256 is not None and not hmac.compare_digest(found, sha256):
            raise SchemaInvalid(f"the schema is {found.hex()}, pinned is {sha256.hex()}: see what changed, then pin it")
        try:
            self._schema = etree.XMLSchema(parse_xml(data))
        except (BadAnswer, etree.XMLSchemaParseError) as err:
            raise SchemaInvalid(f"this is no schema that could be used: {type(err).__name__}") from None
        self.sha256 = found

    @classmethod
    def read(cls, path: Path, sha256: bytes | None = None) -> Schema:
        """From a file. Raises SchemaInvalid."""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_SCHEMA + 1)
        except OSError as err:
            raise SchemaInvalid(f"cannot read {path.name}: {err.strerror}") from None
        return cls(data, sha256)

    def check(self, root: etree._Element) -> None:
        """Raise SchemaRefuses unless the schema accepts the tree. Says where, never what stands there."""
        if not self._schema.validate(root):
            first = self._schema.error_log[0]
            raise SchemaRefuses(f"the schema refuses {first.path} ({first.type_name})")


def written(name: str, part: Element, schema: Schema | None) -> bytes:
    """The bytes of a document that its limits and, where there is one, the schema accept. Raises BadDocument."""
    root = build(name, part)
    if schema is not None:
        schema.check(root)
    return serialise(root)
