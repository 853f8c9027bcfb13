# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From snapshots to a CyberTipline report: says what was found, how far it is proven, and no more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from privity.desk.clearinghouse.documents.files import Classification, FileDetails, FileHash, Relevance
from privity.desk.clearinghouse.documents.people import (
    ContactPerson,
    DeviceId,
    Email,
    EmailType,
    IntendedRecipient,
    PermanentlyDisabled,
    Person,
    PersonOrUserReported,
    TemporarilyDisabled,
    Victim,
)
from privity.desk.clearinghouse.documents.report import (
    BatchedReport,
    BatchReason,
    ChatImIncident,
    IncidentSummary,
    IncidentType,
    InternetDetails,
    Report,
    ReportAnnotations,
    Reporter,
)
from privity.desk.clearinghouse.documents.shape import FREE, IDENTIFIER, SERVICE, legible
from privity.desk.clearinghouse.drivers.steps import Material
from privity.desk.clearinghouse.snapshot import Disclosed, FileFacts, Recipient, Snapshot
from privity.desk.destinations import Office
from privity.wire.standing import StandingState

CLIENT: Final = "Privity"
LEVELS: Final = {
    0: "Evidence level 0 of 2, unverified: disclosed by a recipient; this service could not verify that it was sent.",
    1: "Evidence level 1 of 2, verified: the service franked this message when the account's session sent it.",
    2: "Evidence level 2 of 2, verified with authorship: franked by the service, and signed by its device.",
}
"""The three levels, in words that are never mixed."""
NO_ADDRESSES: Final = (
    "The service is end-to-end encrypted and keeps no network addresses, phone numbers or e-mail addresses."
)


def report(material: Material, office: Office) -> Report:
    """One report about all the cases. Its texts are cut and made legible; nothing in them can break the document."""
    snapshots = material.snapshots
    first = snapshots[0]
    messages = [message for snapshot in snapshots for message in snapshot.messages]
    return Report(
        batched_report=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME) if first.viral else None,
        incident_summary=IncidentSummary(
            incident_type=IncidentType(first.incident),
            platform=_short(office.platform) or CLIENT,
            escalate_to_high_priority=_free(" / ".join(one.urgent for one in snapshots if one.urgent)) or None,
            report_annotations=_annotations(snapshots),
            incident_date_time=_moment(min((one.ts_ms for one in messages), default=first.taken_ms)),
            incident_date_time_description=_when(messages),
        ),
        internet_details=_details(snapshots),
        reporter=_reporter(office),
        person_or_user_reported=tuple(_accused(one, office, material.prior) for one in _by_account(snapshots)),
        intended_recipient=_recipients(snapshots),
        victim=_victims(snapshots),
        additional_info=_free(_closing(snapshots)),
    )


def file_details(report_id: int, file_id: str, facts: FileFacts, *, viewed: bool) -> FileDetails:
    """What is said of one uploaded file."""
    return FileDetails(
        report_id=report_id,
        file_id=file_id,
        original_file_name=_short(facts.name) or None,
        uploaded_to_esp_timestamp=_moment(facts.sent_ms),
        file_viewed_by_esp=viewed,
        exif_viewed_by_esp=False,
        publicly_available=False,
        file_relevance=Relevance.REPORTED,
        industry_classification=None if facts.classification is None else Classification(facts.classification),
        original_file_hash=(
            FileHash(value=facts.md5, hash_type="MD5"),
            FileHash(value=facts.sha1, hash_type="SHA1"),
            FileHash(value=facts.sha256, hash_type="SHA256"),
        ),
        additional_info=(
            f"Part {facts.part} of message {facts.position} of report {facts.report}. {LEVELS[facts.level]}",
        ),
    )


def _details(snapshots: tuple[Snapshot, ...]) -> tuple[InternetDetails, ...]:
    found = []
    for snapshot in snapshots:
        for message in snapshot.messages:
            found += [_chat(message.room_uri, piece, _proof(message)) for piece in _pieces(message.text)]
        if not snapshot.messages:
            room = f"no conversation: a report of the account {snapshot.account.profile.handle}"
            said = snapshot.note or "Nothing was disclosed; the report names the account alone."
            found += [_chat(room, piece, LEVELS[0]) for piece in _pieces(said)]
    return tuple(found)


def _chat(room: str, content: str, info: str) -> InternetDetails:
    return InternetDetails(
        chat_im_incident=ChatImIncident(
            chat_client=CLIENT, chat_room_name=_short(room) or None, content=content, additional_info=_free(info)
        )
    )


def _pieces(text: str) -> list[str]:
    """A long text in several; a blank one says that it is."""
    clean = legible(text)
    pieces = [clean[start : start + FREE] for start in range(0, len(clean), FREE)]
    return [piece if piece.strip() else "(blank)" for piece in pieces] or ["(a message without words)"]


