# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Signed notes, verifier keys, checkpoints and cosignatures: one form each, and nothing that only looks like one."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from privity.tlog.checkpoint import Checkpoint, is_by, sign_checkpoint, verify_checkpoint
from privity.tlog.cosignature import cosign, verify_cosignature
from privity.tlog.errors import (
    BadCosignature,
    BadLogSignature,
    BadVerifierKey,
    LogSignatureMissing,
    MalformedCheckpoint,
    MalformedNote,
    UsageError,
    WrongOrigin,
)
from privity.tlog.note import MAX_NOTE, MAX_SIGNATURES, Signature, SignedNote, decode_signatures
from privity.tlog.tree import MAX_SIZE
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.tlog.people import LOG, NAMES, NOW_S, ORIGIN, WITNESSES, checkpoint, cosigned, private, with_signatures

C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
    "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
    "+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5"
    "nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
"""The examples of the C2SP documents signed-note and tlog-cosignature."""

NOTE = cosigned(NOW_S).encode()


def test_the_example_note_verifies_under_the_example_key() -> None:
    key, note = VerifierKey.decode(C2SP_KEY), SignedNote.decode(C2SP_NOTE)
    assert (key.name, key.kind, key.encode()) == ("example.com/foo", KeyKind.ED25519, C2SP_KEY)
    assert is_by(key, note.signatures[0])
    Ed25519PublicKey.from_public_bytes(key.public).verify(note.signatures[0].blob, note.text)
    assert note.encode() == C2SP_NOTE


def test_the_example_checkpoint_is_read() -> None:
    note = SignedNote.decode(C2SP_CHECKPOINT)
    read = Checkpoint.decode(note.text)
    assert (read.origin, read.size) == ("example.com/behind-the-sofa", 20852163)
    assert read.text() == note.text
    assert [signature.name for signature in note.signatures] == [read.origin, "witness.example.com/w1"]
    assert int.from_bytes(note.signatures[1].blob[:8], "big") == 1679315147
    assert note.encode() == C2SP_CHECKPOINT


def test_a_checkpoint_comes_back_from_its_note() -> None:
    note = sign_checkpoint(private(ORIGIN), checkpoint())
    assert verify_checkpoint(SignedNote.decode(note.encode()), LOG) == checkpoint()


@pytest.mark.parametrize(
    ("damage", "data"),
    [
        ("no blank line", NOTE.replace(b"\n\n", b"\n")),
        ("no signature", NOTE[: NOTE.index(b"\n\n") + 2]),
        ("no last newline", NOTE[:-1]),
        ("not UTF-8", b"\xff" + NOTE),
        ("a carriage return", NOTE.replace(b"\n", b"\r\n")),
        ("a tab in the text", b"\t" + NOTE),
        ("a hyphen for the dash", NOTE.replace("— ".encode(), b"- ")),
        ("two spaces", NOTE.replace("— ".encode(), "—  ".encode())),
        ("a space more at the end", NOTE[:-1] + b" \n"),
        ("no base64", NOTE[:-3] + b"!=\n"),
        ("padding left out", NOTE.rstrip(b"=\n") + b"\n"),
        ("a key ID and nothing else", f"x\n\n— a {base64.b64encode(bytes(4)).decode()}\n".encode()),
        ("a plus in the name", f"x\n\n— a+b {base64.b64encode(bytes(9)).decode()}\n".encode()),
        (
            "a no-break space in the name",
            f"x\n\n— a\N{NO-BREAK SPACE}b {base64.b64encode(bytes(9)).decode()}\n".encode(),
        ),
        ("an empty line among signatures", NOTE[:-1] + b"\n\n"),
        ("too many signatures", NOTE + NOTE.rpartition(b"\n\n")[2] * MAX_SIGNATURES),
        ("too large", b"x" * MAX_NOTE + NOTE),
        ("nothing", b""),
    ],
)
def test_what_is_no_note_is_refused(damage: str, data: bytes) -> None:
    with pytest.raises(MalformedNote):
        SignedNote.decode(data)


def test_a_second_base64_for_the_same_bytes_is_refused() -> None:
    encoded = base64.b64encode(bytes(8)).decode()
    assert encoded == "AAAAAAAAAAA="
    SignedNote.decode(f"x\n\n— a {encoded}\n".encode())
    with pytest.raises(MalformedNote, match="base64"):
        SignedNote.decode("x\n\n— a AAAAAAAAAAB=\n".encode())


