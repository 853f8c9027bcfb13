# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/consent.json: `python -m tests.identity.consent_vectors`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from privity.identity.consent import CODE_BYTES, ConsentEntry, Op, code_hash, code_proof, shown_code
from privity.identity.device_list import Device, DeviceList
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from privity.mls.codec import vec
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.suites import suite

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "consent.json"
AT_MS = 1_767_225_600_000
"""1 January 2026."""


def consent_vectors() -> dict[str, Any]:
    """One entry of each kind, codes as they are shown, and what is refused."""
    rnd = random.Random("privity consent vectors").randbytes
    user, other, ward = (new_user_uri("hub.example", rnd) for _ in range(3))
    room, client = new_room_uri("hub.example", rnd), new_client_uri(user, rnd)
    private, public = generate_signature_key(suite(1), rnd)
    key, code = SigningKey(suite(1), private), rnd(CODE_BYTES)
    listed = DeviceList.sign(user, (Device(client, public, AT_MS),), rnd(32), recovery_private=rnd(32))

    def made(op: Op, target: str, room_uri: str = "", ward_uri: str = "", proof: bytes = b"") -> ConsentEntry:
        return ConsentEntry(op, user, target, room_uri, ward_uri, proof, AT_MS, client)

    meet, guard = (code_proof(code, op, user, other) for op in (Op.MEET, Op.GUARD))
    entries = [
        (made(Op.REQUEST, "ann_a"), None),
        (made(Op.REQUEST, other), None),
        (made(Op.REQUEST, other, room), None),
        (made(Op.GRANT, other), None),
        (made(Op.GRANT, other, room), None),
        (made(Op.MEET, other, proof=meet), code),
        (made(Op.VOUCH, other, ward_uri=ward), None),
        (made(Op.GUARD, other, proof=guard), code),
    ]
    whole = entries[3][0].sign(key)
    content = entries[3][0].content()
    bent = content.replace(b"\x02", b"\x06", 1)
    thief, _ = generate_signature_key(suite(1), rnd)
    refused = [
        ("the last byte is missing", "MalformedConsent", whole[:-1]),
        ("a byte too many", "MalformedConsent", whole + b"\0"),
        ("an op that is none", "MalformedConsent", vec(bent) + vec(bytes(64))),
        ("no array of eight", "MalformedConsent", vec(b"\x80") + vec(bytes(64))),
        ("another key than that of the device", "ConsentNotSigned", entries[3][0].sign(SigningKey(suite(1), thief))),
    ]
    return {
        "entries": [
            {
                "op": int(said.op),
                "user": said.user_uri,
                "other": said.other,
                "room": said.room_uri,
                "ward": said.ward_uri,
                "proof": said.proof.hex(),
                "at_ms": said.at_ms,
                "client": said.client_uri,
                "code": None if used is None else used.hex(),
                "content": said.content().hex(),
                "value": said.sign(key).hex(),
                "device_list": listed.encode().hex(),
            }
            for said, used in entries
        ],
        "codes": [
            {"code": each.hex(), "shown": shown_code(each), "hash": code_hash(each).hex()}
            for each in (code, bytes(CODE_BYTES), b"\xff" * CODE_BYTES)
        ],
        "refused": [
            {"why": why, "error": error, "value": value.hex(), "device_list": listed.encode().hex()}
            for why, error, value in refused
        ],
    }


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(consent_vectors(), indent=1) + "\n")
