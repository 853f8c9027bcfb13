# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The signed list of an account's devices: the value of `u:` in the key log (spec/device-list.md).

Two keys speak for an account. The account key, which devices hold, signs every version. The recovery key, which only
follows from the phrase on paper, outranks it: it alone can put another account key in the place of one that was lost or
stolen. A version is therefore one of five things: the first, which both keys sign; a continuation under the account key
in force; a recovery by the recovery key; a reset, which brings new keys of both kinds and is signed by those only; or
the closing list, which names no device and which nothing follows once it is in force.

Each version names the hash of the one before it, so the lists of a user form one chain. The server can add no device to
it. `decode` proves the format only; `verify_first` and `verify_successor` prove the signatures. When a reset counts is
`identity.account`'s to say.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from enum import StrEnum

from privity.identity.errors import (
    AccountClosed,
    BadAccountSignature,
    BadEncoding,
    BadField,
    BadPreviousSignature,
    BadRecoverySignature,
    BadUri,
    DeviceChanged,
    DeviceListError,
    DevicesOutOfOrder,
    DuplicateDevice,
    ForeignDevice,
    NotFirst,
    OtherUserUri,
    RecoveryKeepsKey,
    RecoveryKeyChanged,
    RemovalKeepsKey,
    ResetKeepsKey,
    UsageError,
    WrongPredecessor,
    WrongVersion,
)
from privity.identity.uris import ClientUri, UserUri, parse_client_uri, parse_user_uri, user_of
from privity.message import cbor
from privity.message.errors import CborError
from privity.mls.crypto import sign_with_label, signature_public_key, verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature
from privity.mls.suites import suite

LABEL = b"PrivityDeviceListTBS"
SUITE = suite(1)
"""Account keys, recovery keys and signatures are Ed25519."""

