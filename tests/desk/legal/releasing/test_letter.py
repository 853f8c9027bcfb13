# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The letter: the same bytes for the same facts, everything that a clerk asks, and a seal that others can check."""

from __future__ import annotations

import io
import re
import zlib
from base64 import a85decode
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from privity.desk.errors import KeysInvalid
from privity.desk.legal.releasing import letter as letters
from privity.desk.legal.releasing.errors import NotSealed, NotStamped
from privity.desk.legal.releasing.letter import letter
from privity.desk.legal.releasing.pades import FIELD
from privity.desk.legal.releasing.sealing import Seal
from privity.production.model import Facts, Kind
from tests.desk.legal.releasing.floor import seal_files
from tests.production.authority import Authority
from tests.production.scene import FACTS

DSSE = "5d" * 32
WORDS = {"US-S1": "A subpoena does not reach records of deliveries.", "us.sca.subpoena": "A subpoena"}


def written(facts: Facts = FACTS[Kind.PRODUCTION], **changed: Any) -> bytes:
    given = {"words": WORDS, "approved_at": "2026-11-22T11:00:00Z", "published": "https://teapot.example/keys.json"}
    return letter(facts, dsse_sha256=DSSE, **{**given, **changed})


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that goes into a letter, in order."""
    texts: list[str] = []
    really = letters._said

    def noting(text: str, *style: Any) -> Any:
        texts.append(text)
        return really(text, *style)

    monkeypatch.setattr(letters, "_said", noting)
    return texts


def test_the_same_facts_make_the_same_letter() -> None:
    assert written() == written()
    assert written() != written(approved_at="2026-11-22T11:00:01Z")


@pytest.mark.parametrize("kind", [Kind.PRODUCTION, Kind.REFUSAL, Kind.PRESERVATION_RECEIPT])
def test_pp_7_a_clerk_finds_what_they_ask(said: list[str], kind: Kind) -> None:
    written(FACTS[kind])
    text = "\n".join(said)
    assert "federal_agency, US" in text and "A subpoena (us.sca.subpoena)" in text
    assert "Teapot House" in text and "legal@teapot.example" in text
    assert "What was asked for" in text
    assert "The operator stores neither their text nor a key to it" in text
    assert f"has the SHA-256 {DSSE}" in text and "https://teapot.example/keys.json" in text
    assert "bag/data/index.html" in text
    assert ("What is here" in text) == (kind is Kind.PRODUCTION)
    assert ("What is kept apart, and is not here" in text) == (kind is Kind.PRESERVATION_RECEIPT)
    if kind is Kind.PRODUCTION:
        assert "A subpoena does not reach records of deliveries. (US-S1)" in text
        assert "not told before 2027-02-20T00:00:00Z" in text
        assert "2026-10-01 to 2026-10-31, whole days" in text
        assert "2026-10-01 to 2026-10-30, whole days" in text


def test_what_somebody_wrote_is_text_in_the_letter(said: list[str]) -> None:
    """Markup of the library, letters that no font here has, and a name that is too long for its line."""
    operator = msgspec.structs.replace(FACTS[Kind.PRODUCTION].operator, name="<b>Teapot</b> & \u4e16\u754c" + "x" * 150)
    pdf = written(msgspec.structs.replace(FACTS[Kind.PRODUCTION], operator=operator))
    assert pdf.startswith(b"%PDF-")
    assert letters._said("<b>\u4e16").text == "&lt;b&gt;?"


def test_the_picture_is_of_the_envelope() -> None:
    """Each dark square of the code is a rectangle on the page, and another envelope has others."""
    import segno

    dark = sum(sum(row) for row in segno.make_qr(f"sha256:{DSSE}", error="m").matrix)
    pages = streams(written())
    assert sum(page.count(b" re f") + page.count(b" re\nf") for page in pages) >= dark
    assert streams(written()) != streams(letter(FACTS[Kind.PRODUCTION], WORDS, "2026-11-22T11:00:00Z", "", "ab" * 32))


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"/ASCII85Decode /FlateDecode[^>]*>>\s*stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(a85decode(one.strip(), adobe=False) if not one.strip().endswith(b"~>") else
                            a85decode(b"<~" + one.strip(), adobe=True)) for one in found]  # fmt: skip


def trusting(*roots: bytes) -> ValidationContext:
    anchors = [
        asn1_x509.Certificate.load(x509.load_pem_x509_certificate(one).public_bytes(Encoding.DER)) for one in roots
    ]
    return ValidationContext(trust_roots=anchors, moment=datetime(2026, 11, 22, 13, tzinfo=UTC))


def test_the_seal_is_one_that_others_can_check() -> None:
    authority = Authority()
    key, certificate = seal_files()
    sealed = Seal(key, certificate).put_on(written(), "Teapot House", authority)
    (found,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    context = trusting(certificate, authority.roots)
    status = validate_pdf_signature(found, context, context)
    assert status.bottom_line and status.intact and status.trusted
    assert found.field_name == FIELD
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.timestamp == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_sealed_letter_that_was_changed_is_not_one() -> None:
    authority = Authority()
    key, certificate = seal_files()
    sealed = Seal(key, certificate).put_on(written(), "Teapot House", authority)
    context = trusting(certificate, authority.roots)
    at = sealed.index(b"/Producer")
    changed = sealed[: at + 12] + bytes([sealed[at + 12] ^ 1]) + sealed[at + 13 :]
    (found,) = PdfFileReader(io.BytesIO(changed)).embedded_signatures
    assert not validate_pdf_signature(found, context, context).bottom_line


def test_without_a_stamp_there_is_no_seal() -> None:
    def away(request: bytes) -> bytes:
        raise NotStamped("the authority does not answer")

    seal = Seal(*seal_files())
    with pytest.raises(NotStamped):
        seal.put_on(written(), "Teapot House", away)
    with pytest.raises(NotSealed, match="not sealed"):
        seal.put_on(written(), "Teapot House", Authority(status=bytes.fromhex("3003020102")))
    with pytest.raises(NotSealed, match="not sealed"):
        seal.put_on(b"no letter", "Teapot House", Authority())
    assert "Teapot House" in repr(seal)


def test_keys_that_cannot_seal_are_refused() -> None:
    key, certificate = seal_files()
    another = ec.generate_private_key(ec.SECP256R1())
    encoded = another.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wrong = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for bad in ((encoded, certificate), (wrong, certificate), (b"", certificate), (key, b"no certificate")):
        with pytest.raises(KeysInvalid):
            Seal(*bad)
