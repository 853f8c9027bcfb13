# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The account key on its way from one device of an account to another (spec/account-key.md): a wish and its fulfilment.

Each device leaves with every other one a fresh public key, signed by its device key: to this, seal whatever account
key I do not have. Whoever has it seals it there. What comes counts for what it is and not for who sent it: it is the
private half of the account key of the list in force, or it is refused. Devices only.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from privity.identity.credential import check_listed, make_credential
from privity.identity.device_list import SUITE, DeviceList
from privity.identity.errors import BadLetter, BadUri, KeyDoesNotOpen, NotTheAccountKey, WishNotSigned
from privity.identity.uris import ClientUri, parse_client_uri
from privity.message import sealing
from privity.message.errors import DoesNotOpen, UnusableKey
from privity.mls.codec import Reader, decode, u8, u64, vec
from privity.mls.crypto import sign_with_label, signature_public_key, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature, CodecError

LABEL = b"PrivityAccountKeyWish"
INFO = b"privity account key"
MAX_URI = 256
KEY_BYTES = 32
SEALED_BYTES = KEY_BYTES + sealing.OVERHEAD
SIGNATURE_BYTES = 64
WISH, PASSED = 1, 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What a device leaves with another. A later one, by `number`, takes the place of the one before.

    `held` is the account key (public) that the device has, empty for none; `public` is where to seal another one.
    """

    client_uri: ClientUri
    number: int
    held: bytes
    public: bytes
    signature: bytes

    def tbs(self) -> bytes:
        return vec(self.client_uri.encode()) + u64(self.number) + vec(self.held) + self.public

    def encode(self) -> bytes:
        return u8(WISH) + self.tbs() + self.signature

    @classmethod
    def sign(cls, client_uri: str, signature_private: bytes, number: int, held: bytes, private: bytes) -> Wish:
        """`private` is the X25519 key to whose public half the account key is to be sealed."""
        public = sealing_key(private)
        draft = cls(parse_client_uri(client_uri), number, held, public, b"")
        signature = sign_with_label(SUITE, signature_private, LABEL, draft.tbs())
        return cls(draft.client_uri, number, held, public, signature)


@dataclass(frozen=True, slots=True)
class Passed:
    """An account key, sealed to the wish of one device. `account_key` is its public half, as whoever sealed it says."""

    client_uri: ClientUri
    account_key: bytes
    public: bytes
    sealed: bytes = field(repr=False)

    def encode(self) -> bytes:
        return u8(PASSED) + vec(self.client_uri.encode()) + self.account_key + self.public + self.sealed


def sealing_key(private: bytes) -> bytes:
    """What a wish with this private key names as `public`."""
    return sealing.public_half(private)


def decode_letter(data: bytes) -> Wish | Passed:
    """Either of the two; signatures are only claimed. Raises BadLetter."""
    try:
        return decode(_read, data)
    except (CodecError, BadUri, UnicodeDecodeError) as err:
        raise BadLetter(f"not a letter between devices: {type(err).__name__}: {err}") from None


def check_wish(wish: Wish, devices: DeviceList) -> None:
    """Raise OtherUser or KeyNotListed unless this proven list names the device, WishNotSigned unless that signed it."""
    listed = devices.device(wish.client_uri)
    check_listed(make_credential(wish.client_uri), listed.mls_signature_key if listed else b"", devices)
    assert listed is not None  # what `check_listed` has found
    try:
        verify_with_label(SUITE, listed.mls_signature_key, LABEL, wish.tbs(), wish.signature)
    except (BadSignature, BadPublicKey):
        raise WishNotSigned(
            f"{wish.client_uri} did not sign the wish for the account key that bears its name"
        ) from None


def seal(wish: Wish, account_private: bytes) -> Passed:
    """Fulfil a wish that was checked. Raises BadLetter for one that names no usable key.

    Randomness is the operating system's, inside HPKE.
    """
    account_key = signature_public_key(SUITE, account_private)
    try:
        sealed = sealing.seal(wish.public, account_private, _info(wish.client_uri, account_key, wish.public))
    except UnusableKey:
        raise BadLetter(
            f"{wish.client_uri} wishes for the account key under a key that nothing can be sealed to"
        ) from None
    return Passed(wish.client_uri, account_key, wish.public, sealed)


def open_passed(passed: Passed, private: bytes, devices: DeviceList) -> bytes:
    """The account key, for the device whose wish this fulfils; `devices` is its own account's list in force.

    Raises NotTheAccountKey for any key but that of the list, KeyDoesNotOpen.
    """
    try:
        info = _info(passed.client_uri, passed.account_key, passed.public)
        opened = sealing.unseal(sealing.private_key(private), passed.sealed, info)
    except (DoesNotOpen, UnusableKey):
        raise KeyDoesNotOpen("an account key that was passed on does not open under this device's wish") from None
    if not hmac.compare_digest(signature_public_key(SUITE, opened), devices.account_key):
        raise NotTheAccountKey(
            f"a key was passed on that is not the account key of version {devices.version} of the device list"
        )
    return opened


def _info(client_uri: str, account_key: bytes, public: bytes) -> bytes:
    return vec(INFO) + vec(client_uri.encode()) + account_key + public


def _read(r: Reader) -> Wish | Passed:
    kind = r.u8()
    client_uri = parse_client_uri(r.vec(MAX_URI).decode())
    if kind == PASSED:
        return Passed(client_uri, r.fixed(KEY_BYTES), r.fixed(KEY_BYTES), r.fixed(SEALED_BYTES))
    if kind != WISH:
        raise CodecError(f"expected kind {WISH} or {PASSED}, got {kind}")
    number, held = r.u64(), r.vec(KEY_BYTES)
    if len(held) not in (0, KEY_BYTES):
        raise CodecError(f"a key that is held has {KEY_BYTES} bytes, this one {len(held)}")
    return Wish(client_uri, number, held, r.fixed(KEY_BYTES), r.fixed(SIGNATURE_BYTES))
