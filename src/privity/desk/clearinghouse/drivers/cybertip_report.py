# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From snapshots to a CyberTipline report: says what was found, how far it is proven, and no more."""

from __future__ import annotations

import hashlib
from dataclasses import replace
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
from privity.desk.clearinghouse.snapshot import Disclosed, FileFacts, ProfileCopy, Recipient, SeenProfile, Snapshot
from privity.desk.destinations import Office
from privity.wire.staff import AccountFacts, ProfileFacts
from privity.wire.standing import StandingState

CLIENT: Final = "Privity"
LEVELS: Final = {
    0: "Evidence level 0 of 2, unverified: disclosed by a recipient; this service could not verify that it was sent.",
    1: "Evidence level 1 of 2, verified: the service franked this message when the account's session sent it.",
    2: "Evidence level 2 of 2, verified with authorship: franked by the service, and signed by its device.",
}
"""The three levels, in words that are never mixed."""
SEEN: Final = (
    "Evidence level 0 of 2, unverified by cryptography: no key of the account signed it. The service itself saw it"
)
"""Of what an account shows: said beside what was disclosed, never in its place."""
NO_ADDRESSES: Final = (
    "The service is end-to-end encrypted and keeps no network addresses, phone numbers or e-mail addresses."
)


NOT_DISABLED: Final = (
    "That does not say that the service disabled it; whether it ever did is not known here, and no status is given."
)


def report(material: Material, office: Office) -> Report:
    """One report about all the cases. Its texts are cut and made legible; nothing in them can break the document."""
    snapshots = material.snapshots
    first = snapshots[0]
    messages = [message for snapshot in snapshots for message in snapshot.messages]
    copies = [copy for snapshot in snapshots for copy in snapshot.profiles]
    return Report(
        batched_report=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME) if first.viral else None,
        incident_summary=IncidentSummary(
            incident_type=IncidentType(first.incident),
            platform=_short(office.platform) or CLIENT,
            escalate_to_high_priority=_free(" / ".join(one.urgent for one in snapshots if one.urgent)) or None,
            report_annotations=_annotations(snapshots),
            incident_date_time=_moment(
                min([one.ts_ms for one in messages] or [one.seen_ms for one in copies] or [first.taken_ms])
            ),
            incident_date_time_description=_when(messages, copies),
        ),
        internet_details=_details(snapshots),
        reporter=_reporter(office),
        person_or_user_reported=tuple(_accused(cases, office, material.prior) for cases in _by_account(snapshots)),
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
        uploaded_to_esp_timestamp=None if facts.report is None else _moment(facts.sent_ms),
        file_viewed_by_esp=viewed,
        exif_viewed_by_esp=False,
        publicly_available=any(one.public for one in facts.of_profile),
        file_relevance=Relevance.REPORTED,
        industry_classification=None if facts.classification is None else Classification(facts.classification),
        original_file_hash=(
            FileHash(value=facts.md5, hash_type="MD5"),
            FileHash(value=facts.sha1, hash_type="SHA1"),
            FileHash(value=facts.sha256, hash_type="SHA256"),
        ),
        additional_info=(*_brought(facts), *(_pictured(one) for one in facts.of_profile)),
    )


def seen(shown: SeenProfile) -> str:
    """Where the service saw a profile, and that nothing but this proves it."""
    if shown.public:
        return f"{SEEN} on a public surface: whoever searched the service could find it."
    if shown.hidden:
        return f"{SEEN} after a decision had taken it from all others."
    return f"{SEEN} as those do who may know of the account: it stood in no search."


def as_a_whole(snapshots: tuple[Snapshot, ...]) -> str:
    """How far all of it is proven: what was disclosed by its weakest message, and a profile by what saw it."""
    disclosed = [one.level for one in snapshots if one.messages or not one.profiles]
    copies = [copy for one in snapshots for copy in one.profiles]
    parts = [LEVELS[min(disclosed)]] if disclosed else []
    if copies:
        parts.append(f"Of the profile: {SEEN} in the account's profile." if disclosed else f"{SEEN} in the profile.")
    return " ".join(parts)


def without_facts(snapshot: Snapshot) -> str:
    """Why nothing but an address is said of an account. Closing is not disabling, so it is not given as a status."""
    asked = _moment(snapshot.account_asked_ms).isoformat()
    if snapshot.closed:
        return (
            f"Asked at {asked}, the service answered that the account was closed by its person; it keeps nothing more"
            f" of it. {NOT_DISABLED}"
        )
    return (
        f"Asked at {asked}, the service had no account at this address: the account was closed, or was lost, or never"
        f" was there; the service keeps nothing more of it. {NOT_DISABLED}"
    )


def _brought(facts: FileFacts) -> tuple[str, ...]:
    if facts.report is None:
        return ()
    return (f"Part {facts.part} of message {facts.position} of report {facts.report}. {LEVELS[facts.level]}",)


def _pictured(shown: SeenProfile) -> str:
    return f"Picture of the profile. {_copy(shown)} {seen(shown)}"


def _copy(shown: SeenProfile) -> str:
    return f"Copy {shown.position + 1} of case {shown.case}, kept {_moment(shown.seen_ms).isoformat()}."


