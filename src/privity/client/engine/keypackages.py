# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keeping enough KeyPackages at the hub, so that others can add this device while it sleeps (RFC 9420, section 10)."""

from __future__ import annotations

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Table
from privity.client.engine.state import CAPABILITIES, Device
from privity.mls.group import KeyPackageBundle, generate_key_package
from privity.wire.rest import KeyPackagesLeft

WANTED = 20
"""KeyPackages at the hub: one for each new conversation until the device is online again."""
LOW = 8
LIFETIME_S = 60 * 86_400
"""Two months; others refuse more than three."""


def top_up(device: Device) -> Flow[None]:
    """Ask how many are left; publish more when they run low. The private halves are saved before they are published."""
    left = yield from ask(calls.key_packages_left(), KeyPackagesLeft)
    if left.left >= LOW and left.has_last_resort:
        return
    fresh = [_make(device, last_resort=False) for _ in range(max(0, WANTED - left.left))]
    last = None if left.has_last_resort else _make(device, last_resort=True)
    body = [bundle.key_package.encode() for bundle in fresh]
    resort = None if last is None else last.key_package.encode()
    yield from ask(calls.put_key_packages(body, resort), KeyPackagesLeft)


def _make(device: Device, *, last_resort: bool) -> KeyPackageBundle:
    bundle = generate_key_package(
        device.identity,
        now=device.now_s,
        lifetime_s=LIFETIME_S,
        capabilities=CAPABILITIES,
        last_resort=last_resort,
        random=device.random,
    )
    device.batch.put(Table.KEY_PACKAGE, "", bundle.key_package.reference(), bundle.encode())
    return bundle
