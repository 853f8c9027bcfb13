# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/device-list.json and account-key.json, and the lists in linking.json there:
`python -m tests.identity.vectors`."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from privity.identity.account import RESET_PENDING_MS, Account, advance, first, settle
from privity.identity.account_key import Wish, seal
from privity.identity.device_list import Device, DeviceList
from privity.identity.linking import HubView, Meeting, Opening
from privity.identity.recovery import root_of
from privity.identity.safety_number import safety_number
from privity.identity.uris import make_user_uri, new_client_uri, new_user_uri, parse_client_uri
from tests.identity.forging import following, public, resigned

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"
HOUR_MS = 3_600_000
START_MS = 1_767_225_600_000
"""1 January 2026."""
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def device_list_vectors() -> dict[str, Any]:
    """One account through all that can happen to it, and what is refused on the way."""
    rnd = random.Random("privity device list vectors").randbytes
    user, other = new_user_uri("hub.example", rnd), new_user_uri("hub.example", rnd)
    root = root_of(PHRASE)
    paper, new_paper, keys = root.recovery_private(), rnd(32), [rnd(32) for _ in range(5)]
    phone, tablet, laptop = (
        Device(new_client_uri(user, rnd), public(rnd(32)), START_MS + number * HOUR_MS) for number in range(3)
    )
    begun = DeviceList.sign(user, (phone,), keys[0], recovery_private=paper)
    linked = DeviceList.sign(user, (phone, tablet), keys[0], previous=begun)
    removed = DeviceList.sign(user, (tablet,), keys[1], previous=linked, previous_account_private=keys[0])
    recovered = DeviceList.sign(user, (tablet, phone), keys[2], recovery_private=paper, previous=removed)
    reset = DeviceList.sign(user, (laptop,), keys[3], recovery_private=new_paper, previous=recovered, reset=True)
    cancelled = DeviceList.sign(user, recovered.devices, keys[2], previous=reset, in_force=recovered)
    again = DeviceList.sign(user, (laptop,), keys[4], recovery_private=new_paper, previous=cancelled, reset=True)
    hours = (0, 1, 2, 3, 10, 20, 30)
    versions = (begun, linked, removed, recovered, reset, cancelled, again)
    account: Account | None = None
    told = []
    for version, hour in zip(versions, hours, strict=True):
        at_ms = START_MS + hour * HOUR_MS
        value = version.encode()
        account = first(value, user) if account is None else advance(account, value, at_ms)
        told.append(
            {
                "kind": version.kind.value,
                "value": value.hex(),
                "hash": version.hash().hex(),
                "appeared_ms": at_ms,
                "in_force": account.in_force.version,
            }
        )
    assert account is not None
    as_of_ms = START_MS + 30 * HOUR_MS + RESET_PENDING_MS
    settled = settle(account, as_of_ms)
    soon, late = START_MS + 31 * HOUR_MS, as_of_ms
    alone = following(cancelled, recovery_key=again.recovery_key, devices=(laptop,))
    stays = following(again, recovery_key=public(paper), devices=cancelled.devices)
    ended = following(again, devices=(laptop, tablet))
    refused = [
        ("a dropped device under the same account key", 1, _without(linked, keys[0], tablet), soon, "RemovalKeepsKey"),
        ("a dropped device signs", 2, resigned(following(removed), keys[0]), soon, "BadPreviousSignature"),
        (
            "a recovery by another phrase",
            2,
            resigned(following(removed), keys[2], recovery=new_paper),
            soon,
            "BadRecoverySignature",
        ),
        ("a reset that nobody dated", 3, reset.encode(), None, "UndatedReset"),
        ("what follows a reset, from before it", 4, cancelled.encode(), START_MS, "Backdated"),
        ("the pending reset goes on", 4, resigned(following(reset), keys[3]), soon, "RecoveryKeyChanged"),
        ("a list beside the cancelled reset", 5, resigned(replace(alone, version=5), keys[4]), soon, "WrongVersion"),
        ("the old key after 72 hours", 6, resigned(stays, keys[2]), late, "RecoveryKeyChanged"),
        ("the old phrase after 72 hours", 6, resigned(stays, keys[1], recovery=paper), late, "RecoveryKeyChanged"),
        ("the new key before 72 hours", 6, resigned(ended, keys[4]), late - 1, "RecoveryKeyChanged"),
    ]
    closed = DeviceList.sign(user, (), keys[2], recovery_private=paper, previous=cancelled)
    asked = DeviceList.sign(user, (), keys[2], previous=cancelled)
    revived = following(closed, devices=(phone,))
    closing = [
        ("by the recovery key", 5, closed.encode(), soon, 6),
        ("by the account key: it waits", 5, asked.encode(), soon, 5),
        (
            "during a pending reset",
            6,
            DeviceList.sign(user, (), keys[2], recovery_private=paper, previous=again, in_force=cancelled).encode(),
            soon,
            7,
        ),
    ]
    not_closing = [
        (
            "by keys of the pending reset",
            6,
            resigned(following(again, devices=()), keys[4]),
            soon,
            "RecoveryKeyChanged",
        ),
        ("by nobody's key", 5, resigned(following(cancelled, devices=()), keys[3]), soon, "BadPreviousSignature"),
        ("a reset to no device", 5, resigned(following(cancelled, devices=(), reset=True), keys[3]), soon, "BadField"),
    ]
    return {
        "about": "One account: first list, device added, device removed, recovery, reset, cancelled, reset again; see"
        " spec/device-list.md. `in_force` is the version in force right after. `closing` are lists that could end it"
        " after one of its versions, `revived` one that follows the first of them. Keys are test keys.",
        "user_uri": user,
        "account_private_keys": [key.hex() for key in keys],
        "versions": told,
        "as_of_ms": as_of_ms,
        "in_force": settled.in_force.version,
        "resets": settled.resets,
        "refused": [
            {"what": what, "after": after, "value": value.hex(), "appeared_ms": at_ms, "error": error}
            for what, after, value, at_ms, error in (*refused, *not_closing)
        ],
        "closing": [
            {"what": what, "after": after, "value": value.hex(), "appeared_ms": at_ms, "in_force": in_force}
            for what, after, value, at_ms, in_force in closing
        ],
        "revived": {"value": resigned(revived, keys[2]).hex(), "error": "AccountClosed"},
        "safety_number": {
            "own_uri": user,
            "own_recovery_key": begun.recovery_key.hex(),
            "their_uri": other,
            "their_recovery_key": public(new_paper).hex(),
            "digits": safety_number(user, begun.recovery_key, other, public(new_paper)),
        },
        "recovery": {"phrase": PHRASE, "root": root.value.hex(), "recovery_private_key": paper.hex()},
    }