def _details(snapshots: tuple[Snapshot, ...]) -> tuple[InternetDetails, ...]:
    found = []
    for snapshot in snapshots:
        for message in snapshot.messages:
            found += [_chat(message.room_uri, piece, _proof(message)) for piece in _pieces(message.text)]
        for copy in snapshot.profiles:
            room = f"no conversation: the profile of the account {copy.handle}"
            found += [_chat(room, piece, _shown(copy)) for piece in _pieces(_profile(copy))]
        if not snapshot.messages and (snapshot.note or not snapshot.profiles):
            room = f"no conversation: a report of the account {_called(snapshot)}"
            said = snapshot.note or "Nothing was disclosed; the report names the account alone."
            found += [_chat(room, piece, LEVELS[0]) for piece in _pieces(said)]
    return tuple(found)


def _called(snapshot: Snapshot) -> str:
    return snapshot.about if snapshot.account is None else snapshot.account.profile.handle


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


def _profile(copy: ProfileCopy) -> str:
    picture = "none" if copy.picture_sha256 is None else f"the file with the SHA-256 {copy.picture_sha256}"
    return f"Handle: {copy.handle}\nName: {copy.name}\nAbout themselves: {copy.bio}\nPicture: {picture}"


def _shown(copy: ProfileCopy) -> str:
    return f"{seen(copy)} {_copy(copy)} SHA-256 of the record that was kept: {copy.sha256}."


def _when(messages: list[Disclosed], copies: list[ProfileCopy]) -> str:
    if not messages and copies:
        return "When the service itself saw the profile as it is reported; since when it stood there is not known."
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


def _by_account(snapshots: tuple[Snapshot, ...]) -> list[list[Snapshot]]:
    """The cases about each account, as they were drafted."""
    found: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        found.setdefault(snapshot.about, []).append(snapshot)
    return list(found.values())


def _accused(cases: list[Snapshot], office: Office, prior: tuple[str, ...]) -> PersonOrUserReported:
    """The newest facts that the hub gave; that it gave none in the end is said as well."""
    newest = cases[-1]
    copies = [copy for one in cases for copy in one.profiles]
    facts, asked_ms = next(
        ((one.account, one.account_asked_ms) for one in reversed(cases) if one.account is not None), (None, 0)
    )
    told = [] if facts is None else [_told(facts, asked_ms, copies)]
    if newest.account is None:
        told.append(without_facts(newest))
    if facts is None and copies:
        told.append("Its names are those that the service saw in the profile, as stands among the incidents.")
    common = PersonOrUserReported(
        esp_identifier=_short(newest.about),
        esp_service=(_short(office.platform) or CLIENT)[:SERVICE],
        display_name=_names(facts, copies),
        prior_ct_reports=tuple(int(number) for number in prior if number.isascii() and number.isdigit()),
        additional_info=_free(" ".join([*told, NO_ADDRESSES])),
    )
    if facts is None:
        seen_last = max(copies, key=lambda copy: copy.seen_ms, default=None)
        return replace(common, screen_name=None if seen_last is None else _short(seen_last.handle) or None)
    return _with_facts(common, facts)


def _with_facts(person: PersonOrUserReported, account: AccountFacts) -> PersonOrUserReported:
    """The facts are those of the draft; how the profile was before stands where it was seen."""
    standing = account.standing
    since = min((one.since_ms for one in account.restrictions if one.what == standing.value), default=None)
    until = max((one.until_ms for one in account.restrictions if one.until_ms is not None), default=None)
    banned = standing is StandingState.BANNED
    return replace(
        person,
        screen_name=_short(account.profile.handle) or None,
        profile_bio=_free(account.profile.bio) or None,
        device_id=tuple(
            DeviceId(id_type="Device of the account", id_value=one.client_uri, date_time=_moment(one.added_ms))
            for one in account.devices
        ),
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
    )


def _told(account: AccountFacts, asked_ms: int, copies: list[ProfileCopy]) -> str:
    return (
        f"Account made {_moment(account.created_ms).isoformat()}; age as the person said: {account.age}. "
        f"Facts as of {_moment(asked_ms).isoformat()}.{_otherwise(account.profile, copies)}"
    )


def _names(account: AccountFacts | None, copies: list[ProfileCopy]) -> tuple[str, ...]:
    """The one of now first, then those that were seen before."""
    now = [] if account is None else [account.profile.name]
    names = (_short(name) for name in (*now, *(copy.name for copy in copies)))
    return tuple(dict.fromkeys(name for name in names if name))


def _otherwise(now: ProfileFacts, copies: list[ProfileCopy]) -> str:
    """That the account shows something else by now than what was kept of it."""
    picture = None if now.picture is None else hashlib.sha256(now.picture).hexdigest()
    shown = {(copy.handle, copy.name, copy.bio, copy.picture_sha256) for copy in copies}
    if shown <= {(now.handle, now.name, now.bio, picture)}:
        return ""
    return " By then the profile had changed: what was seen of it before stands among the incidents."


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
    cases = ", ".join(str(snapshot.case) for snapshot in snapshots)
    parts = [f"Cases {cases} of this service. As a whole: {as_a_whole(snapshots)}"]
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
