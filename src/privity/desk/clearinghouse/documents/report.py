# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report itself: what happened, where, who reports it, about whom. The names are the schema's."""

# ruff: noqa: RUF009  # each call makes a field
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from privity.desk.clearinghouse.documents.people import (
    Address,
    ContactPerson,
    IntendedRecipient,
    IpCaptureEvent,
    Person,
    PersonOrUserReported,
    Phone,
    Victim,
)
from privity.desk.clearinghouse.documents.people import Email as EmailAddress
from privity.desk.clearinghouse.documents.shape import (
    FREE,
    IDENTIFIER,
    URL,
    Element,
    attribute,
    child,
    children,
    flag,
    words,
)


class IncidentType(StrEnum):
    """The eight kinds of incident that the clearinghouse knows."""

    CHILD_PORNOGRAPHY = "Child Pornography (possession, manufacture, and distribution)"
    TRAFFICKING = "Child Sex Trafficking"
    TOURISM = "Child Sex Tourism"
    MOLESTATION = "Child Sexual Molestation"
    MISLEADING_DOMAIN = "Misleading Domain Name"
    MISLEADING_WORDS = "Misleading Words or Digital Images on the Internet"
    ENTICEMENT = "Online Enticement of Children for Sexual Acts"
    UNSOLICITED = "Unsolicited Obscene Material Sent to a Child"


class BatchReason(StrEnum):
    VIRAL_POTENTIAL_MEME = "VIRAL_POTENTIAL_MEME"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BatchedReport(Element):
    reason: BatchReason = attribute(required=True)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReportAnnotations(Element):
    sextortion: bool = flag()
    csam_solicitation: bool = flag()
    minor_to_minor_interaction: bool = flag()
    spam: bool = flag()
    sadistic_online_exploitation: bool = flag()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IncidentSummary(Element):
    incident_type: IncidentType = child(required=True)
    platform: str | None = child()
    escalate_to_high_priority: str | None = child(FREE)
    report_annotations: ReportAnnotations | None = child()
    incident_date_time: datetime = child(required=True)
    incident_date_time_description: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WebPageIncident(Element):
    url: tuple[str, ...] = children(URL)
    additional_info: str | None = child(FREE)
    third_party_hosted_content: bool | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EmailIncident(Element):
    email_address: tuple[EmailAddress, ...] = children()
    content: str | None = child(FREE)
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewsgroupIncident(Element):
    name: str | None = child()
    email_address: tuple[EmailAddress, ...] = children()
    content: str | None = child(FREE)
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ChatImIncident(Element):
    """A message in a conversation: the case of a messenger."""

    chat_client: str | None = child()
    chat_room_name: str | None = child()
    content: str | None = child(FREE)
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OnlineGamingIncident(Element):
    game_name: str | None = child()
    console: str | None = child()
    content: str | None = child(FREE)
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CellPhoneIncident(Element):
    phone_number: Phone | None = child()
    latitude: str | None = child()
    longitude: str | None = child()
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NonInternetIncident(Element):
    location_name: str | None = child()
    incident_address: tuple[Address, ...] = children()
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Peer2peerIncident(Element):
    client: str | None = child()
    ip_capture_event: tuple[IpCaptureEvent, ...] = children()
    file_names: str | None = child()
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InternetDetails(Element):
    """Exactly one of these: use `InternetDetails(chat_im_incident=...)`."""

    web_page_incident: WebPageIncident | None = child()
    email_incident: EmailIncident | None = child()
    newsgroup_incident: NewsgroupIncident | None = child()
    chat_im_incident: ChatImIncident | None = child()
    online_gaming_incident: OnlineGamingIncident | None = child()
    cell_phone_incident: CellPhoneIncident | None = child()
    non_internet_incident: NonInternetIncident | None = child()
    peer2peer_incident: Peer2peerIncident | None = child()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ForeignProcess(Element):
    served: bool = words()
    flea_country: str | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LawEnforcement(Element):
    agency_name: str = child(required=True)
    case_number: str | None = child()
    officer_contact: ContactPerson | None = child()
    reported_to_le: bool | None = child()
    served_legal_process_domestic: bool | None = child()
    served_legal_process_international: ForeignProcess | None = child()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reporter(Element):
    reporting_person: Person = child(required=True)
    contact_person: ContactPerson | None = child()
    company_template: str | None = child(IDENTIFIER)
    terms_of_service: str | None = child(FREE)
    legal_url: str | None = child(URL, name="legalURL")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report(Element):
    batched_report: BatchedReport | None = child()
    incident_summary: IncidentSummary = child(required=True)
    internet_details: tuple[InternetDetails, ...] = children()
    law_enforcement: LawEnforcement | None = child()
    reporter: Reporter = child(required=True)
    person_or_user_reported: tuple[PersonOrUserReported, ...] = children()
    intended_recipient: tuple[IntendedRecipient, ...] = children()
    victim: tuple[Victim, ...] = children()
    additional_info: str | None = child(FREE)
