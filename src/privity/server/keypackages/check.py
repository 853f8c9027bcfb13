# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an uploaded KeyPackage is worth handing out (RFC 9420, section 10.1, and the device list)."""

from __future__ import annotations

import hmac
from typing import Final

from privity.mls.errors import CredentialRefused, ProtocolError
from privity.mls.messages.key_package import KeyPackage
from privity.mls.validation.key_package import check_key_package
from privity.policy.room_rules import RoomRules
from privity.policy.room_suites import ROOM_SUITES
from privity.server.devices.model import Device
from privity.server.keypackages.model import Checked
from privity.server.limits import MAX_KEY_PACKAGE_BYTES
from privity.wire.errors import Code, Refusal

MIN_LEFT_S: Final = 3_600
"""A KeyPackage about to expire would fail the one who claims it."""


def check(value: bytes, device: Device, *, last_resort: bool, now_ms: int) -> Checked:
    """Decode and validate one KeyPackage for the device that uploads it, or a KEY_PACKAGE_REFUSED Refusal."""
    if len(value) > MAX_KEY_PACKAGE_BYTES:
        raise _refused(f"it has {len(value)} bytes, at most {MAX_KEY_PACKAGE_BYTES} are taken")
    now_s = now_ms // 1000
    try:
        package = KeyPackage.decode(value)
        if package.cipher_suite not in ROOM_SUITES:
            raise _refused(f"it is for suite {package.cipher_suite}, rooms use one of {tuple(ROOM_SUITES)}")
        rules = RoomRules(lambda user, client, key: _check_own(device, user, client, key))
        check_key_package(package, suite=ROOM_SUITES[package.cipher_suite], rules=rules, now=now_s)
    except ProtocolError as err:
        raise _refused(f"{type(err).__name__}: {err}") from None
    if package.last_resort != last_resort:
        expected = "with" if last_resort else "without"
        raise _refused(f"expected it {expected} the last_resort extension")
    lifetime = package.leaf_node.lifetime
    if lifetime is None or lifetime.not_after - now_s < MIN_LEFT_S:
        raise _refused(f"it must be good for another {MIN_LEFT_S} s")
    return Checked(package.reference(), package.cipher_suite, last_resort, lifetime.not_after * 1000, value)


def _check_own(device: Device, user_uri: str, client_uri: str, signature_key: bytes) -> None:
    if (user_uri, client_uri) != (device.user_uri, device.client_uri):
        raise CredentialRefused("the KeyPackage names another device than the one that uploads it")
    if not hmac.compare_digest(device.signature_key, signature_key):
        raise CredentialRefused("the KeyPackage has another signature key than the device list")


def _refused(reason: str) -> Refusal:
    return Refusal(Code.KEY_PACKAGE_REFUSED, f"a KeyPackage was refused: {reason}")
