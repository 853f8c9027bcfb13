# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A national agency, by a neutral shape of our own (docs/operators/clearinghouse.md): a seam for a bridge.

No agency's interface is public today. What stands here is what an operator's bridge needs: open, material, facts,
submit, withdraw, each of which may be repeated.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import msgspec

from privity.desk.clearinghouse.documents.answers import MAX_ANSWER
from privity.desk.clearinghouse.documents.shape import MAX_DOCUMENT
from privity.desk.clearinghouse.drivers.cybertip_report import as_a_whole, seen, without_facts
from privity.desk.clearinghouse.drivers.steps import (
    Composed,
    HttpAnswer,
    ItemChange,
    Material,
    Outcome,
    Parcel,
    Reaction,
    Request,
    Step,
    again,
    by_status,
)
from privity.desk.clearinghouse.errors import DocumentTooLarge
from privity.desk.clearinghouse.model import Destination, ItemState, Verb
from privity.desk.clearinghouse.snapshot import FileFacts, ProfileCopy, Recipient, Snapshot
from privity.desk.destinations import Office

JSON: Final = "application/json"
SHAPE: Final = "privity-agency-1"
_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]{1,100}")


class Opened(msgspec.Struct, frozen=True):
    """The answer to an opening. Other fields are theirs."""

    reference: str


class Stated(msgspec.Struct, frozen=True):
    """The answer to all else: `open`, `submitted` or `withdrawn`."""

    state: str


class AgencyDriver:
    destination: Final = Destination.AGENCY

    def __init__(self, office: Office, organisation: str) -> None:
        self._office = office
        self._organisation = organisation
        """The number under which the agency registered the operator."""

    def compose(self, material: Material) -> Composed:
        document = msgspec.json.encode(
            {
                "shape": SHAPE,
                "organisation": self._organisation,
                "service": self._office.platform,
                "contact": {"name": self._office.contact_name, "email": self._office.contact_email},
                "priority": _priority(material.snapshots),
                "follows": list(material.prior),
                "cases": [_case(snapshot) for snapshot in material.snapshots],
                "files": [_file(facts) for facts in material.files],
            }
        )
        if len(document) > MAX_DOCUMENT:
            raise DocumentTooLarge(f"a document has at most {MAX_DOCUMENT} bytes, this one {len(document)}")
        return Composed(document, self._missing(material))

    def next_step(self, parcel: Parcel) -> Step:
        reference = parcel.remote_id
        if reference is None:
            document = parcel.contents.document()
            path = f"/reports/{hashlib.sha256(document).hexdigest()}"
            return Step(Verb.OPEN, Request("PUT", path, JSON, document, JSON))
        path = f"/reports/{reference}"
        if parcel.withdrawing:
            return Step(Verb.RETRACT, Request("POST", f"{path}/withdraw", accept=JSON))
        for item in parcel.items:
            at = f"{path}/material/{item.item}"
            if item.state is ItemState.WAITING:
                content = parcel.contents.file(item.item)
                return Step(Verb.UPLOAD, Request("PUT", at, "application/octet-stream", content, JSON), item.item)
            if item.state is ItemState.SENT:
                facts = msgspec.json.decode(parcel.contents.facts(item.item), type=FileFacts)
                said = msgspec.json.encode(_file(facts) | {"viewed_by_staff": parcel.contents.viewed(item.item)})
                return Step(Verb.DESCRIBE, Request("PUT", f"{at}/facts", JSON, said, JSON), item.item)
        return Step(Verb.FINISH, Request("POST", f"{path}/submit", accept=JSON))

    def read(self, step: Step, answer: HttpAnswer) -> Reaction:
        if answer.status == 409:
            return _conflict(step)
        if answer.status in (404, 410):
            if step.verb is Verb.RETRACT:
                return Reaction(Outcome.RETRACTED, f"status {answer.status}")
            if step.verb is not Verb.OPEN:
                return Reaction(Outcome.RESTART, f"the report is unknown there (status {answer.status})")
        known = by_status(answer)
        if known is not None:
            return known
        if answer.status not in (200, 201):
            return Reaction(Outcome.BLOCKED, f"refused (status {answer.status})")
        return _done(step, answer.body)

    def lost(self, step: Step) -> Reaction:
        """The same step again: each of them may be repeated."""
        return again("no answer")

    def _missing(self, material: Material) -> tuple[str, ...]:
        missing = []
        if not self._organisation:
            missing.append("organisation")
        if not self._office.contact_email:
            missing.append("contact")
        if not any(one.messages or one.note or one.profiles for one in material.snapshots):
            missing.append("a message, a note or a copy of the profile")
        return tuple(missing)


