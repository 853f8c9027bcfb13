# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sealed reports and what they prove: one test per row of the franking note, section 6."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from privity.identity.leaf_binding import ChainBinding
from privity.message import attachments, cbor, compose, sealed_report
from privity.message import errors as e
from privity.message.content import ExternalPart
from privity.message.franking import Frank, frank, make_tag
from privity.message.report import AbuseReport, Authorship, Reason, ReportedMessage
from privity.message.verify_report import (
    AttachmentOutcome,
    Flag,
    HubAnswer,
    Outcome,
    Question,
    Verdict,
    verify_report,
)
from tests.message.world import TS, World, make_world, seeded

INTAKE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = INTAKE.public_key().public_bytes_raw()
PRIVATE = INTAKE.private_bytes_raw()
VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "sealed-report.json"


def verdict(
    w: World,
    message: ReportedMessage,
    *,
    participant: bool = True,
    binding: ChainBinding | None = None,
    blobs: dict[bytes, bytes] | None = None,
) -> Verdict:
    (found,) = verify_report(
        w.report(message),
        w.bob,
        ask=w.ask,
        was_participant=lambda room, user, ts: participant,
        blobs=blobs,
        binding=binding,
    )
    return found


def test_a_sealed_report_opens_to_itself() -> None:
    w = make_world()
    report = w.report(w.reported(authorship=True), replace(w.reported(), attachments={3: b"bytes"}))
    sealed = sealed_report.seal(PUBLIC, report)
    assert sealed_report.open(PRIVATE, sealed) == report
    assert sealed_report.key_id_of(sealed) == sealed_report.key_id(PUBLIC)
    assert w.data not in sealed and w.alice.encode() not in sealed


def test_own_vectors_open() -> None:
    found = json.loads(VECTORS.read_text())
    for v in found["vectors"]:
        report = sealed_report.open(bytes.fromhex(v["intake_private"]), bytes.fromhex(v["sealed"]))
        assert report.encode().hex() == v["report"]


def test_sizes_of_sealed_reports_come_in_steps() -> None:
    w = make_world()
    sizes = {
        len(sealed_report.seal(PUBLIC, replace(w.report(w.reported()), note="x" * n))) for n in range(0, 2000, 400)
    }
    assert sizes == {sealed_report.OVERHEAD + sealed_report.PADDING}


def test_every_altered_byte_of_a_sealed_report_is_refused() -> None:
    w = make_world()
    sealed = sealed_report.seal(PUBLIC, w.report(w.reported()))
    for at in range(0, len(sealed), 7):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(e.ReportError):
            sealed_report.open(PRIVATE, changed)


def test_each_way_of_not_opening_has_its_error() -> None:
    w = make_world()
    sealed = sealed_report.seal(PUBLIC, w.report(w.reported()))
    with pytest.raises(e.WrongIntakeKey):
        sealed_report.open(bytes(range(1, 33)), sealed)
    for bad in (b"", sealed[:57], b"\2" + sealed[1:]):
        with pytest.raises(e.BadSealedReport):
            sealed_report.open(PRIVATE, bad)
    for bad in (sealed[:-1], sealed + b"\0"):
        with pytest.raises(e.ReportDoesNotOpen):
            sealed_report.open(PRIVATE, bad)
    with pytest.raises(e.UsageError):
        sealed_report.seal(bytes(31), w.report(w.reported()))


@given(st.binary(max_size=80))
def test_report_decoding_is_total(data: bytes) -> None:
    try:
        report = AbuseReport.decode(data)
    except e.BadReport:
        return
    assert report.encode() == data


@given(st.integers(0, 2000), st.integers(0, 255))
def test_report_decoding_is_total_and_canonical_near_a_real_one(at: int, byte: int) -> None:
    w = make_world()
    data = bytearray(w.report(w.reported(authorship=True)).encode())
    data[at % len(data)] = byte
    try:
        report = AbuseReport.decode(bytes(data))
    except e.BadReport:
        return
    assert report.encode() == bytes(data)


@pytest.mark.parametrize("at", range(7))
def test_a_report_with_a_wrong_element_is_refused(at: int) -> None:
    w = make_world()
    items = cbor.decode(w.report(w.reported()).encode())
    assert isinstance(items, list)
    items[at] = -1
    with pytest.raises(e.BadReport):
        AbuseReport.decode(cbor.encode(items))


def test_a_report_without_messages_is_not_made() -> None:
    with pytest.raises(e.UsageError):
        make_world().report().encode()