def test_a_text_may_have_empty_lines_of_its_own() -> None:
    data = f"one\n\ntwo\n\n— a {base64.b64encode(bytes(9)).decode()}\n".encode()
    note = SignedNote.decode(data)
    assert note.text == b"one\n\ntwo\n"
    assert note.encode() == data


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="a \n—+=A0", max_size=60).map(str.encode)))
@example(NOTE)
def test_notes_decode_totally_and_canonically(data: bytes) -> None:
    try:
        note = SignedNote.decode(data)
    except MalformedNote:
        return
    assert note.encode() == data


def test_a_witness_answers_with_signature_lines_alone() -> None:
    note = cosigned(NOW_S, NOW_S)
    assert decode_signatures(b"".join(signature.line() for signature in note.signatures)) == note.signatures
    for wrong in (b"", b"\n", NOTE):
        with pytest.raises(MalformedNote):
            decode_signatures(wrong)


def test_verifier_keys_come_back_from_their_line() -> None:
    for key in (LOG, *WITNESSES):
        assert VerifierKey.decode(key.encode()) == key
    assert (
        VerifierKey("a", KeyKind.ED25519, LOG.public).key_id != VerifierKey("a", KeyKind.COSIGNATURE, LOG.public).key_id
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "example.com/foo",
        C2SP_KEY.replace("+530d903a", ""),
        C2SP_KEY.replace("530d903a", "530d903b"),
        C2SP_KEY.replace("530d903a", "530D903A"),
        C2SP_KEY[:-1],
        C2SP_KEY + "\n",
        C2SP_KEY.replace("foo", "bar"),
        C2SP_KEY.replace("/foo", " foo"),
        C2SP_KEY.replace("/foo", "\udc80"),
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "a+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "a+00000000+" + base64.b64encode(b"\x01" + bytes(31)).decode(),
        "a" * 2000,
    ],
)
def test_what_is_no_verifier_key_is_refused(line: str) -> None:
    with pytest.raises(BadVerifierKey):
        VerifierKey.decode(line)


@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        b"\x02" + bytes(31),
        b"\xff" * 32,
    ],
)
def test_a_key_of_low_order_or_off_the_curve_is_refused(public: bytes) -> None:
    """Under a key of low order a signature can be made that verifies for every text."""
    with pytest.raises(BadVerifierKey, match="large group"):
        VerifierKey("a", KeyKind.ED25519, public)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hub.example/keylog\n3\n",
        checkpoint().text()[:-1],
        checkpoint().text() + b"an extension\n",
        checkpoint().text().replace(b"\n3\n", b"\n03\n"),
        checkpoint().text().replace(b"\n3\n", b"\n-3\n"),
        checkpoint().text().replace(b"\n3\n", b"\n3 \n"),
        checkpoint().text().replace(b"\n3\n", b"\n\n"),
        checkpoint().text().replace(b"\n3\n", "\n\N{ARABIC-INDIC DIGIT THREE}\n".encode()),
        checkpoint().text().replace(b"\n3\n", b"\n%d\n" % (MAX_SIZE + 1)),
        checkpoint().text().replace(b"\n3\n", b"\n%d\n" % 10**40),
        checkpoint().text().replace(b"hub.example/keylog", b""),
        b"hub.example/keylog\n3\n" + base64.b64encode(bytes(31)) + b"\n",
        b"hub.example/keylog\n3\n" + base64.b64encode(bytes(32)).replace(b"A=", b"B=") + b"\n",
        b"\xff" + checkpoint().text(),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.decode(text)


@given(st.text(max_size=40).map(lambda text: text.encode(errors="replace")))
@example(checkpoint(0).text())
@example(checkpoint(MAX_SIZE).text())
def test_checkpoints_decode_totally_and_canonically(text: bytes) -> None:
    try:
        read = Checkpoint.decode(text)
    except MalformedCheckpoint:
        return
    assert read.text() == text


def test_the_checkpoint_of_another_log_is_refused() -> None:
    other = Checkpoint("other.example/keylog", 3, checkpoint().root)
    with pytest.raises(WrongOrigin, match="expected a checkpoint of hub"):
        verify_checkpoint(sign_checkpoint(private(ORIGIN), other), LOG)


def test_a_checkpoint_without_the_logs_signature_is_refused() -> None:
    note = sign_checkpoint(private("somebody else"), checkpoint())
    with pytest.raises(LogSignatureMissing):
        verify_checkpoint(note, LOG)
    with pytest.raises(LogSignatureMissing):
        verify_checkpoint(SignedNote(checkpoint().text(), cosigned(NOW_S).signatures[1:]), LOG)


