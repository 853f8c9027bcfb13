# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of a file that was uploaded to a report. The names are the schema's."""

# ruff: noqa: RUF009  # each call makes a field
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from privity.desk.clearinghouse.documents.people import DeviceId, IpCaptureEvent
from privity.desk.clearinghouse.documents.shape import (
    FREE,
    LONG,
    URL,
    Element,
    attribute,
    child,
    children,
    flag,
    words,
)


class Relevance(StrEnum):
    REPORTED = "Reported"
    SUPPLEMENTAL = "Supplemental Reported"


class Classification(StrEnum):
    """A: before puberty, B: in puberty; 1: an act, 2: nudity or posing."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class MetadataType(StrEnum):
    EXIF = "EXIF"
    HASH = "HASH"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileAnnotations(Element):
    anime_drawing_virtual_hentai: bool = flag()
    potential_meme: bool = flag()
    viral: bool = flag()
    possible_self_production: bool = flag()
    physical_harm: bool = flag()
    violence_gore: bool = flag()
    bestiality: bool = flag()
    live_streaming: bool = flag()
    infant: bool = flag()
    generative_ai: bool = flag()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileHash(Element):
    value: str = words()
    hash_type: str = attribute(required=True)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NameValuePair(Element):
    name: str = child(required=True)
    value: str = child(FREE, required=True)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Details(Element):
    name_value_pair: tuple[NameValuePair, ...] = children()
    type: MetadataType | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileDetails(Element):
    """At most one of `potential_meme` and `file_annotations`."""

    report_id: int = child(span=LONG, required=True)
    file_id: str = child(required=True)
    file_name: str | None = child()
    original_file_name: str | None = child()
    uploaded_to_esp_timestamp: datetime | None = child()
    location_of_file: str | None = child(URL)
    file_viewed_by_esp: bool | None = child()
    exif_viewed_by_esp: bool | None = child()
    publicly_available: bool | None = child()
    file_relevance: Relevance | None = child()
    potential_meme: bool | None = child()
    file_annotations: FileAnnotations | None = child()
    industry_classification: Classification | None = child()
    original_file_hash: tuple[FileHash, ...] = children()
    ip_capture_event: IpCaptureEvent | None = child()
    device_id: tuple[DeviceId, ...] = children()
    details: tuple[Details, ...] = children()
    additional_info: tuple[str, ...] = children(FREE)
