# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a commit changed about who can read and who may do what, as the group itself says, whatever the hub says.

What matters most comes first, and long lists are counted, so that no crowd pushes a change out of its line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from privity.mls.messages.group_context import GroupContext
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import Member, members
from privity.policy.roles import Role
from privity.policy.room_state import RoomState

NAMED: Final = 20
"""People of one kind of change that are named in a line; the rest are counted, and `privity room members` has all."""

_NAMES: Final = {Role.ADMIN: ("an admin", "no admin"), Role.MODERATOR: ("a moderator", "no moderator")}


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in a room in one epoch, and what its context says of them."""

    members: frozenset[Member]
    state: RoomState
    roles: dict[str, Role]
    """The roles that count, also where somebody stands in for the admins that have gone."""

    @classmethod
    def of(cls, tree: RatchetTree, context: GroupContext) -> Roster:
        state = RoomState.of(context)
        return cls(frozenset(members(tree).values()), state, state.roles())

    def people(self) -> set[str]:
        """Users who have a device here."""
        return {member.user_uri for member in self.members}


@dataclass(frozen=True, slots=True)
class Doer:
    """Who made a commit, and whom they took out with it; the others who go in it left."""

    user_uri: str
    took_out: frozenset[str] = frozenset()


def what_changed(old: Roster, new: Roster, by: Doer | None = None) -> str:
    """A plain line about what changed, empty if nothing did that concerns people. `by` is named where it matters."""
    parts = [*_archives(old, new)]
    if old.state.franking_key != new.state.franking_key:
        parts.append("the hub's key for reports changed")
    stayed = old.people() & new.people()
    parts += _offices(old, new, stayed, by)
    banned = {user for user, role in new.roles.items() if role is Role.BANNED and old.roles.get(user) is not role}
    parts += _each(banned, f"was banned{_by(by)}")
    freed = {user for user, role in old.roles.items() if role is Role.BANNED and user not in new.roles}
    parts += _each(freed, f"is not banned any more{_by(by)}")
    parts += _each(new.people() - old.people(), "joined")
    gone = (old.people() - new.people() | set(old.roles) - set(new.roles)) - banned - freed
    taken = frozenset() if by is None else by.took_out - set(old.state.logging.archives)
    parts += _each(gone & taken, f"was removed{_by(by)}")
    parts += _each(gone - taken, "left")
    parts += _each(_users(new.members - old.members, stayed), "has a new device here")
    parts += _each(_users(old.members - new.members, stayed), "has a device less here")
    return "; ".join(parts)


def who_came(old_tree: RatchetTree, new_tree: RatchetTree) -> list[str]:
    """The people who are in the new state and were not in the old one."""
    old = {member.user_uri for member in members(old_tree).values()}
    return sorted({member.user_uri for member in members(new_tree).values()} - old)


def on_entry(text: str, before: Roster | None, now: Roster, own_uri: str) -> str:
    """A line of the program about an entry: what changed since the last state this device was in, or else who is here
    and who keeps a copy."""
    if before is not None:
        changes = what_changed(before, now)
        return f"{text}; {changes}" if changes else text
    parts = [f"{each} keeps a copy of everything sent here" for each in now.state.logging.archives]
    others = sorted(now.people() - {own_uri})
    if others:
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        parts.append(f"with you here: {', '.join(others[:NAMED])}{more}")
    return "; ".join((text, *parts))


def _archives(old: Roster, new: Roster) -> list[str]:
    before, after = old.state.logging, new.state.logging
    parts = [f"{each} keeps a copy of everything sent here from now on" for each in after.archives_beside(before)]
    parts += [f"{each} is to keep no copy of what is sent from now on" for each in before.archives_beside(after)]
    if before.archives and after.archives and before.text != after.text:
        parts.append("what is said about the copy changed")
    return parts


def _offices(old: Roster, new: Roster, stayed: set[str], by: Doer | None) -> list[str]:
    """What people are now and were not before. Who only stands in for the admins was made one by nobody."""
    changes: dict[str, list[str]] = {}
    for user in stayed:
        before, now = old.roles.get(user), new.roles.get(user)
        if now is None or before in (None, now):
            continue
        listed = old.state.participants.role(user) != new.state.participants.role(user)
        said = _by(by) if listed and by is not None and user != by.user_uri else ""
        if now in _NAMES:
            changes.setdefault(f"is {_NAMES[now][0]} now{said}", []).append(user)
        elif before in _NAMES:
            changes.setdefault(f"is {_NAMES[before][1]} any more{said}", []).append(user)
    return [part for words in sorted(changes, reverse=True) for part in _each(changes[words], words)]


def _by(by: Doer | None) -> str:
    return "" if by is None else f" (by {by.user_uri})"


def _users(changed: Iterable[Member], of: set[str]) -> set[str]:
    return {member.user_uri for member in changed} & of


def _each(users: Iterable[str], words: str) -> list[str]:
    found = sorted(users)
    more = [f"{len(found) - NAMED} more: {words}"] if len(found) > NAMED else []
    return [f"{user} {words}" for user in found[:NAMED]] + more