def test_a_signature_that_only_claims_to_be_the_logs_is_refused() -> None:
    forged = sign_checkpoint(private("somebody else"), checkpoint()).signatures[0]
    note = SignedNote(checkpoint().text(), (replace(forged, key_id=LOG.key_id),))
    with pytest.raises(BadLogSignature, match="does not verify"):
        verify_checkpoint(note, LOG)


def test_a_good_and_a_bad_signature_by_the_log_are_refused_in_either_order() -> None:
    good = sign_checkpoint(private(ORIGIN), checkpoint()).signatures[0]
    bad = Signature(good.name, good.key_id, bytes(64))
    for both in ((good, bad), (bad, good), (good, good)):
        with pytest.raises(BadLogSignature):
            verify_checkpoint(SignedNote(checkpoint().text(), both), LOG)


def test_signatures_by_unknown_keys_change_nothing() -> None:
    note = sign_checkpoint(private(ORIGIN), checkpoint())
    same_name = Signature(LOG.name, b"\x00\x01\x02\x03", b"post-quantum")
    same_id = Signature("elsewhere.example", LOG.key_id, bytes(64))
    assert verify_checkpoint(with_signatures(note, same_name, same_id), LOG) == checkpoint()


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_signed_checkpoint_is_refused(at: int, flip: int) -> None:
    whole = sign_checkpoint(private(ORIGIN), checkpoint()).encode()
    at %= len(whole)
    damaged = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
    with pytest.raises((MalformedNote, MalformedCheckpoint, WrongOrigin, LogSignatureMissing, BadLogSignature)):
        verify_checkpoint(SignedNote.decode(damaged), LOG)


def test_a_log_cannot_sign_what_is_no_checkpoint() -> None:
    for wrong in (Checkpoint(ORIGIN, -1, bytes(32)), Checkpoint(ORIGIN, 1, bytes(31))):
        with pytest.raises(UsageError):
            sign_checkpoint(private(ORIGIN), wrong)
    with pytest.raises(UsageError, match="32 bytes"):
        sign_checkpoint(b"short", checkpoint())
    with pytest.raises(UsageError, match="kind"):
        verify_checkpoint(sign_checkpoint(private(ORIGIN), checkpoint()), WITNESSES[0])


def test_a_cosignature_tells_its_time() -> None:
    signature = cosign(private(NAMES[0]), NAMES[0], checkpoint().text(), NOW_S)
    assert verify_cosignature(checkpoint().text(), signature, WITNESSES[0]) == NOW_S


def test_a_cosignature_with_another_time_text_or_key_is_refused() -> None:
    text = checkpoint().text()
    good = cosign(private(NAMES[0]), NAMES[0], text, NOW_S)
    later = replace(good, blob=(NOW_S + 1).to_bytes(8, "big") + good.blob[8:])
    for wrong in (
        later,
        replace(good, blob=good.blob[:-1]),
        replace(good, blob=bytes(72)),
        replace(good, name=NAMES[1]),
    ):
        with pytest.raises(BadCosignature):
            verify_cosignature(text, wrong, WITNESSES[0])
    with pytest.raises(BadCosignature):
        verify_cosignature(checkpoint(4).text(), good, WITNESSES[0])


def test_a_logs_signature_is_no_cosignature_and_the_other_way_round() -> None:
    """One private key under one name, used for both: the two statements never stand for one another."""
    text = checkpoint().text()
    witness = VerifierKey.of(ORIGIN, KeyKind.COSIGNATURE, private(ORIGIN))
    signed = sign_checkpoint(private(ORIGIN), checkpoint()).signatures[0]
    with pytest.raises(BadCosignature):
        verify_cosignature(text, Signature(ORIGIN, witness.key_id, NOW_S.to_bytes(8, "big") + signed.blob), witness)
    cosignature = cosign(private(ORIGIN), ORIGIN, text, NOW_S)
    with pytest.raises(BadLogSignature):
        verify_checkpoint(SignedNote(text, (Signature(ORIGIN, LOG.key_id, cosignature.blob[8:]),)), LOG)


def test_a_cosignature_without_a_time_cannot_be_made_or_used() -> None:
    for time_s in (0, -1, 1 << 63):
        with pytest.raises(UsageError):
            cosign(private(NAMES[0]), NAMES[0], checkpoint().text(), time_s)
    good = cosign(private(NAMES[0]), NAMES[0], checkpoint().text(), NOW_S)
    with pytest.raises(BadCosignature, match="no time"):
        verify_cosignature(checkpoint().text(), replace(good, blob=b"\xff" * 8 + good.blob[8:]), WITNESSES[0])
    with pytest.raises(UsageError, match="kind"):
        verify_cosignature(checkpoint().text(), good, LOG)
