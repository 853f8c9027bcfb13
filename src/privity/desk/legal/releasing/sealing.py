# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The seal on the letter (PAdES, level B-T): the operator's certificate, and a time-stamp over the signature.

Where the law asks for a qualified seal the certificate is one of those; nothing else here changes.
"""

from __future__ import annotations

import io
from typing import Final

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from privity.desk.errors import KeysInvalid
from privity.desk.legal.releasing.errors import NotSealed
from privity.production.timestamping import Stamping

FIELD: Final = "Seal"


class Seal:
    """A key and the certificates that say whose it is."""

    def __init__(self, key: bytes, certificates: bytes) -> None:
        """Both as PEM, the operator's own certificate first. Raises KeysInvalid."""
        try:
            private = load_pem_private_key(key, None)
            own, *others = x509.load_pem_x509_certificates(certificates)
        except (ValueError, TypeError) as err:
            raise KeysInvalid(f"the letter's key or certificate cannot be read: {type(err).__name__}") from None
        if not isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey):
            raise KeysInvalid("letters are sealed with a key of ECDSA or RSA, this is another")
        if _public(private) != _public_of(own):
            raise KeysInvalid("the letter's certificate is of another key than the one that is to seal it")
        encoded = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._key = asn1_keys.PrivateKeyInfo.load(encoded)
        self._own = _asn1(own)
        self._others = [_asn1(one) for one in others]

    def __repr__(self) -> str:
        return f"<Seal of {self._own.subject.human_friendly}>"

    def put_on(self, letter: bytes, name: str, ask: Stamping) -> bytes:
        """The letter with the seal in it. Not inside a running event loop. Raises NotSealed."""
        known = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library says no types
        known.register_multiple([self._own, *self._others])
        about = PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name, certify=True
        )
        out = io.BytesIO()
        try:
            sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(letter)),
                about,
                SimpleSigner(signing_cert=self._own, signing_key=self._key, cert_registry=known),
                timestamper=_Stamper(ask),
                output=out,
            )
        except (SigningError, PdfError, TimestampRequestError, ValueError) as err:
            raise NotSealed(f"the letter was not sealed: {type(err).__name__}: {err}") from None
        return out.getvalue()


class _Stamper(TimeStamper):
    """Asks whoever stamps the package."""

    def __init__(self, ask: Stamping) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library says no types
        self._ask = ask

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._ask(req.dump()))


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _public(private: EllipticCurvePrivateKey | RSAPrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
