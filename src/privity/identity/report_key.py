# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""To which key of a device reports are sealed, while its person looks after a room (spec/room-report.md).

The device's own key signs it. It is replaced weekly; the hub keeps the newest, and hands it to people of the rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from privity.identity.account_key import KEY_BYTES, MAX_URI, SIGNATURE_BYTES
from privity.identity.device_list import SUITE
from privity.identity.errors import BadReportKey, BadUri, ReportKeyNotSigned
from privity.identity.uris import ClientUri, parse_client_uri
from privity.message import sealing
from privity.mls.codec import Reader, decode, u64, vec
from privity.mls.crypto import sign_with_label, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, CodecError

LABEL = b"PrivityReportKey"
MAX_NUMBER = (1 << 53) - 1
"""Numbers are times in milliseconds, or one more than the number before."""


@dataclass(frozen=True, slots=True)
class ReportKey:
    """Of the keys of one device the one with the highest number counts."""

    client_uri: ClientUri
    number: int
    public: bytes
    signature: bytes

    @classmethod
    def sign(cls, client_uri: str, signature_private: bytes, number: int, private: bytes) -> ReportKey:
        """`private` is the X25519 key to whose public half reports are to be sealed."""
        draft = cls(parse_client_uri(client_uri), number, sealing.public_half(private), b"")
        return replace(draft, signature=sign_with_label(SUITE, signature_private, LABEL, draft.tbs()))

    def tbs(self) -> bytes:
        return vec(self.client_uri.encode()) + u64(self.number) + self.public

    def check(self, signature_key: bytes) -> None:
        """Raise ReportKeyNotSigned unless the device with this signature key says so."""
        try:
            verify_with_label(SUITE, signature_key, LABEL, self.tbs(), self.signature)
        except (BadSignature, BadPublicKey):
            raise ReportKeyNotSigned(f"{self.client_uri} did not sign the key for reports that names it") from None

    def encode(self) -> bytes:
        return self.tbs() + self.signature

    @classmethod
    def decode(cls, data: bytes) -> ReportKey:
        """The signature is only claimed. Raises BadReportKey."""
        try:
            return decode(_read, data)
        except (CodecError, BadUri, UnicodeDecodeError) as err:
            raise BadReportKey(f"not a key for reports: {type(err).__name__}: {err}") from None


def _read(r: Reader) -> ReportKey:
    client_uri, number = parse_client_uri(r.vec(MAX_URI).decode()), r.u64()
    if number > MAX_NUMBER:
        raise CodecError(f"the number of a key is at most {MAX_NUMBER}, this one is {number}")
    return ReportKey(client_uri, number, r.fixed(KEY_BYTES), r.fixed(SIGNATURE_BYTES))
