# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing people into a room: a KeyPackage of each of their devices, and one commit with all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from privity.client.engine import calls
from privity.client.engine.commits import Plan
from privity.client.engine.flow import Flow, ask
from privity.client.engine.shown import Notice
from privity.client.engine.state import Device
from privity.client.errors import CommandRefused
from privity.mls.errors import CredentialRefused, WrongCipherSuite
from privity.mls.messages.key_package import KeyPackage
from privity.mls.suites import CipherSuite
from privity.policy.members import member_of
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.policy.room_suites import is_post_quantum
from privity.wire import rest

if TYPE_CHECKING:
    from privity.client.engine.room import Room


class NoPostQuantumKeys(CommandRefused):
    """The hub has no keys of a person for conversations that a quantum computer is not to open."""


def claim(device: Device, user_uri: str, suite: CipherSuite, room_uri: str = "") -> Flow[tuple[KeyPackage, ...]]:
    """One KeyPackage of each device of a user but this one, each checked against the verified list. `room_uri` is the
    group that they are for, empty for a direct conversation.

    Nothing but what is of this very suite is taken: a hub can keep keys back, and not put weaker ones in their place.
    """
    devices = yield from device.pins.refresh(user_uri)
    device.pins.check_accepted(user_uri)
    if all(listed.client_uri == device.own.client_uri for listed in devices.devices):
        return ()
    answer = yield from ask(calls.claim(user_uri, [suite.id], room_uri), rest.Claimed)
    device.pins.check_accepted(user_uri)  # the account may have been reset while the hub answered
    packages: dict[str, KeyPackage] = {}
    for claimed in answer.devices:
        if claimed.key_package is None or claimed.client_uri == device.own.client_uri:
            continue
        package = KeyPackage.decode(claimed.key_package)
        if package.cipher_suite != suite.id:
            raise WrongCipherSuite(f"a KeyPackage of suite {package.cipher_suite} was handed out, expected {suite.id}")
        member = member_of(package.leaf_node)
        if (member.user_uri, member.client_uri) != (user_uri, claimed.client_uri):
            raise CredentialRefused(f"a KeyPackage said to be of {claimed.client_uri} names {member.client_uri}")
        device.pins.check_device(user_uri, member.client_uri, package.leaf_node.signature_key)
        if packages.setdefault(claimed.client_uri, package) is not package:
            raise CredentialRefused(f"the hub hands out two KeyPackages of {claimed.client_uri}")
    missing = [each.client_uri for each in devices.devices if each.client_uri not in packages]
    _tell_of_missing(device, suite, user_uri, [uri for uri in missing if uri != device.own.client_uri])
    return tuple(packages.values())


def _tell_of_missing(device: Device, suite: CipherSuite, user_uri: str, missing: list[str]) -> None:
    """In other rooms a device without KeyPackages is one that was away for long, and comes in when it is back."""
    if missing and is_post_quantum(suite.id):
        device.show(
            Notice(
                f"the hub has no post-quantum keys of these devices of {user_uri}: {', '.join(missing)}; each comes in"
                " by itself once its program knows how, if its account is in the conversation"
            )
        )


def nobody_to_add(user_uri: str, suite: CipherSuite) -> CommandRefused:
    """Why nothing came of bringing a person in."""
    if is_post_quantum(suite.id):
        return NoPostQuantumKeys(
            f"no device of {user_uri} has post-quantum keys at the hub: their program is older than such conversations,"
            " or the hub keeps the keys back; invite them to an ordinary conversation, or again when they have been"
            " online with a newer one"
        )
    return CommandRefused(f"no device of {user_uri} can be added now; try again when they were online")


def invitation(room: Room, user_uri: str) -> Callable[[], Flow[Plan | None]]:
    """One commit with the person and all their devices. Devices that came meanwhile are not added twice."""
    claimed: list[KeyPackage] = []

    def plan() -> Flow[Plan | None]:
        check_not_banned(room.state, user_uri)
        if not claimed:
            claimed.extend((yield from claim(room.device, user_uri, room.require_group().suite, room.uri)))
        group = room.require_group()
        check_not_banned(room.state, user_uri)
        present = {member_of(leaf).client_uri for _, leaf in group.members()}
        adds = tuple(kp for kp in claimed if member_of(kp.leaf_node).client_uri not in present)
        role = room.state.participants.role(user_uri)
        if not adds:
            if role >= Role.MEMBER:
                return None
            raise nobody_to_add(user_uri, group.suite)
        return Plan(adds=adds, roles=() if role >= Role.MEMBER else ((user_uri, int(Role.MEMBER)),))

    return plan


def check_not_banned(state: RoomState, user_uri: str) -> None:
    """Raise CommandRefused for somebody who must not be brought in."""
    if state.participants.role(user_uri) == Role.BANNED:
        raise CommandRefused(f"{user_uri} is banned here; lift the ban first")
