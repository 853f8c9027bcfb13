# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The drill's own time-stamping authority (RFC 3161): a root, a certificate below it, and a port that answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from privity.faces.demo.processes import free_port

PATH: Final = "/stamp"
ANSWERS: Final = "application/timestamp-reply"
POLICY: Final = "1.2.3.4.5"
VALID: Final = timedelta(days=2 * 365)
_SHA256: Final = {"algorithm": "sha256"}


def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass(slots=True, repr=False)
class Authority:
    """It stamps with the drill's time."""

    now_ms: Callable[[], int]
    port: int = field(default_factory=free_port)
    _root_key: EllipticCurvePrivateKey = field(default_factory=_key)
    _stamp_key: EllipticCurvePrivateKey = field(default_factory=_key)
    _root: x509.Certificate = field(init=False)
    _own: x509.Certificate = field(init=False)
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        self._root = self._certificate("Invented root", self._root_key, usage=None)
        self._own = self._certificate("Invented stamps", self._stamp_key, usage=ExtendedKeyUsageOID.TIME_STAMPING)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def roots(self) -> bytes:
        """As PEM."""
        return self._root.public_bytes(Encoding.PEM)

    def sealing(self, name: str) -> tuple[bytes, bytes]:
        """A key and a certificate of this name for letters, both as PEM."""
        key = _key()
        made = self._certificate(name, key, usage=ExtendedKeyUsageOID.EMAIL_PROTECTION)
        encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return encoded, made.public_bytes(Encoding.PEM)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post(PATH, self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        return web.Response(body=self.stamp(await request.read()), content_type=ANSWERS)

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request: granted, with this moment in it."""
        asked = tsp.TimeStampReq.load(request)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": asked["message_imprint"],
                "serial_number": x509.random_serial_number() >> 96,
                "gen_time": datetime.fromtimestamp(self.now_ms() // 1000, UTC),
                "nonce": asked["nonce"],
            }
        ).dump()
        token = {"content_type": "signed_data", "content": self._signed(info)}
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _signed(self, info: bytes) -> cms.SignedData:
        bound = {"certs": [{"cert_hash": self._own.fingerprint(SHA256())}]}
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                {"type": "signing_certificate_v2", "values": [bound]},
            ]
        )
        own = asn1_x509.Certificate.load(self._own.public_bytes(Encoding.DER))
        issuer = {"issuer": own.issuer, "serial_number": own.serial_number}
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
            "digest_algorithm": algos.DigestAlgorithm(_SHA256),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": self._stamp_key.sign(attributes.dump(), ECDSA(SHA256())),
        }
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm(_SHA256)],
                "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(info)},
                "certificates": [own],
                "signer_infos": [signer],
            }
        )

    def _certificate(
        self, name: str, key: EllipticCurvePrivateKey, *, usage: x509.ObjectIdentifier | None
    ) -> x509.Certificate:
        """Below the root, for one use; without a use it is the root."""
        now, above = datetime.fromtimestamp(self.now_ms() // 1000, UTC), self._root_key.public_key()
        issuer = "Invented root" if usage is not None else name
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID)
            .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
        )
        if usage is None:
            signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(signs, critical=True)
        else:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        return builder.sign(self._root_key, SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