def test_repr_of_a_report_shows_neither_note_nor_content() -> None:
    w = make_world(body="very private words")
    shown = repr(w.report(w.reported()))
    assert "please look" not in shown and "private words" not in shown


def test_genuine_message_is_verified() -> None:
    w = make_world()
    found = verdict(w, w.reported())
    assert found == Verdict(Outcome.VERIFIED, None, found.message_id, frozenset(), {})
    assert found.proven


def test_v1_malformed_content() -> None:
    w = make_world()
    for bad in (w.data[:-1], w.data + b"\0", b"", b"\x86" + w.data[1:]):
        found = verdict(w, replace(w.reported(), data=bad))
        assert found.outcome is Outcome.MALFORMED and not found.proven
    short = replace(w.reported(), frank=Frank(bytes(31), 1, bytes(64)))
    assert verdict(w, short).outcome is Outcome.MALFORMED


def test_v2_wrong_sender_and_wrong_room() -> None:
    w = make_world()

    def outcome(report: AbuseReport) -> Outcome:
        return verify_report(report, w.bob, ask=w.ask, was_participant=lambda room, user, ts: True)[0].outcome

    wrong_sender = replace(w.report(w.reported()), alleged_uri=w.bob)
    wrong_room = replace(w.report(w.reported()), room_uri=w.other_room)
    assert outcome(wrong_sender) is Outcome.WRONG_SENDER
    assert outcome(wrong_room) is Outcome.WRONG_ROOM


def test_v4_frank_of_a_day_whose_key_is_gone() -> None:
    w = make_world()
    assert verdict(w, replace(w.reported(), ts_ms=TS - 200 * 86_400_000)).outcome is Outcome.FRANK_EXPIRED


def test_v5_frank_of_another_time_message_or_key() -> None:
    w, other = make_world(), make_world(9)
    for bad in (
        replace(w.reported(), ts_ms=TS + 1),
        replace(w.reported(), frank=other.frank()),
        replace(w.reported(), frank=frank(bytes(32), w.hub_private, 1, w.tag, w.alice, w.room, TS)),
    ):
        found = verdict(w, bad)
        assert (found.outcome, found.reason) == (Outcome.MISMATCH, "FrankMismatch")


def test_v6_frank_with_a_broken_signature() -> None:
    w = make_world()
    bad = replace(w.reported(), frank=replace(w.frank(), signature=bytes(64)))
    found = verdict(w, bad)
    assert (found.outcome, found.reason) == (Outcome.MISMATCH, "BadFrankSignature")


def test_v7_reporter_who_was_no_participant_is_flagged_and_truth_unaffected() -> None:
    w = make_world()
    found = verdict(w, w.reported(), participant=False)
    assert found.outcome is Outcome.VERIFIED and found.flags == {Flag.NOT_PARTICIPANT}


def test_v8_the_same_message_twice_is_flagged() -> None:
    w = make_world()
    report = w.report(w.reported(), w.reported())
    first, second = verify_report(report, w.bob, ask=w.ask, was_participant=lambda room, user, ts: True)
    assert first.flags == frozenset() and second.flags == {Flag.DUPLICATE}


def test_report_in_another_name_is_refused() -> None:
    w = make_world()
    with pytest.raises(e.BadReport):
        verify_report(w.report(w.reported()), w.alice, ask=w.ask, was_participant=lambda room, user, ts: True)


def test_the_hub_is_asked_about_a_tag_and_never_sees_content() -> None:
    w = make_world(body="words for two people")
    asked: list[Question] = []

    def ask(question: Question) -> HubAnswer:
        asked.append(question)
        return w.ask(question)

    verify_report(w.report(w.reported()), w.bob, ask=ask, was_participant=lambda room, user, ts: True)
    assert [question.tag for question in asked] == [w.tag]
    assert "words for two people" not in repr(asked)


def with_attachment(w: World) -> tuple[ReportedMessage, bytes]:
    made = attachments.encrypt(
        b"a file", content_type="text/plain", filename="f", description="", url_of=bytes.hex, random=seeded(3)
    )
    return franked(w, made.part, made.plaintext_hash), made.ciphertext


def franked(w: World, part: ExternalPart, plaintext_hash: bytes) -> ReportedMessage:
    content = compose.attachment(compose.Author(w.alice, w.room), part, plaintext_hash, random=seeded(4))
    data = content.encode()
    made = frank(w.period_key, w.hub_private, 1, make_tag(data, content.salt), w.alice, w.room, TS)
    return ReportedMessage(data, made, TS)


