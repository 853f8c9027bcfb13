# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The order in which the proposals of a commit take effect: who applies them in another one is not followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.extensions import Extension
from privity.mls.messages.proposals import Add, GroupContextExtensions, Remove
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID
from privity.mls.tree.editor import TreeEditor
from tests.mls.checks.showing import breaks, shows
from tests.mls.checks.valid_commit import Conversation
from tests.mls.checks.valid_room import five, refuses, refuses_list
from tests.mls.public.builders import NOW, Room, capabilities, key_package, leaf, party

ZOE, EVE = party("zoe"), party("eve")
Apply = Callable[[TreeEditor], set[int]]
"""Changes the tree and says which leaves are new."""


@pytest.fixture
def room() -> Room:
    return five()


@shows("12.3-1")
def test_new_extensions_bind_newcomers(room: Room) -> None:
    new = GroupContextExtensions((*room.extensions, Extension(APP_DATA_DICTIONARY, b"\x00")))
    lacking = Add(key_package(ZOE, leaf_node=leaf(ZOE, capabilities=capabilities(extensions=()))))
    room.group.process(room.commit(0, [lacking]), NOW)
    refuses_list(room, "12.3-1", [new, Add(key_package(ZOE))], [new, lacking])
    refuses_list(room, "12.3-1", [Add(key_package(ZOE)), new], [lacking, new])


def applied(room: Room, proposals: list[Add | Remove], apply: Apply) -> PublicMessage:
    """A commit of these whose path was made over the tree that `apply` leads to."""
    editor = TreeEditor(room.group.tree)
    new = apply(editor)
    path = room.path(room.parties[0], editor.done(), 0, new)
    return room.commit(0, proposals, path=path)


@shows("12.3-2")
def test_adds_before_removals(room: Room) -> None:
    add = Add(key_package(ZOE))

    def rightly(editor: TreeEditor) -> set[int]:
        editor.remove(3)
        return {editor.add(add.key_package.leaf_node)}

    def wrongly(editor: TreeEditor) -> set[int]:
        new = {editor.add(add.key_package.leaf_node)}
        editor.remove(3)
        return new

    refuses(room, "12.3-2", lambda apply: applied(room, [add, Remove(3)], apply), rightly, wrongly)
    refuses(room, "12.3-2", lambda apply: applied(room, [Remove(3), add], apply), rightly, wrongly)


@shows("12.3-3")
def test_adds_in_another_order(room: Room) -> None:
    adds: list[Add | Remove] = [Add(key_package(ZOE)), Add(key_package(EVE))]

    def taking(order: list[Add | Remove]) -> Apply:
        leaves = [each.key_package.leaf_node for each in order if isinstance(each, Add)]
        return lambda editor: {editor.add(each) for each in leaves}

    refuses(room, "12.3-3", lambda apply: applied(room, adds, apply), taking(adds), taking(adds[::-1]))


@shows("12.3-4")
def test_psks_in_another_order() -> None:
    names: list[PreSharedKeyID] = [ExternalPsk(b"one", b"1" * 32), ExternalPsk(b"two", b"2" * 32)]
    talk = Conversation("ana", "ben")
    keys = dict(zip(names, (b"first", b"second"), strict=True))
    pending = talk.ana.commit(psk_ids=names, psks=keys.get)
    swapped = dict(zip(names, (b"second", b"first"), strict=True))

    def take(known: dict[PreSharedKeyID, bytes]) -> object:
        return talk.ben.group.process(pending.message, now=NOW, psks=known.get)

    breaks("12.3-4", take, keys, swapped)