MAX_VALUE = 1 << 15
MAX_DEVICES = 32
"""More than any person owns; bounds what one account can make every contact check."""
MAX_VERSION = (1 << 32) - 1
MAX_SIGNATURE_KEY = 65
_SIGNED = {"user_uri", "version", "account_key", "recovery_key", "devices", "prev", "reset"}
_FIELDS = _SIGNED | {"sig", "prev_sig", "recovery_sig"}


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its URI, the key of its MLS leaves, when it was added (ms since 1970)."""

    client_uri: ClientUri
    mls_signature_key: bytes
    added_ms: int


class Kind(StrEnum):
    """What a version is, by its own fields. Which key must have signed it follows from that."""

    FIRST = "first"
    CONTINUATION = "continuation"
    RECOVERY = "recovery"
    RESET = "reset"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class DeviceList:
    """One version. `prev` is SHA-256 of the value before it.

    `prev_sig` is there when a continuation changed the account key, `recovery_sig` on all but continuations. A closing
    list is signed like a continuation, or like a recovery.
    """

    user_uri: UserUri
    version: int
    account_key: bytes
    recovery_key: bytes
    devices: tuple[Device, ...]
    prev: bytes | None
    reset: bool
    sig: bytes
    prev_sig: bytes | None
    recovery_sig: bytes | None

    @property
    def kind(self) -> Kind:
        if self.reset:
            return Kind.RESET
        if self.closes:
            return Kind.CLOSING
        if self.version == 0:
            return Kind.FIRST
        return Kind.CONTINUATION if self.recovery_sig is None else Kind.RECOVERY

    @property
    def closes(self) -> bool:
        """Whether the account ends with this list."""
        return not self.devices

    @property
    def waits(self) -> bool:
        """Whether the list before stays in force for a while: whoever took a device could have signed this one."""
        return self.reset or (self.closes and self.recovery_sig is None)

    def encode(self) -> bytes:
        """The value, as the key log holds it."""
        signatures = {"sig": self.sig, "prev_sig": self.prev_sig, "recovery_sig": self.recovery_sig}
        return cbor.encode(_fields(self) | signatures)

    def tbs(self) -> bytes:
        """What all signatures cover: every field but the signatures."""
        return cbor.encode(_fields(self))

    def hash(self) -> bytes:
        """What the next version names as `prev`."""
        return hashlib.sha256(self.encode()).digest()

    def device(self, client_uri: str) -> Device | None:
        """The device with this URI, if it is listed."""
        return next((device for device in self.devices if device.client_uri == client_uri), None)

    @classmethod
    def sign(
        cls,
        user_uri: str,
        devices: tuple[Device, ...],
        account_private: bytes,
        *,
        recovery_private: bytes | None = None,
        previous: DeviceList | None = None,
        in_force: DeviceList | None = None,
        previous_account_private: bytes | None = None,
        reset: bool = False,
    ) -> DeviceList:
        """The first version, or the one after `previous`, under the authority of `in_force` (`previous` if not given).

        With `recovery_private` it is a first version, a recovery or a reset; without, a continuation, which needs the
        previous account key when it brings another. Raises UsageError if the result would be refused.
        """
        authority = in_force or previous
        if recovery_private is not None:
            recovery_key = signature_public_key(SUITE, recovery_private)
        elif authority is not None:
            recovery_key = authority.recovery_key
        else:
            raise UsageError("a first device list is signed by the recovery key too")
        ordered = tuple(sorted(devices, key=lambda device: device.client_uri))
        version, prev = (0, None) if previous is None else (previous.version + 1, previous.hash())
        key = signature_public_key(SUITE, account_private)
        draft = cls(UserUri(user_uri), version, key, recovery_key, ordered, prev, reset, b"", None, None)
        tbs = draft.tbs()
        signed = replace(
            draft,
            sig=sign_with_label(SUITE, account_private, LABEL, tbs),
            prev_sig=_signed(previous_account_private, tbs),
            recovery_sig=_signed(recovery_private, tbs),
        )
        try:
            if previous is None:
                return verify_first(signed.encode(), user_uri)
            return verify_successor(previous, signed.encode(), authority)
        except DeviceListError as err:
            raise UsageError(f"this device list would be refused: {err}") from err

    @classmethod
    def decode(cls, value: bytes) -> DeviceList:
        """The list in these bytes; signatures are only claimed. Raises BadEncoding, BadField and their like."""
        try:
            found = cbor.decode(value, max_bytes=MAX_VALUE, max_depth=4)
        except CborError as err:
            raise BadEncoding(f"not a device list: {err}") from None
        if not isinstance(found, dict) or set(found) != _FIELDS:
            raise BadField(f"a device list has exactly the fields {', '.join(sorted(_FIELDS))}")
        user_uri = _user_uri(found["user_uri"])
        reset = found["reset"]
        if not isinstance(reset, bool):
            raise BadField("reset: expected true or false")
        version, devices = _unsigned(found["version"], MAX_VERSION, "version"), _devices(found["devices"], user_uri)
        if not devices and (reset or version == 0):
            raise BadField("devices: only the list that closes an account names none")
        prev, prev_sig, recovery_sig = found["prev"], found["prev_sig"], found["recovery_sig"]
        return cls(
            user_uri,
            version,
            _bytes(found["account_key"], 32, 32, "account_key"),
            _bytes(found["recovery_key"], 32, 32, "recovery_key"),
            devices,
            None if prev is None else _bytes(prev, 32, 32, "prev"),
            reset,
            _bytes(found["sig"], 64, 64, "sig"),
            None if prev_sig is None else _bytes(prev_sig, 64, 64, "prev_sig"),
            None if recovery_sig is None else _bytes(recovery_sig, 64, 64, "recovery_sig"),
        )


def verify_first(value: bytes, user_uri: str) -> DeviceList:
    """The first list of this user, signed by both of its keys.

    Raises NotFirst, OtherUserUri, BadAccountSignature, BadRecoverySignature or what `decode` raises.
    """
    found = DeviceList.decode(value)
    if found.user_uri != user_uri:
        raise OtherUserUri(f"the list belongs to {found.user_uri}, expected {user_uri}")
    if found.version != 0 or found.prev is not None or found.prev_sig is not None or found.reset:
        raise NotFirst(f"expected version 0 without predecessor and reset, got version {found.version}")
    verify_own_signature(found)
    _verify_recovery_signature(found)
    return found


def verify_successor(newest: DeviceList, value: bytes, in_force: DeviceList | None = None) -> DeviceList:
    """The list right after `newest`, under the authority of `in_force`, which is `newest` unless a reset is pending.

    Both are proven. One error class per rule; nothing is returned that breaks one. A reset that passes is well made and
    not yet in force.
    """
    authority = in_force or newest
    new = DeviceList.decode(value)
    if authority.closes:
        raise AccountClosed(f"version {authority.version} closed the account of {authority.user_uri}; nothing follows")
    if new.user_uri != newest.user_uri:
        raise OtherUserUri(f"the list belongs to {new.user_uri}, expected {newest.user_uri}")
    if new.version != newest.version + 1:
        raise WrongVersion(f"expected version {newest.version + 1}, got {new.version}")
    if new.prev is None or not hmac.compare_digest(new.prev, newest.hash()):
        raise WrongPredecessor("the list does not follow the one that is known")
    verify_own_signature(new)
    if new.kind is not Kind.CONTINUATION and not (new.closes and new.recovery_sig is None):
        if new.prev_sig is not None:
            raise BadPreviousSignature(f"a {new.kind.value} carries no signature by the previous account key")
        _verify_recovery_signature(new)
    match new.kind:
        case Kind.RESET:
            _verify_reset(authority, new)
        case Kind.RECOVERY:
            _verify_recovery(authority, new)
        case Kind.CLOSING:
            _verify_closing(authority, new)
        case _:
            _verify_continuation(authority, new)
    return new


def verify_own_signature(found: DeviceList) -> None:
    """Raise BadAccountSignature unless the list's own account key signed it."""
    try:
        verify_with_label(SUITE, found.account_key, LABEL, found.tbs(), found.sig)
    except (BadSignature, BadPublicKey):
        raise BadAccountSignature(f"the account key did not sign version {found.version}") from None