def _done(step: Step, body: bytes) -> Reaction:
    if len(body) > MAX_ANSWER:
        return again(f"the answer is over {MAX_ANSWER} bytes")
    try:
        if step.verb is Verb.OPEN:
            reference = msgspec.json.decode(body, type=Opened).reference
            if not _REFERENCE.fullmatch(reference):
                return again("the reference is not 1 to 100 letters, digits and hyphens")
            return Reaction(Outcome.GO_ON, remote_id=reference)
        if step.verb is Verb.UPLOAD:
            arrived = msgspec.json.decode(body, type=Stored).sha256
            if arrived != hashlib.sha256(step.request.body).hexdigest():
                return again("another file arrived than was sent: its SHA-256 differs")
            return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.SENT, str(step.item)),))
        state = msgspec.json.decode(body, type=Stated).state
    except (msgspec.DecodeError, UnicodeDecodeError):
        return again("the answer is not the JSON that it must be")
    if step.verb is Verb.DESCRIBE:
        return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.DESCRIBED),))
    wanted, outcome = ("submitted", Outcome.FINISHED) if step.verb is Verb.FINISH else ("withdrawn", Outcome.RETRACTED)
    return Reaction(outcome) if state == wanted else again(f"expected the state {wanted}")


class Stored(msgspec.Struct, frozen=True):
    """The answer to an upload."""

    sha256: str


def _conflict(step: Step) -> Reaction:
    """The report is submitted already, which is what a repeated submit wants to hear."""
    if step.verb in (Verb.FINISH, Verb.RETRACT):
        return Reaction(Outcome.FINISHED, "it was submitted before")
    return Reaction(Outcome.BLOCKED, "it was submitted there before this desk asked for it")


def _priority(snapshots: tuple[Snapshot, ...]) -> dict[str, str]:
    urgent = [snapshot.urgent for snapshot in snapshots if snapshot.urgent]
    return {"level": "immediate" if urgent else "ordinary", "why": " / ".join(urgent)}


def _case(snapshot: Snapshot) -> dict[str, Any]:
    named = snapshot.recipient is not Recipient.UNNAMED
    return {
        "case": snapshot.case,
        "incident": snapshot.incident,
        "annotations": snapshot.annotations,
        "evidence_level": snapshot.level,
        "evidence": as_a_whole((snapshot,)),
        "source": snapshot.source,
        "account": _account(snapshot),
        "recipient": {"role": snapshot.recipient, "accounts": snapshot.reporter_uris if named else []},
        "messages": [
            {
                "room": message.room_uri,
                "sent_ms": message.ts_ms,
                "text": message.text,
                "evidence_level": message.level,
                "finding": message.outcome,
                "tag": message.tag,
                "frank": message.frank,
                "signature": message.signature,
                "sha256": message.content_sha256,
            }
            for message in snapshot.messages
        ],
        "profiles": [_profile(copy) for copy in snapshot.profiles],
        "omitted_between": snapshot.omitted,
        "note": snapshot.note,
        "words": snapshot.words,
    }


def _account(snapshot: Snapshot) -> dict[str, Any]:
    """What the hub kept; where it had no such account, the address, the names that were seen last, and why no more."""
    account = snapshot.account
    if account is None:
        newest = max(snapshot.profiles, key=lambda copy: copy.seen_ms, default=None)
        return {
            "uri": snapshot.about,
            "handle": None if newest is None else newest.handle,
            "name": None if newest is None else newest.name,
            "created_ms": None,
            "age_as_said": None,
            "standing": None,
            "devices": None,
            "without_facts": without_facts(snapshot),
        }
    return {
        "uri": account.profile.user_uri,
        "handle": account.profile.handle,
        "name": account.profile.name,
        "created_ms": account.created_ms,
        "age_as_said": account.age,
        "standing": account.standing,
        "devices": [device.client_uri for device in account.devices],
    }


def _profile(copy: ProfileCopy) -> dict[str, Any]:
    """What the account showed then; the picture is among the files."""
    return {
        "seen_ms": copy.seen_ms,
        "handle": copy.handle,
        "name": copy.name,
        "bio": copy.bio,
        "public": copy.public,
        "picture_sha256": copy.picture_sha256,
        "evidence_level": 0,
        "evidence": seen(copy),
        "sha256": copy.sha256,
    }


def _file(facts: FileFacts) -> dict[str, Any]:
    return {
        "name": facts.name,
        "content_type": facts.content_type,
        "size": facts.size,
        "md5": facts.md5,
        "sha1": facts.sha1,
        "sha256": facts.sha256,
        "sent_ms": None if facts.report is None else facts.sent_ms,
        "seen_ms": [one.seen_ms for one in facts.of_profile],
        "public": any(one.public for one in facts.of_profile),
        "evidence_level": facts.level,
        "classification": facts.classification,
    }
