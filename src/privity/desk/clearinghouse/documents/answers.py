# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Answers of the clearinghouse: read under a byte cap, without DTD, entities or network. The code in it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from privity.desk.clearinghouse.errors import BadAnswer

MAX_ANSWER: Final = 1 << 20
"""Bytes of an answer: a report with thousands of files is listed in less."""
MAX_ID_CHARS: Final = 255
_DOCTYPE: Final = b"<!DOCTYPE"


@dataclass(frozen=True, slots=True)
class Answer:
    """What `reportResponse` and `reportDoneResponse` say. The description is theirs and is not kept in clear."""

    code: int
    report_id: int | None
    file_id: str | None
    md5: str | None
    files: tuple[str, ...]
    done: bool
    """Whether it is the answer to a finish."""


def parse(data: bytes) -> Answer:
    """Raises BadAnswer."""
    root = parse_xml(data)
    if root.tag not in ("reportResponse", "reportDoneResponse"):
        raise BadAnswer("expected a reportResponse or a reportDoneResponse")
    code = _number(root, "responseCode")
    if code is None:
        raise BadAnswer("the answer has no responseCode")
    files = root.find("files")
    return Answer(
        code,
        _number(root, "reportId"),
        _word(root, "fileId"),
        _word(root, "hash"),
        () if files is None else tuple(_short(found) for found in files.findall("fileId")),
        root.tag == "reportDoneResponse",
    )


def parse_xml(data: bytes) -> etree._Element:
    """The tree of a document from outside. Raises BadAnswer."""
    if len(data) > MAX_ANSWER:
        raise BadAnswer(f"an answer has at most {MAX_ANSWER} bytes, this one {len(data)}")
    if _DOCTYPE in data.upper():
        raise BadAnswer("an answer has no document type")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadAnswer("the answer is not XML") from None
    if root.getroottree().docinfo.internalDTD is not None:  # in another encoding the bytes look otherwise
        raise BadAnswer("an answer has no document type")
    return root


def _number(root: etree._Element, name: str) -> int | None:
    word = _word(root, name)
    if word is None:
        return None
    if not word.isascii() or not word.lstrip("-").isdigit() or len(word) > 20:
        raise BadAnswer(f"{name} is not a number")
    return int(word)


def _word(root: etree._Element, name: str) -> str | None:
    found = root.find(name)
    return None if found is None else _short(found)


def _short(found: etree._Element) -> str:
    word = (found.text or "").strip()
    if len(found) or not 0 < len(word) <= MAX_ID_CHARS:
        raise BadAnswer(f"{found.tag} has 1 to {MAX_ID_CHARS} characters and no elements")
    return word