def _verify_recovery_signature(found: DeviceList) -> None:
    """By the list's own recovery key; whether that is the account's is for the rules of each kind."""
    if found.recovery_sig is None:
        raise BadRecoverySignature(f"the recovery key must sign a {found.kind.value}, and did not")
    try:
        verify_with_label(SUITE, found.recovery_key, LABEL, found.tbs(), found.recovery_sig)
    except (BadSignature, BadPublicKey):
        raise BadRecoverySignature(f"the recovery key did not sign version {found.version}") from None


def _verify_reset(authority: DeviceList, new: DeviceList) -> None:
    if hmac.compare_digest(new.account_key, authority.account_key):
        raise ResetKeepsKey("a reset brings a new account key, this one is the old")
    if hmac.compare_digest(new.recovery_key, authority.recovery_key):
        raise ResetKeepsKey("a reset brings a new recovery key; with the old one it would be a recovery")


def _verify_recovery(authority: DeviceList, new: DeviceList) -> None:
    _verify_same_recovery_key(authority, new)
    if hmac.compare_digest(new.account_key, authority.account_key):
        raise RecoveryKeepsKey("a recovery brings a new account key, this one is the old")
    _verify_devices(authority, new)


def _verify_closing(authority: DeviceList, new: DeviceList) -> None:
    """By the recovery key under any account key, since no list comes after; or by the account key in force."""
    _verify_same_recovery_key(authority, new)
    if new.recovery_sig is None:
        _verify_account_key(authority, new)


