# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Makes spec/vectors/room-continues.json: `python -m tests.identity.continuation_vectors`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from privity.identity.continuation import Continuation, Person
from privity.identity.uris import new_room_uri, new_user_uri

FILE = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "room-continues.json"


def continuation_vectors() -> dict[str, Any]:
    """A direct room, and a group with every role."""
    rnd = random.Random("privity continuation vectors").randbytes
    made = []
    for epoch, roles in ((1, (2, 2)), (300, (3, 2, 1, 5, 4))):
        people = tuple(Person(new_user_uri("hub.example", rnd), role) for role in roles)
        said = Continuation(new_room_uri("hub.example", rnd), epoch, rnd(32), people)
        made.append(
            {
                "room_uri": said.room_uri,
                "epoch": epoch,
                "context_hash": said.context_hash.hex(),
                "people": [{"user_uri": each.user_uri, "role": each.role} for each in people],
                "content": said.part().content.hex(),
            }
        )
    return {"about": "What a room is said to continue; see spec/room-continues.md.", "statements": made}


if __name__ == "__main__":
    FILE.write_text(json.dumps(continuation_vectors(), indent=1, ensure_ascii=False) + "\n")
