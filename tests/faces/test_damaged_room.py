# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where conversations are listed, one whose keys this device cannot read says so, and the others say nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from privity.client.sdk import Device
from privity.faces.app.conversations import DAMAGED, attention, others_in
from privity.faces.commands.rooms import line_of
from tests.client.fake_hub import Phone, World
from tests.client.test_damaged_rooms import damage


def device_of(phone: Phone) -> Device:
    """As much of a device as the list of conversations looks at."""
    return cast(Device, SimpleNamespace(host=SimpleNamespace(engine=phone.engine), user_uri=phone.user))


def test_the_list_of_conversations_says_which_one_cannot_be_read() -> None:
    world = World()
    alice, bob = world.person(), world.person()
    sound, damaged = alice.create_group(), alice.direct(bob)
    assert attention(device_of(alice), damaged) == ""
    damage(alice, damaged)
    here = device_of(alice)
    assert (attention(here, damaged), attention(here, sound)) == (DAMAGED, "")
    assert others_in(here, damaged) == [bob.user], "it keeps its title"


def test_at_the_command_line_its_line_says_so_instead_of_who_is_in_it() -> None:
    row: dict[str, object] = {"room": "mimi://hub.example/r/k3x7", "name": "Walks", "direct": False, "member": True}
    row |= {"people": [], "archives": [], "post_quantum": False, "unread": 2, "continued_in": "", "stopped": ""}
    nobody = cast(Device, SimpleNamespace(user_uri="mimi://hub.example/u/me"))
    assert line_of(nobody, row) == 'k3x7  "Walks" group of 0  (2 unread)'
    stopped = line_of(nobody, row | {"stopped": "this device cannot read its keys of it: a record is missing"})
    assert stopped == 'k3x7  "Walks" stopped: this device cannot read its keys of it: a record is missing  (2 unread)'
