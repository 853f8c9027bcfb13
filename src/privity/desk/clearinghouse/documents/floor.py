# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The floor: what a report must say before anybody could act on it. The schema accepts far less."""

from __future__ import annotations

from collections.abc import Sequence

from privity.desk.clearinghouse.documents.files import FileDetails
from privity.desk.clearinghouse.documents.people import PersonOrUserReported
from privity.desk.clearinghouse.documents.report import ChatImIncident, Report


def actionable(report: Report, files: Sequence[FileDetails] = (), *, keeps_addresses: bool = False) -> tuple[str, ...]:
    """What is missing, in the schema's words; empty above the floor.

    `keeps_addresses` says whether this service keeps network addresses at all: one that keeps none cannot give any.
    """
    missing: list[str] = []
    if report.incident_summary.incident_date_time.utcoffset() is None:
        missing.append("incidentDateTime with a zone")
    missing += _of_incident([details.chat_im_incident for details in report.internet_details])
    if not report.person_or_user_reported:
        missing.append("personOrUserReported")
    for person in report.person_or_user_reported:
        missing += _of_person(person, keeps_addresses)
    for number, file in enumerate(files, start=1):
        if not file.original_file_hash:
            missing.append(f"originalFileHash of file {number}")
        if file.file_viewed_by_esp is None:
            missing.append(f"fileViewedByEsp of file {number}")
    contact = report.reporter.contact_person
    if contact is None or not (contact.email or contact.phone):
        missing.append("contactPerson with an address or a number")
    return tuple(dict.fromkeys(missing))


def _of_incident(chats: list[ChatImIncident | None]) -> list[str]:
    found = [chat for chat in chats if chat is not None]
    if not found:
        return ["chatImIncident"]
    missing = []
    if not any(chat.chat_room_name for chat in found):
        missing.append("chatRoomName")
    if not any(chat.content for chat in found):
        missing.append("content")
    return missing


def _of_person(person: PersonOrUserReported, keeps_addresses: bool) -> list[str]:
    missing = []
    if not person.esp_identifier:
        missing.append("espIdentifier")
    if not person.screen_name:
        missing.append("screenName")
    if person.account_temporarily_disabled is None and person.account_permanently_disabled is None:
        missing.append("account status")
    if keeps_addresses and not person.ip_capture_event:
        missing.append("ipCaptureEvent")
    return missing
