# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Time-stamps: what an authority is asked, and every way in which its answer can be none."""

from __future__ import annotations

import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from privity.production.errors import BadTimeStamp
from privity.production.standalone import verify_package
from privity.production.timestamping import MAX_RESPONSE, granted, request, stamp
from tests.production.authority import CONTENT_TYPE, TST_INFO, Authority, der, integer

DATA = b"an invented envelope about a teapot"
NONCE = bytes(range(1, 17))
OPENSSL = shutil.which("openssl")


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_token_states_the_time_of_these_bytes(kind: str) -> None:
    authority = Authority("20261122120000.25Z", kind=kind)
    token, at = stamp(authority, DATA, authority.roots, NONCE)
    assert at == "2026-11-22T12:00:00Z"
    assert verify_package.stamped(token, DATA, authority.roots) == at
    with pytest.raises(BadTimeStamp, match="of other bytes"):
        granted(token, DATA + b".", authority.roots)


@pytest.mark.parametrize("nonce", [b"", bytes(16), b"\x00\x80", b"\xff" * 16, b"\x7f"])
def test_the_number_of_a_request_comes_back(nonce: bytes) -> None:
    authority = Authority()
    stamp(authority, DATA, authority.roots, nonce)
    authority.nonce = integer(5)
    with pytest.raises(BadTimeStamp, match="another request"):
        stamp(authority, DATA, authority.roots, nonce)
    authority.nonce = b"\x01\x01\xff"
    with pytest.raises(BadTimeStamp, match="another request"):
        stamp(authority, DATA, authority.roots, nonce)


def test_an_answer_that_says_more_is_kept_without_it() -> None:
    """Whatever words an authority puts into its status, the package holds one encoding."""
    wordy = der(0x30, integer(1), der(0x30, der(0x0C, b"granted, with a teapot")))
    authority = Authority()
    authority.status = wordy
    token, _ = stamp(authority, DATA, authority.roots, NONCE)
    assert b"teapot" not in token
    assert token.startswith(b"\x30\x82") and bytes.fromhex("3003020100") == token[4:9]


BAD: dict[str, dict[str, Any]] = {
    "refused": {"status": bytes.fromhex("3003020102")},
    "waiting": {"status": bytes.fromhex("3003020103")},
    "other bytes": {"imprint": bytes(32)},
    "other certificate": {"bound": Authority(which=3).certificate},
    "not for stamps": {"usages": (ExtendedKeyUsageOID.CODE_SIGNING,)},
    "for other things too": {"usages": (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)},
    "unsigned attributes": {"unsigned": der(0xA1, der(0x30, integer(1)))},
    "signed as something else": {"signed_type": bytes.fromhex("06092a864886f70d010701")},
    "an attribute twice": {"also_signed": der(0x30, CONTENT_TYPE, der(0x31, TST_INFO))},
    "a certificate too many": {"extra": [Authority(which=3).certificate]},
    "not yet valid": {"at": "20251231235959Z"},
    "no longer valid": {"at": "20300101000001Z"},
    "no time": {"at": "20261322120000Z"},
    "local time": {"at": "20261122120000+0100"},
    "not DER": {"at": "20261122120000.50Z"},
    "without seconds": {"at": "202611221200Z"},
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_bad_answer_is_no_time_stamp(kind: str, name: str) -> None:
    authority = Authority(kind=kind, **BAD[name])
    with pytest.raises(BadTimeStamp):
        stamp(authority, DATA, authority.roots, NONCE)


def test_an_authority_that_nobody_trusts_stamps_nothing() -> None:
    authority = Authority()
    with pytest.raises(BadTimeStamp):
        stamp(authority, DATA, Authority(which=1).roots, NONCE)
    with pytest.raises(BadTimeStamp):
        stamp(authority, DATA, b"no certificate", NONCE)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_every_byte_of_a_token_counts(kind: str) -> None:
    authority = Authority(kind=kind)
    token, _ = stamp(authority, DATA, authority.roots, NONCE)
    rng = random.Random(5)
    for at in range(len(token)):
        bad = token[:at] + bytes([token[at] ^ rng.choice([1, 0x80, rng.randrange(1, 256)])]) + token[at + 1 :]
        with pytest.raises((*verify_package.BROKEN, *verify_package.WRONG)):
            verify_package.stamped(bad, DATA, authority.roots)
    for cut in range(0, len(token), 97):
        with pytest.raises(BadTimeStamp):
            granted(token[:cut], DATA, authority.roots)


def test_a_length_has_one_encoding() -> None:
    authority = Authority()
    token, _ = stamp(authority, DATA, authority.roots, NONCE)
    assert token[:2] == b"\x30\x82"
    longer = b"\x30\x83\x00" + token[2:]
    with pytest.raises(verify_package.Refused, match="not DER"):
        verify_package.stamped(longer, DATA, authority.roots)


def test_bytes_that_are_no_answer_are_refused_by_name() -> None:
    rng = random.Random(6)
    roots = Authority().roots
    for size in (0, 1, 2, 5, 100, 1000):
        with pytest.raises(BadTimeStamp):
            granted(rng.randbytes(size), DATA, roots)
    for text in (b"\x30\x80\x00\x00", b"\x30\x84\xff\xff\xff\xff", b"\x30\x81\x01\x00", b"\x30\x88" + b"\xff" * 8):
        with pytest.raises(BadTimeStamp):
            granted(text, DATA, roots)
    with pytest.raises(BadTimeStamp, match="at most"):
        granted(bytes(MAX_RESPONSE + 1), DATA, roots)


def openssl(folder: Path, *arguments: str) -> str:
    assert OPENSSL is not None
    ended = subprocess.run([OPENSSL, *arguments], cwd=folder, capture_output=True, timeout=60, check=True)
    return ended.stdout.decode()


@pytest.mark.skipif(OPENSSL is None, reason="there is no other implementation on this machine")
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_another_implementation_reads_ours_and_ours_reads_another(tmp_path: Path, kind: str) -> None:
    until = datetime(2036, 1, 1, tzinfo=UTC)
    authority = Authority(
        f"{datetime.now(UTC):%Y%m%d%H%M%S}Z", kind=kind, since=datetime(2020, 1, 1, tzinfo=UTC), until=until
    )
    token, _ = stamp(authority, DATA, authority.roots, NONCE)
    for name, content in (
        ("data", DATA),
        ("token.tsr", token),
        ("request.tsq", request(DATA, NONCE)),
        ("root.pem", authority.roots),
        ("own.pem", authority.certificate.public_bytes(Encoding.PEM)),
        ("key.pem", authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        ("serial", b"01"),
        ("tsa.cnf", CONFIG.encode()),
    ):
        (tmp_path / name).write_bytes(content)
    assert "Nonce: 0x0102030405" in openssl(tmp_path, "ts", "-query", "-in", "request.tsq", "-text")
    openssl(tmp_path, "ts", "-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "root.pem")
    openssl(tmp_path, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-out", "other.tsr")
    other = (tmp_path / "other.tsr").read_bytes()
    _, at = stamp(lambda _: other, DATA, authority.roots, NONCE)
    assert abs(datetime.strptime(at, verify_package.TIME) - datetime.now(UTC).replace(tzinfo=None)).total_seconds() < 60


CONFIG = """
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = own.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.5
digests = sha256
ess_cert_id_alg = sha256
"""