def _proof(message: Disclosed) -> str:
    parts = [LEVELS[message.level], f"Finding: {message.outcome}. Sent {_moment(message.ts_ms).isoformat()}."]
    if message.level:
        parts.append(f"Franking tag {message.tag}, frank {message.frank}, signature {message.signature}.")
    parts.append(f"SHA-256 of the message: {message.content_sha256}.")
    if message.message_id is not None:
        parts.append(f"Message id {message.message_id}.")
    return " ".join(parts)


def _when(messages: list[Disclosed]) -> str:
    if not messages:
        return "When the report was taken; no message was disclosed."
    if all(message.level for message in messages):
        return "When the service took the first reported message, proven by its frank."
    return "When the first reported message was sent, as the recipient's device says."


def _annotations(snapshots: tuple[Snapshot, ...]) -> ReportAnnotations | None:
    chosen = {name for snapshot in snapshots for name in snapshot.annotations}
    return ReportAnnotations(**dict.fromkeys(chosen, True)) if chosen else None


def _reporter(office: Office) -> Reporter:
    contact = None
    if office.contact_email:
        contact = ContactPerson(
            first_name=_short(office.contact_name) or None,
            email=(Email(address=_short(office.contact_email), type=EmailType.BUSINESS),),
        )
    return Reporter(
        reporting_person=Person(
            first_name=_short(office.contact_name) or None,
            email=(Email(address=_short(office.contact_email), type=EmailType.BUSINESS),) if contact else (),
        ),
        contact_person=contact,
        company_template=_short(office.company_template) or None,
        legal_url=office.legal_url or None,
    )


def _by_account(snapshots: tuple[Snapshot, ...]) -> list[Snapshot]:
    """One of each account, the newest facts."""
    newest = {snapshot.account.profile.user_uri: snapshot for snapshot in snapshots}
    return list(newest.values())


def _accused(snapshot: Snapshot, office: Office, prior: tuple[str, ...]) -> PersonOrUserReported:
    account = snapshot.account
    profile = account.profile
    standing = account.standing
    since = min((one.since_ms for one in account.restrictions if one.what == standing.value), default=None)
    until = max((one.until_ms for one in account.restrictions if one.until_ms is not None), default=None)
    banned = standing is StandingState.BANNED
    return PersonOrUserReported(
        esp_identifier=_short(profile.user_uri),
        esp_service=(_short(office.platform) or CLIENT)[:SERVICE],
        screen_name=_short(profile.handle) or None,
        display_name=(_short(profile.name),) if profile.name.strip() else (),
        profile_bio=_free(profile.bio) or None,
        device_id=tuple(
            DeviceId(id_type="Device of the account", id_value=one.client_uri, date_time=_moment(one.added_ms))
            for one in account.devices
        ),
        prior_ct_reports=tuple(int(number) for number in prior if number.isascii() and number.isdigit()),
        account_temporarily_disabled=None
        if banned
        else TemporarilyDisabled(
            disabled=standing is StandingState.SUSPENDED,
            disabled_date=_moment(since) if standing is StandingState.SUSPENDED and since is not None else None,
            reenabled_date=_moment(until) if standing is StandingState.SUSPENDED and until is not None else None,
        ),
        account_permanently_disabled=PermanentlyDisabled(
            disabled=True, disabled_date=None if since is None else _moment(since)
        )
        if banned
        else None,
        additional_info=_free(
            f"Account made {_moment(account.created_ms).isoformat()}; age as the person said: {account.age}. "
            f"Facts as of {_moment(snapshot.account_asked_ms).isoformat()}. {NO_ADDRESSES}"
        ),
    )


def _recipients(snapshots: tuple[Snapshot, ...]) -> tuple[IntendedRecipient, ...]:
    return tuple(
        IntendedRecipient(esp_identifier=_short(uri)) for uri in _named(snapshots, Recipient.INTENDED_RECIPIENT)
    )


def _victims(snapshots: tuple[Snapshot, ...]) -> tuple[Victim, ...]:
    return tuple(
        Victim(victim_person=Person(), esp_identifier=_short(uri)) for uri in _named(snapshots, Recipient.VICTIM)
    )


def _named(snapshots: tuple[Snapshot, ...], recipient: Recipient) -> list[str]:
    chosen = [uri for snapshot in snapshots if snapshot.recipient is recipient for uri in snapshot.reporter_uris]
    return list(dict.fromkeys(chosen))


def _closing(snapshots: tuple[Snapshot, ...]) -> str:
    level = min(snapshot.level for snapshot in snapshots)
    cases = ", ".join(str(snapshot.case) for snapshot in snapshots)
    parts = [f"Cases {cases} of this service. As a whole: {LEVELS[level]}"]
    omitted = [snapshot.omitted for snapshot in snapshots if snapshot.omitted]
    if omitted:
        parts.append(f"{sum(omitted)} messages lie between the reported ones and were not disclosed.")
    parts += [snapshot.words for snapshot in snapshots if snapshot.words]
    return " ".join(parts)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _short(text: str) -> str:
    return legible(text)[:IDENTIFIER].strip()


def _free(text: str) -> str:
    return legible(text)[:FREE].strip()
