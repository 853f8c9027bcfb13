# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The CyberTipline: submit, then each file and what is said of it, then finish. Until that nothing counts there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import msgspec

from privity.desk.clearinghouse.documents.answers import Answer, parse
from privity.desk.clearinghouse.documents.floor import actionable
from privity.desk.clearinghouse.documents.schema import Schema, written
from privity.desk.clearinghouse.drivers import cybertip_report
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
from privity.desk.clearinghouse.errors import BadAnswer, NotInThatState
from privity.desk.clearinghouse.model import Destination, ItemState, ReferralState, Verb
from privity.desk.clearinghouse.snapshot import FileFacts
from privity.desk.destinations import Office

XML: Final = "text/xml; charset=utf-8"
FORM: Final = "application/x-www-form-urlencoded"
SUCCESS: Final = 0
RETRACTED_ALREADY: Final = 5101
FINISHED_ALREADY: Final = 5102
UNKNOWN_REPORT: Final = 5001

CODES: Final[Mapping[int, tuple[Outcome, str]]] = {
    1000: (Outcome.AGAIN, "its server failed"),
    1100: (Outcome.AGAIN, "it could not save"),
    1110: (Outcome.AGAIN, "its upload failed"),
    1111: (Outcome.AGAIN, "it could not take the file"),
    1300: (Outcome.AGAIN, "its update failed"),
    1210: (Outcome.BLOCKED, "a resource is not found there: the address or the way of asking is wrong"),
    2000: (Outcome.STOP_QUEUE, "not authenticated"),
    3000: (Outcome.STOP_QUEUE, "not authorised"),
    3100: (Outcome.STOP_QUEUE, "not authorised to submit"),
    3300: (Outcome.STOP_QUEUE, "not authorised to update"),
    4000: (Outcome.BLOCKED, "it calls the request bad"),
    4100: (Outcome.BLOCKED, "its schema refuses the document"),
    4110: (Outcome.BLOCKED, "it calls the XML malformed"),
    4200: (Outcome.BLOCKED, "it calls the file malformed"),
    5001: (Outcome.RESTART, "the report is unknown there: its time was over"),
    5002: (Outcome.RESTART, "the file is unknown there: its time was over"),
    5101: (Outcome.BLOCKED, "it was retracted there, and not by this desk"),
    5102: (Outcome.BLOCKED, "it was finished there before this desk asked for it"),
}
"""What each code means for a referral; see `_of_code` for the two that depend on what was asked."""


