# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports of members as the page shows them to whoever looks after the conversation."""

from __future__ import annotations

from privity.client.engine.shown import Item
from privity.client.mentions import without_links
from privity.client.room_reports import ReportedHere, RoomReport
from privity.client.sdk import Device
from privity.faces.app.conversations import title
from privity.faces.app.entries import files_shown, full_text
from privity.faces.app.people import person
from privity.faces.app.plain import visible
from privity.faces.app.port.room_reports import Proof, ReportedShown, RoomReportShown, RoomReportsShown
from privity.faces.app.text import plain
from privity.policy.roles import Capability


def room_reports_shown(device: Device, room_uri: str) -> RoomReportsShown:
    return RoomReportsShown(reports=tuple(_shown(device, each) for each in device.room_reports.received(room_uri)))


def _shown(device: Device, report: RoomReport) -> RoomReportShown:
    accused, room_uri = report.accused_uri, report.room_uri
    here = bool(accused) and not report.accused_out
    return RoomReportShown(
        report_id=report.id,
        room_uri=room_uri,
        title=title(device, room_uri),
        reporter=person(device, report.reporter_uri),
        accused=person(device, accused) if accused else None,
        here=here,
        can_take_out=here and device.offices.can_take_out(room_uri, accused),
        reason=report.reason.name.lower(),
        note=visible(report.note),
        at_ms=report.at_ms,
        may_name=report.may_name,
        messages=tuple(_message(device, report, each) for each in report.messages),
        state=report.state,
        how=report.how,
    )


def _message(device: Device, report: RoomReport, reported: ReportedHere) -> ReportedShown:
    """Its text is what was reported, and not what an edit made of it since. Nothing in it is a link. What was said
    before this device came can be deleted where it is proven."""
    proof = Proof(reported.standing)
    own = _own(device, report, reported) if proof is Proof.SEEN else None
    if own is not None and not own.versions:
        text = full_text(device, own)  # without the names of its files, which stand below
    else:
        text = without_links(visible(reported.text), device.names.handle)
    said = plain(text)
    unseen = proof is Proof.FRANKED and not reported.edit and report.how != "deleted"
    return ReportedShown(
        message_id=reported.message_id,
        proof=proof,
        blocks=said.blocks if text else (),
        cut=said.cut,
        files=() if own is None else files_shown(own),
        version=reported.edit,
        gone=reported.gone,
        can_delete=(own is not None or unseen) and Capability.DELETE_OTHER in device.offices.may(report.room_uri),
    )


def _own(device: Device, report: RoomReport, reported: ReportedHere) -> Item | None:
    """The same message where this device's history shows it still."""
    found = device.host.engine.room(report.room_uri).timeline.item(reported.message_id)
    return None if reported.gone else found
