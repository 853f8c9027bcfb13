# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Beginning a conversation again."""

from __future__ import annotations

from typing import Final

from privity.faces.app.conversations import known
from privity.faces.app.opened import Opened
from privity.faces.app.people import person
from privity.faces.app.port.continuing import BeginAgain, BegunAgain, LeftOut
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import with_names


async def begin_again(opened: Opened, request: BeginAgain) -> BegunAgain:
    device, old = opened.device, known(opened.device, request.room_uri)
    begun = await device.beginning_again.begin(old)
    await device.names.learn([*begun.asked, *begun.left_out])
    opened.refresh([old, begun.room_uri])
    return BegunAgain(
        room_uri=begun.room_uri,
        asked=tuple(person(device, each) for each in begun.asked),
        left_out=tuple(
            LeftOut(person=person(device, who), why=with_names(device, why)) for who, why in begun.left_out.items()
        ),
    )


VERBS: Final[Verbs] = {BeginAgain: begin_again}
