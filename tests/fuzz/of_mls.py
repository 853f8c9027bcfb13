# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The decoders of mls: every struct that travels, every record that is stored, and a whole group fed with any bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from privity.mls import codec
from privity.mls.errors import ProtocolError
from privity.mls.group import Group
from privity.mls.group.errors import DamagedRecords
from tests.fuzz.decoder import Decoder
from tests.mls.group.builders import NOW, Member, OpenRules, room
from tests.mls.strategies import STRUCTS
from tests.mls.strategies_stored import STORED

STORED_REFUSALS = (ProtocolError, DamagedRecords)


def of_mls() -> Iterator[Decoder]:
    """By the names that the strategies have."""
    for name, struct in STRUCTS.items():
        yield Decoder(f"mls.{name}", struct.decode, struct.encode, (ProtocolError,))
    for name, struct in STORED.items():
        yield Decoder(f"mls.{name}", struct.decode, struct.encode, STORED_REFUSALS)
    whole = WholeGroup()
    yield Decoder("mls.group.load", whole.load, None, STORED_REFUSALS)
    yield Decoder("mls.group.process", whole.process, None, (ProtocolError,))


@dataclass
class WholeGroup:
    """A member's store, made when it is first asked for, and messages to its group that it has not read."""

    messages: list[bytes] = field(default_factory=list)
    _members: list[Member] = field(default_factory=list)
    _before: dict[bytes, bytes] = field(default_factory=dict)

    def members(self) -> list[Member]:
        """Two of one group; the second has a past epoch, a queued proposal and a pending commit in its store."""
        if not self._members:
            ana, ben = room("ana fuzzed", "ben fuzzed", update=True)
            self.messages = [ana.say(b"hello", padding_to=32), ana.commit(force_path=True).message]
            ana.group.clear_pending()
            ben.process(ana.group.propose_update(random=ana.random, now=NOW))
            self.messages.append(ben.commit().message)
            ben.save()
            self.messages.append(ana.group.propose_remove(1, random=ana.random, now=NOW))
            self.messages.append(ana.group.propose_update(random=ana.random, now=NOW, private=True))
            self._members = [ana, ben]
        return self._members

    def load(self, data: bytes) -> Any:
        """Records as a vector of names and values; nothing but a refusal, or a group that can be stored again."""
        _, ben = self.members()
        pairs = codec.decode(lambda r: r.vector_of(lambda each: (each.vec(), each.vec())), data)
        store = dict(pairs)
        group = Group.load(store, ben.identity, OpenRules())
        moved = group.drain()
        store = {name: value for name, value in store.items() if name not in moved.delete} | moved.put
        assert not Group.load(store, ben.identity, OpenRules()).drain().put, "it was moved, and is not where it belongs"
        return group

    def process(self, data: bytes) -> Any:
        """A refused message leaves the group as it was."""
        _, ben = self.members()
        if not self._before:
            self._before = dict(ben.store)
        try:
            return ben.process(data)
        except ProtocolError:
            assert not ben.group.drain().put, "a message that was refused has changed the group"
            raise
        finally:
            ben.store = dict(self._before)
            ben._group = Group.load(ben.store, ben.identity, ben.rules)


def packed(records: Mapping[bytes, bytes]) -> bytes:
    """Records as `WholeGroup.load` takes them."""
    return codec.vec(b"".join(codec.vec(name) + codec.vec(value) for name, value in records.items()))