def test_v9_attachment_outcomes() -> None:
    w = make_world()
    message, ciphertext = with_attachment(w)
    stored = {hashlib.sha256(ciphertext).digest(): ciphertext}
    assert verdict(w, message).attachments == {0: AttachmentOutcome.UNAVAILABLE}
    assert verdict(w, message, blobs=stored).attachments == {0: AttachmentOutcome.OK}
    enclosed = replace(message, attachments={0: ciphertext})
    assert verdict(w, enclosed).attachments == {0: AttachmentOutcome.OK}
    altered = replace(message, attachments={0: flipped(ciphertext)})
    found = verdict(w, altered)
    assert found.attachments == {0: AttachmentOutcome.MISMATCH} and found.outcome is Outcome.VERIFIED


def test_v9_a_clear_link_proves_only_the_link() -> None:
    w = make_world()
    part = ExternalPart("", "https://example.com/x", 0, 0, 0, b"", b"", b"", 0, b"", "", "")
    assert verdict(w, franked(w, part, bytes(32))).attachments == {0: AttachmentOutcome.LINK_ONLY}


def test_v10_authorship_is_proven() -> None:
    w = make_world()
    found = verdict(w, w.reported(authorship=True), binding=w.binding())
    assert found.outcome is Outcome.VERIFIED_AUTHORSHIP and found.reason is None and not found.flags


def test_v10_without_a_trusted_chain_authorship_is_not_claimed() -> None:
    w = make_world()
    assert verdict(w, w.reported(authorship=True)).outcome is Outcome.VERIFIED


def spoiled() -> list[tuple[str, Authorship, str]]:
    """A good proof in which one thing is wrong, and the error that must decide."""
    w, other = make_world(), make_world(9)
    good = w.authorship()
    return [
        ("epoch", replace(good, epoch=8), "BadEvidence"),
        ("leaf index", replace(good, leaf_index=4), "BadAuthorSignature"),
        ("tag of another message", replace(good, aad=other.authorship().aad), "BadEvidence"),
        ("no tag", replace(good, aad=b"\0"), "BadEvidence"),
        ("signature", replace(good, signature=bytes(64)), "BadAuthorSignature"),
        ("group context of another room", replace(good, group_context=other.group_context), "BadEvidence"),
        ("group context altered", replace(good, group_context=altered_tree_hash(w)), "BadAuthorSignature"),
        ("group context cut", replace(good, group_context=w.group_context[:-1]), "BadEvidence"),
        ("leaf of another user", replace(good, leaf_node=other.leaf_node), "LeafNotBound"),
        ("leaf with a broken signature", replace(good, leaf_node=flipped(w.leaf_node)), "BadAuthorSignature"),
        ("leaf with a byte too many", replace(good, leaf_node=w.leaf_node + b"\0"), "BadEvidence"),
        ("device list outside the chain", replace(good, device_list=other.device_list.encode()), "LeafNotBound"),
    ]


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def altered_tree_hash(w: World) -> bytes:
    at = w.group_context.index(w.room.encode()) + len(w.room) + 8 + 5
    return w.group_context[:at] + bytes([w.group_context[at] ^ 1]) + w.group_context[at + 1 :]


@pytest.mark.parametrize(("what", "proof", "reason"), spoiled(), ids=[row[0] for row in spoiled()])
def test_v10_spoiled_evidence_is_flagged_and_never_counts(what: str, proof: Authorship, reason: str) -> None:
    w = make_world()
    found = verdict(w, replace(w.reported(), authorship=proof), binding=w.binding())
    assert (found.outcome, found.reason) == (Outcome.VERIFIED, reason)
    assert found.flags == {Flag.AUTHORSHIP_REFUSED}


def test_report_fabricated_by_the_operator_fails_level_2() -> None:
    """The operator owns K_e and can frank any words in Alice's name; her device key it does not have."""
    w = make_world()
    content = compose.text(compose.Author(w.alice, w.room), "words she never wrote", random=seeded(11))
    data = content.encode()
    made = frank(w.period_key, w.hub_private, 1, make_tag(data, content.salt), w.alice, w.room, TS)
    forger = replace(w, data=data, salt=content.salt, device_private=bytes(range(32)))
    message = ReportedMessage(data, made, TS, forger.authorship())
    found = verdict(w, message, binding=w.binding())
    assert found.outcome is Outcome.VERIFIED
    assert found.reason == "BadAuthorSignature"
    assert found.flags == {Flag.AUTHORSHIP_REFUSED}


def test_every_reason_survives_the_way() -> None:
    w = make_world()
    for reason in Reason:
        report = replace(w.report(w.reported()), reason=reason)
        assert AbuseReport.decode(report.encode()).reason is reason
