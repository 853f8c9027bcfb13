# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keeping enough KeyPackages at the hub, so that others can add this device while it sleeps (RFC 9420, section 10).

Of each suite that rooms are made with there is a stock of its own, and a last resort.
"""

from __future__ import annotations

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Table
from privity.client.engine.state import CAPABILITIES, Device
from privity.mls.group import KeyPackageBundle, generate_key_package
from privity.mls.suites import CipherSuite
from privity.policy.room_suites import ORDINARY, SPOKEN, is_post_quantum
from privity.wire.rest import KeyPackagesLeft, SuiteLeft

WANTED = 20
"""KeyPackages at the hub: one for each new conversation until the device is online again."""
LOW = 8
HYBRID_WANTED, HYBRID_LOW = 8, 3
"""The same of the post-quantum suite: such groups are made rarely, and each costs ten times the space."""
MAX_KEPT = 400
"""Private halves on disk: a hub that always says it has none left gets no more of them."""
LIFETIME_S = 60 * 86_400
"""Two months; others refuse more than three."""
LEEWAY_MS = 30 * 86_400_000
"""How long a private half outlives its KeyPackage: a Welcome may wait for a device that was away."""


USED_RENEWED_MS = 86_400_000
"""A last resort that was handed out is replaced on the next day: whoever drains a device makes it work once a day."""
RENEWED_MS = 30 * 86_400_000
"""And any after half of its life: whoever once had its private half opens no Welcome for longer."""


def top_up(device: Device) -> Flow[None]:
    """Ask how many are left; publish more where they run low. The private halves are saved before they are published.

    A hub that knows of no other suites gets none of them.
    """
    left = yield from ask(calls.key_packages_left(), KeyPackagesLeft)
    for suite in SPOKEN if left.suites is not None else (ORDINARY,):
        yield from _top_up(device, suite, _of_suite(left, suite))


def _of_suite(left: KeyPackagesLeft, suite: CipherSuite) -> SuiteLeft:
    if left.suites is None:
        return SuiteLeft(suite.id, left.left, left.has_last_resort)
    return next((each for each in left.suites if each.suite == suite.id), SuiteLeft(suite.id, 0, False))


def _top_up(device: Device, suite: CipherSuite, left: SuiteLeft) -> Flow[None]:
    wanted, low = (HYBRID_WANTED, HYBRID_LOW) if is_post_quantum(suite.id) else (WANTED, LOW)
    resort_is_good = left.has_last_resort and not _is_due(device, suite, left)
    if left.left >= low and resort_is_good:
        return
    space = MAX_KEPT - _forget_expired(device)
    last = None if resort_is_good or space < 1 else _make(device, suite, last_resort=True)
    fresh = [_make(device, suite, last_resort=False) for _ in range(min(wanted - left.left, space - 1))]
    if not fresh and last is None:
        return
    body = [bundle.key_package.encode() for bundle in fresh]
    resort = None if last is None else last.key_package.encode()
    yield from ask(calls.put_key_packages(body, resort), KeyPackagesLeft)


def _is_due(device: Device, suite: CipherSuite, left: SuiteLeft) -> bool:
    """Whether the last resort that the hub has is to be another; also where its private half is not here."""
    made_ms = _last_resort_made_ms(device, suite)
    if made_ms is None:
        return True
    return device.now_ms - made_ms >= (USED_RENEWED_MS if left.last_resort_used else RENEWED_MS)


def _last_resort_made_ms(device: Device, suite: CipherSuite) -> int | None:
    """When the newest that this device has the private half of was made."""
    found = (KeyPackageBundle.decode(value).key_package for _, value in device.batch.scan(Table.KEY_PACKAGE, ""))
    lifetimes = (
        package.leaf_node.lifetime for package in found if package.cipher_suite == suite.id and package.last_resort
    )
    return max((lifetime.not_before * 1000 for lifetime in lifetimes if lifetime is not None), default=None)


def _forget_expired(device: Device) -> int:
    """Let go of the private halves that nobody can use any more, by both clocks; how many are left."""
    left = 0
    for reference, value in device.batch.scan(Table.KEY_PACKAGE, ""):
        lifetime = KeyPackageBundle.decode(value).key_package.leaf_node.lifetime
        if lifetime is not None and lifetime.not_after * 1000 + LEEWAY_MS < device.surely_ms:
            device.batch.delete(Table.KEY_PACKAGE, "", reference)
        else:
            left += 1
    return left


def _make(device: Device, suite: CipherSuite, *, last_resort: bool) -> KeyPackageBundle:
    bundle = generate_key_package(
        device.identity(suite.id),
        now=device.now_s,
        lifetime_s=LIFETIME_S,
        capabilities=CAPABILITIES,
        last_resort=last_resort,
        random=device.random,
    )
    device.batch.put(Table.KEY_PACKAGE, "", bundle.key_package.reference(), bundle.encode())
    return bundle