def _verify_continuation(authority: DeviceList, new: DeviceList) -> None:
    _verify_same_recovery_key(authority, new)
    same_key = _verify_account_key(authority, new)
    _verify_devices(authority, new)
    if same_key and any(new.device(before.client_uri) is None for before in authority.devices):
        raise RemovalKeepsKey("a device was dropped and the account key stayed, which that device may hold")


def _verify_account_key(authority: DeviceList, new: DeviceList) -> bool:
    """The account key in force signed it, as its own key or as the previous one; whether it is still the key."""
    same_key = hmac.compare_digest(new.account_key, authority.account_key)
    if same_key and new.prev_sig is not None:
        raise BadPreviousSignature("the account key stayed, so a second signature has no place")
    if not same_key:
        if new.prev_sig is None:
            raise BadPreviousSignature("the account key changed without a signature by the previous one")
        try:
            verify_with_label(SUITE, authority.account_key, LABEL, new.tbs(), new.prev_sig)
        except (BadSignature, BadPublicKey):
            raise BadPreviousSignature("the previous account key did not sign this version") from None
    return same_key


def _verify_same_recovery_key(authority: DeviceList, new: DeviceList) -> None:
    if not hmac.compare_digest(new.recovery_key, authority.recovery_key):
        raise RecoveryKeyChanged("only a reset brings another recovery key")


def _verify_devices(authority: DeviceList, new: DeviceList) -> None:
    for before in authority.devices:
        after = new.device(before.client_uri)
        if after is not None and after != before:
            raise DeviceChanged(f"the key or date of {before.client_uri} changed")


def _signed(private: bytes | None, tbs: bytes) -> bytes | None:
    return None if private is None else sign_with_label(SUITE, private, LABEL, tbs)


def _fields(found: DeviceList) -> dict[str, object]:
    devices = [
        {"client_uri": d.client_uri, "mls_signature_key": d.mls_signature_key, "added_ms": d.added_ms}
        for d in found.devices
    ]
    return {
        "user_uri": found.user_uri,
        "version": found.version,
        "account_key": found.account_key,
        "recovery_key": found.recovery_key,
        "devices": devices,
        "prev": found.prev,
        "reset": found.reset,
    }


def _devices(value: object, user_uri: UserUri) -> tuple[Device, ...]:
    if not isinstance(value, list) or len(value) > MAX_DEVICES:
        raise BadField(f"devices: expected a list of at most {MAX_DEVICES}")
    devices = tuple(_device(item, user_uri) for item in value)
    names = [device.client_uri for device in devices]
    if len(set(names)) != len(names) or len({device.mls_signature_key for device in devices}) != len(names):
        raise DuplicateDevice("a device or a device key occurs twice")
    if names != sorted(names):
        raise DevicesOutOfOrder("devices are sorted by their URI")
    return devices


def _device(value: object, user_uri: UserUri) -> Device:
    if not isinstance(value, dict) or set(value) != {"client_uri", "mls_signature_key", "added_ms"}:
        raise BadField("a device has exactly the fields client_uri, mls_signature_key and added_ms")
    text = value["client_uri"]
    try:
        client_uri = parse_client_uri(text if isinstance(text, str) else "")
    except BadUri as err:
        raise BadField(f"client_uri: {err}") from None
    if user_of(client_uri) != user_uri:
        raise ForeignDevice(f"{client_uri} is no device of {user_uri}")
    key = _bytes(value["mls_signature_key"], 32, MAX_SIGNATURE_KEY, "mls_signature_key")
    return Device(client_uri, key, _unsigned(value["added_ms"], cbor.MAX_INT, "added_ms"))


def _user_uri(value: object) -> UserUri:
    try:
        return parse_user_uri(value if isinstance(value, str) else "")
    except BadUri as err:
        raise BadField(f"user_uri: {err}") from None


def _unsigned(value: object, top: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
        raise BadField(f"{name}: expected a number from 0 to {top}")
    return value


def _bytes(value: object, least: int, most: int, name: str) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise BadField(f"{name}: expected {least} to {most} bytes")
    return value
