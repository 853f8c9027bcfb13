# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/room-links.json: `python -m tests.identity.room_link_vectors`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from privity.identity.room_links import SECRET_BYTES, Knock, Mode, RoomLink, StatedLink, statement
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from tests.identity.forging import public

FILE = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "room-links.json"
START_MS = 1_767_225_600_000
"""1 January 2026."""
DAY_MS = 86_400_000


def room_link_vectors() -> dict[str, Any]:
    """Links with and without a name, what is said of them, and a knock with each."""
    rnd = random.Random("privity room link vectors").randbytes
    room, maker = new_room_uri("hub.example", rnd), new_user_uri("hub.example", rnd)
    private = rnd(32)
    client = new_client_uri(new_user_uri("hub.example", rnd), rnd)
    links, knocks, stated = [], [], []
    for number, (name, mode, revoked) in enumerate(
        (("", Mode.ANYONE, False), ("Boat builders", Mode.ASK, False), ("Bootsbauer 🛶", Mode.ASK, True))
    ):
        link = RoomLink(room, rnd(SECRET_BYTES), START_MS + (number + 1) * DAY_MS, name)
        links.append(
            {
                "room_uri": room,
                "secret": link.secret.hex(),
                "expires_ms": link.expires_ms,
                "name": name,
                "text": link.text(),
                "link_id": link.link_id.hex(),
                "hub_hash": link.hub_hash.hex(),
            }
        )
        stated.append(StatedLink(link.secret, mode, revoked, link.expires_ms, maker, name))
        knock = Knock.make(link, client, START_MS + number, private)
        knocks.append(
            {
                "link": number,
                "client_uri": client,
                "at_ms": knock.at_ms,
                "mac": knock.mac.hex(),
                "signature": knock.signature.hex(),
                "encoded": knock.encode().hex(),
            }
        )
    return {
        "about": "Links into a room and knocks with them; see spec/room-links.md. Keys and secrets are test material.",
        "links": links,
        "statement": {
            "links": [
                {
                    "link": number,
                    "mode": int(each.mode),
                    "revoked": each.revoked,
                    "maker": each.maker,
                }
                for number, each in enumerate(stated)
            ],
            "content": statement(tuple(stated)).content.hex(),
        },
        "device_key": public(private).hex(),
        "knocks": knocks,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(room_link_vectors(), indent=1, ensure_ascii=False) + "\n")
