# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Linking a second device: a commitment, its opening, and the six digits that both devices show (spec/linking.md).

The new device commits to its key before it knows the other device's nonce, and opens only once that nonce cannot change
any more. So whoever sits in between has chosen everything that goes into the digits of one side before it learns what
it would have to match on the other. It gets one guess in a million for each link that a person starts, and a wrong one
shows: as other digits, or as a link that comes to nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from privity.identity.account import Account
from privity.identity.credential import check_listed, make_credential
from privity.identity.device_list import DeviceList, verify_own_signature
from privity.identity.errors import BadAnswer, BadHandle, BadOpening, BadUri, ForeignHost, UsageError, WrongOpening
from privity.identity.handle import parse_handle
from privity.identity.trust import follow
from privity.identity.uris import ClientUri, Random, check_id, host_of, make_client_uri, new_id
from privity.mls.codec import vec

COMMITMENT_LABEL = b"PrivityLinkCommitment"
CHECK_LABEL = b"PrivityLinkCheck"
KEY_BYTES = 32
"""Device keys are Ed25519, the hub's keys Ed25519 and X25519."""
NONCE_BYTES = 32
"""Nobody can try out nonces of this length, so a commitment hides its key and cannot be opened in two ways."""
COMMITMENT_BYTES = 32
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """What the new device commits to: its key, its device ID, and a nonce that hides both until it opens."""

    key: bytes
    device_id: str
    nonce: bytes

    def __post_init__(self) -> None:
        """Raise BadOpening unless all have their one form."""
        if len(self.key) != KEY_BYTES or len(self.nonce) != NONCE_BYTES:
            raise BadOpening(f"expected a key and a nonce of 32 bytes, got {len(self.key)} and {len(self.nonce)}")
        try:
            check_id(self.device_id)
        except BadUri as err:
            raise BadOpening(f"device ID: {err}") from None

    @classmethod
    def new(cls, key: bytes, random: Random) -> Opening:
        """A new device with this key."""
        nonce = random(NONCE_BYTES)
        if len(nonce) != NONCE_BYTES:
            raise UsageError(f"random gave {len(nonce)} bytes, asked for {NONCE_BYTES}")
        return cls(key, new_id(random), nonce)

    def commitment(self) -> bytes:
        """What may be shown before the opening."""
        fields = (self.key, self.device_id.encode(), self.nonce)
        return hashlib.sha256(vec(COMMITMENT_LABEL) + b"".join(map(vec, fields))).digest()


def check_opening(commitment: bytes, opening: Opening) -> None:
    """Raise WrongOpening unless this is what was committed to."""
    if not hmac.compare_digest(commitment, opening.commitment()):
        raise WrongOpening("the new device's key is not what it committed to before it was answered")


@dataclass(frozen=True, slots=True)
class HubView:
    """The hub as a device has pinned it. `intake_key` is None where reports have no desk."""

    host: str
    external_sender_key: bytes
    franking_key: bytes
    log_key: bytes
    """The key log's Ed25519 key, and `vrf_key` where its labels stand: whoever is shown another log is shown others."""
    vrf_key: bytes
    intake_key: bytes | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Everything that both devices must have seen alike. What differs on the way makes other digits.

    `devices` is the newest list of the account, `nonce` that of the device that answered.
    """

    hub: HubView
    devices: DeviceList
    handle: str
    nonce: bytes
    opening: Opening

    def __post_init__(self) -> None:
        """Raise BadAnswer (`check_answer`), or ForeignHost for another hub's list. Its signature is `first_sight`'s."""
        check_answer(self.nonce, self.handle, self.hub.intake_key)
        if host_of(self.devices.user_uri) != self.hub.host:
            raise ForeignHost(f"{self.devices.user_uri} is no account of {self.hub.host}")

    @property
    def client_uri(self) -> ClientUri:
        """The new device, as the account names it."""
        return make_client_uri(self.devices.user_uri, self.opening.device_id)

    def check(self) -> str:
        """Six digits, such as "123 456".

        A number of 256 bits modulo a million favours no digits that anyone could tell: the difference is below 2^-236.
        """
        fields = (
            self.hub.host.encode(),
            self.hub.external_sender_key,
            self.hub.franking_key,
            self.hub.log_key,
            self.hub.vrf_key,
            self.hub.intake_key or b"",
            self.devices.user_uri.encode(),
            self.devices.account_key,
            self.devices.hash(),
            self.handle.encode(),
            self.client_uri.encode(),
            self.opening.key,
            self.opening.nonce,
            self.nonce,
        )
        digest = hashlib.sha256(vec(CHECK_LABEL) + b"".join(map(vec, fields))).digest()
        digits = f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}d}"
        return f"{digits[:3]} {digits[3:]}"


def check_answer(nonce: bytes, handle: str, intake_key: bytes | None) -> None:
    """Raise BadAnswer unless all have their one form."""
    if len(nonce) != NONCE_BYTES or (intake_key is not None and len(intake_key) != KEY_BYTES):
        raise BadAnswer(f"expected a nonce of {NONCE_BYTES} bytes, and an intake key of {KEY_BYTES} or none")
    try:
        parse_handle(handle)
    except BadHandle as err:
        raise BadAnswer(f"handle: {err}") from None


def first_sight(value: bytes) -> DeviceList:
    """The list that the other device answered with: signed by its own account key. The digits vouch for the rest.

    Raises what `DeviceList.decode` raises, or BadAccountSignature.
    """
    found = DeviceList.decode(value)
    verify_own_signature(found)
    return found


def take_outcome(seen: DeviceList, values: Sequence[bytes], client_uri: str, key: bytes) -> DeviceList:
    """The list that names the new device, when it continues the one whose digits were compared.

    Raises a DeviceListError or TrustError for a list that does not, KeyNotListed when it names no such device. A reset
    has no place in between.
    """
    newest = follow(Account.of(seen), [(value, None) for value in values], seen.user_uri).newest
    check_listed(make_credential(client_uri), key, newest)
    return newest