class CybertipDriver:
    """`schema` is the operator's copy of the clearinghouse's; without one the order is right by construction only."""

    destination: Final = Destination.CYBERTIP

    def __init__(self, office: Office, schema: Schema | None = None) -> None:
        self._office = office
        self._schema = schema

    @staticmethod
    def schema_request() -> Request:
        """What answers with the schema of today, for who has credentials; it counts where its digest is pinned."""
        return Request("GET", "/xsd")

    def compose(self, material: Material) -> Composed:
        report = cybertip_report.report(material, self._office)
        pairs = zip(material.files, material.viewed, strict=True)
        files = [cybertip_report.file_details(0, "0", facts, viewed=viewed) for facts, viewed in pairs]
        for details in files:
            written("fileDetails", details, self._schema)
        return Composed(written("report", report, self._schema), actionable(report, files))

    def next_step(self, parcel: Parcel) -> Step:
        report_id = parcel.remote_id
        if report_id is None:
            return Step(Verb.OPEN, Request("POST", "/submit", XML, parcel.contents.document()))
        if parcel.withdrawing:
            return Step(Verb.RETRACT, Request("POST", "/retract", FORM, f"id={report_id}".encode()))
        for item in parcel.items:
            if item.state is ItemState.SENT:
                return self._describe(parcel, report_id, item.item, item.remote_id or "")
            if item.state is ItemState.WAITING:
                return _upload(report_id, item.item, parcel.contents.file(item.item))
        if parcel.state not in (ReferralState.OPENED, ReferralState.DESCRIBED):
            raise NotInThatState(f"expected a referral with all files described, it is {parcel.state}")
        files = tuple(item.remote_id for item in parcel.items if item.remote_id is not None)
        return Step(Verb.FINISH, Request("POST", "/finish", FORM, f"id={report_id}".encode()), files=files)

    def read(self, step: Step, answer: HttpAnswer) -> Reaction:
        try:
            said = parse(answer.body)
        except BadAnswer as err:
            unsaid = f"status {answer.status}: {err}"
            if 400 <= answer.status < 500 and by_status(answer) is None:
                return Reaction(Outcome.BLOCKED, unsaid)
            return by_status(answer) or self.lost(step, unsaid)
        if said.code != SUCCESS:
            return _of_code(step, said.code)
        return by_status(answer) or self._done(step, said)

    def lost(self, step: Step, why: str = "no answer") -> Reaction:
        """The same step again. A submit whose answer is lost leaves a report there that nobody finishes and that
        expires; a finish that was done answers so when it is repeated."""
        return again(why)

    def _describe(self, parcel: Parcel, report_id: str, item: int, file_id: str) -> Step:
        facts = msgspec.json.decode(parcel.contents.facts(item), type=FileFacts)
        details = cybertip_report.file_details(int(report_id), file_id, facts, viewed=parcel.contents.viewed(item))
        return Step(
            Verb.DESCRIBE, Request("POST", "/fileinfo", XML, written("fileDetails", details, self._schema)), item
        )

    def _done(self, step: Step, said: Answer) -> Reaction:
        match step.verb:
            case Verb.OPEN:
                if said.report_id is None or said.report_id <= 0:
                    return again("it took a report and named no number")
                return Reaction(Outcome.GO_ON, remote_id=str(said.report_id))
            case Verb.UPLOAD:
                if said.file_id is None or said.md5 is None:
                    return again("it took a file and named neither its number nor its hash")
                sent = _md5_of_upload(step.request)
                if not hmac.compare_digest(said.md5.lower().encode(), sent.encode()):
                    return Reaction(Outcome.RESTART, "another file arrived than was sent: its MD5 differs")
                return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.SENT, said.file_id),))
            case Verb.DESCRIBE:
                return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.DESCRIBED),))
            case Verb.RETRACT:
                return Reaction(Outcome.RETRACTED)
            case _:
                if not said.done or f"id={said.report_id}".encode() != step.request.body:
                    return again("it answered a finish with something else")
                lacking = set(step.files) - set(said.files)
                why = f"finished there without {len(lacking)} of its files: report them anew" if lacking else ""
                return Reaction(Outcome.FINISHED, why)


def _of_code(step: Step, code: int) -> Reaction:
    if code == FINISHED_ALREADY and step.verb in (Verb.FINISH, Verb.RETRACT):
        return Reaction(Outcome.FINISHED, "it was finished before")
    if step.verb is Verb.RETRACT and code in (RETRACTED_ALREADY, UNKNOWN_REPORT):
        return Reaction(Outcome.RETRACTED, f"code {code}")
    outcome, why = CODES.get(code, (Outcome.BLOCKED, "a code that this version does not know"))
    return Reaction(outcome, f"code {code}: {why}")


_FILE_HEAD: Final = (
    b'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
)


def _upload(report_id: str, item: int, content: bytes) -> Step:
    """The same bytes each time: the boundary comes from the file itself, and no name of it stands in a header."""
    boundary = f"privity-{hashlib.sha256(content).hexdigest()[:40]}"
    fence = f"--{boundary}\r\n".encode()
    body = fence + f'Content-Disposition: form-data; name="id"\r\n\r\n{report_id}\r\n'.encode()
    body += fence + _FILE_HEAD + content + f"\r\n--{boundary}--\r\n".encode()
    return Step(Verb.UPLOAD, Request("POST", "/upload", f"multipart/form-data; boundary={boundary}", body), item)


def _md5_of_upload(request: Request) -> str:
    start = request.body.index(_FILE_HEAD) + len(_FILE_HEAD)
    end = request.body.rindex(b"\r\n--privity-")
    return hashlib.md5(request.body[start:end], usedforsecurity=False).hexdigest()