def linking_vectors(kept: dict[str, Any]) -> dict[str, Any]:
    """The vectors of linking with lists of today's format; keys, IDs and nonces stay."""
    rnd = random.Random("privity linking vectors").randbytes
    for vector in kept["checks"]:
        client = parse_client_uri(vector["client_uri"])
        user = make_user_uri(vector["host"], client.split("/")[-2])
        listed = Device(new_client_uri(user, rnd), public(rnd(32)), 1_800_000_000_000)
        devices = DeviceList.sign(user, (listed,), rnd(32), recovery_private=rnd(32))
        vector["log_key"], vector["vrf_key"] = public(rnd(32)).hex(), public(rnd(32)).hex()
        told = vector["opening"]
        opening = Opening(bytes.fromhex(told["key"]), told["device_id"], bytes.fromhex(told["nonce"]))
        hub = HubView(
            vector["host"],
            bytes.fromhex(vector["external_sender_key"]),
            bytes.fromhex(vector["franking_key"]),
            bytes.fromhex(vector["log_key"]),
            bytes.fromhex(vector["vrf_key"]),
            None if vector["intake_key"] is None else bytes.fromhex(vector["intake_key"]),
        )
        meeting = Meeting(hub, devices, vector["handle"], bytes.fromhex(vector["nonce"]), opening)
        vector["device_list"], vector["digits"] = devices.encode().hex(), meeting.check()
    return kept


def account_key_vectors() -> dict[str, Any]:
    """A wish, and the account key sealed to it; each time it is made, it is sealed in another way."""
    rnd = random.Random("privity account key vectors").randbytes
    user = new_user_uri("hub.example", rnd)
    device_key, account_key, paper, private = (rnd(32) for _ in range(4))
    tablet = Device(new_client_uri(user, rnd), public(device_key), START_MS)
    phone = Device(new_client_uri(user, rnd), public(rnd(32)), START_MS)
    devices = DeviceList.sign(user, (phone, tablet), account_key, recovery_private=paper)
    wish = Wish.sign(tablet.client_uri, device_key, START_MS, public(rnd(32)), private)
    return {
        "about": "A device of this list wishes for the account key and is given it; see spec/account-key.md. The wish"
        " says that the device holds another one. Keys are test keys.",
        "device_list": devices.encode().hex(),
        "device_private_key": device_key.hex(),
        "sealing_private_key": private.hex(),
        "account_private_key": account_key.hex(),
        "wish": wish.encode().hex(),
        "passed": seal(wish, account_key).encode().hex(),
    }


def _without(newest: DeviceList, key: bytes, dropped: Device) -> bytes:
    left = tuple(device for device in newest.devices if device != dropped)
    return resigned(following(newest, devices=left), key)


def main() -> None:
    linking = VECTORS / "linking.json"
    for path, found in (
        (VECTORS / "device-list.json", device_list_vectors()),
        (VECTORS / "account-key.json", account_key_vectors()),
        (linking, linking_vectors(json.loads(linking.read_text()))),
    ):
        path.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
