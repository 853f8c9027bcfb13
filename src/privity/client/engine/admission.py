# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which conversations this device comes into: the rules of `policy.contact` again, by what people signed.

A hub that hands out KeyPackages to strangers, or lists rooms of strangers, gains nothing by it: what the rules refuse
is not entered. It waits for the person, or, where somebody who is no contact added a minor, is left at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls
from privity.client.engine.contact_list import refresh, tell
from privity.client.engine.contact_signing import sign
from privity.client.engine.flow import Flow, ask
from privity.client.engine.held_back import HeldBack
from privity.client.engine.knocking import waits_at
from privity.client.engine.shown import Notice
from privity.client.errors import ClientError
from privity.identity.consent import Op
from privity.mls.errors import PolicyRefused
from privity.mls.group import Group
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy import contact
from privity.policy.members import members
from privity.policy.roles import Role
from privity.policy.room_state import RoomState
from privity.wire import rest
from privity.wire.errors import Refusal

if TYPE_CHECKING:
    from privity.client.engine.state import Device

MAX_SHOWN: Final = 200
"""People of a conversation that waits who are kept for showing."""


class Unasked(ClientError):
    """The rules refuse a conversation, which the account neither began nor agreed to; `held` is what is kept of it."""

    def __init__(self, why: str, held: HeldBack) -> None:
        super().__init__(why)
        self.held = held


def check_welcome(device: Device, room_uri: str, group: Group) -> Flow[None]:
    """Raise Unasked unless whoever added this device may do so."""
    own, tree = device.own.user_uri, group.tree
    adder = "" if group.added_by is None else members(tree)[group.added_by].user_uri
    if adder == own:
        return
    state = RoomState.of(group.context)
    people = people_of(device, state, tree)
    by_link = waits_at(device, room_uri)

    def check() -> None:
        book = device.contacts
        if state.direct:
            book.check(adder)
            return
        contact.check_addition(
            contact=book.is_contact(adder),
            minor=book.is_minor,
            invited=by_link or book.invited_by(room_uri, adder),
            strangers=len(book.strangers(people)),
        )

    try:
        yield from _with_contacts(device, check)
    except PolicyRefused as err:
        yield from _hold(device, room_uri, str(err), HeldBack(adder, people), known=device.contacts.is_contact(adder))
    if by_link and not device.contacts.is_contact(adder):
        yield from agree(device, room_uri, [adder])


def agree(device: Device, room_uri: str, people: Iterable[str]) -> Flow[None]:
    """The account agrees to be in a room with whoever lets it in; its other devices enter by that."""
    entries = [sign(device, Op.GRANT, each, room_uri=room_uri) for each in people]
    device.contacts.note_room(room_uri, entries)
    for entry in entries:
        yield from tell(calls.grant_room(room_uri, entry))


def check_entry(device: Device, room_uri: str, state: RoomState, tree: RatchetTree) -> Flow[None]:
    """Raise Unasked unless this device may come into a conversation by itself that it was not in before."""
    people = people_of(device, state, tree)

    def check() -> None:
        book = device.contacts
        contacts = len(people) - len(book.strangers(people))
        contact.check_entry(
            direct=state.direct, contacts=contacts, others=len(people), accepted=book.agreed_to(room_uri)
        )

    try:
        yield from _with_contacts(device, check)
    except PolicyRefused as err:
        known = any(device.contacts.is_contact(each) for each in people)
        yield from _hold(device, room_uri, str(err), HeldBack("", people), known=known)


def may_look_again(held: HeldBack | None) -> bool:
    """Whether this device may try to come in by itself once more: what was missing may be proven by now."""
    return held is None or (not held.declined and not held.added_by)


def people_of(device: Device, state: RoomState, tree: RatchetTree) -> tuple[str, ...]:
    """Everybody else in a conversation: whoever takes part, and whoever has a device in it."""
    listed = {each.user_uri for each in state.participants.participants if each.role != Role.BANNED}
    listed |= {member.user_uri for member in members(tree).values()}
    return tuple(sorted(listed - {device.own.user_uri}))


def _with_contacts(device: Device, check: Callable[[], None]) -> Flow[None]:
    """The check by what is known, or else by what the hub says now."""
    try:
        check()
    except PolicyRefused:
        yield from refresh(device)
        check()


def _hold(device: Device, room_uri: str, why: str, held: HeldBack, *, known: bool) -> Flow[None]:
    if device.contacts.is_minor and not known:
        with suppress(Refusal):
            yield from ask(calls.leave(room_uri), rest.Done)
        device.show(Notice("somebody who is no contact added this account to a conversation; it was left at once"))
        held = msgspec.structs.replace(held, declined=True)
    raise Unasked(why, msgspec.structs.replace(held, people=held.people[:MAX_SHOWN]))
