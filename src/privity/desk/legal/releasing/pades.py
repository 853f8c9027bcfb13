# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PAdES as the library for PDF writes it: one signature with its time-stamp in one field of a document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from privity.desk.legal.releasing.errors import NotSealed
from privity.production.timestamping import Stamping

FIELD: Final = "Seal"


def signed(pdf: bytes, name: str, key: bytes, certificates: Sequence[bytes], ask: Stamping) -> bytes:
    """The document with the signature in it. Key (PKCS 8) and certificates as DER, the signer's own certificate first.

    Not inside a running event loop. Raises NotSealed.
    """
    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # the library says no types
    own, *others = (asn1_x509.Certificate.load(each) for each in certificates)
    known.register_multiple([own, *others])
    about = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name, certify=True
    )
    out = io.BytesIO()
    try:
        sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            about,
            SimpleSigner(signing_cert=own, signing_key=asn1_keys.PrivateKeyInfo.load(key), cert_registry=known),
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
