# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A message key that was used is nowhere any more: not in the group, not in the process, not in what is stored.

Python cannot overwrite memory that it gave back; what can be tested is that nothing refers to a key any longer.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privity.mls.errors import ProtocolError
from privity.mls.group import StagedCommit
from privity.mls.schedule.secret_tree import SecretTree, Step
from tests.mls.group import builders
from tests.mls.group.builders import NOW, Member, accept

MASK = 0xA5


def masked(data: bytes) -> bytes:
    """How this test keeps a key, so that it does not find itself."""
    return bytes(byte ^ MASK for byte in data)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """The keys of all messages that were sealed or opened so far, masked; each with the secret it came from."""
    keys: list[bytes] = []
    apply = SecretTree.apply

    def noting(tree: SecretTree, step: Step) -> None:
        keys.append(masked(step.key))
        for name in step.put:
            if name in tree.records:
                keys.append(masked(tree.records[name][-32:]))
        keys.extend(masked(tree.records[name][-32:]) for name in step.delete if name in tree.records)
        apply(tree, step)

    monkeypatch.setattr(SecretTree, "apply", noting)
    yield keys


def bytes_of_the_process() -> set[bytes]:
    """All bytes that anything in this process refers to."""
    gc.collect()
    found: set[bytes] = set()
    todo: list[object] = list(gc.get_objects())
    while todo:
        for each in gc.get_referents(todo.pop()):
            if isinstance(each, bytes | bytearray | memoryview):
                found.add(bytes(each))
            elif isinstance(each, dict | tuple) and not gc.is_tracked(each):
                todo.append(each)  # the collector overlooks what holds only numbers and bytes
    return found


def still_there(blobs: set[bytes], used: list[bytes]) -> int:
    """How many of these keys occur in any of the blobs."""
    joined = b"|".join(blob for blob in blobs if 16 <= len(blob) <= 1 << 16)
    return sum(masked(key) in joined for key in used)


COUNT = itertools.count()


def room(*names: str, **how: Any) -> list[Member]:
    """Members whose randomness no other test of this process shares, so that none holds the same keys."""
    number = next(COUNT)
    return builders.room(*(f"{name} whose keys are sought {number}" for name in names), **how)


def talk(ana: Member, ben: Member, cyd: Member) -> None:
    """Messages in and out of order, handshakes that are private, epochs that pass."""
    for text in (b"one", b"two", b"three"):
        message = ana.say(text)
        ben.read(message)
        cyd.read(message)
    first, second = ben.say(b"late"), ben.say(b"early")
    for reader in (ana, cyd):
        reader.read(second)
        reader.read(first)
    pending = cyd.commit(force_path=True, private=True)
    accept(pending, [ana, ben, cyd])
    answer = ben.say(b"four")
    ana.read(answer)
    cyd.read(answer)


@pytest.mark.parametrize("keep", [dict, lambda records: list(records.values()), lambda records: (dict(records),)])
def test_the_search_finds_a_key_that_is_kept(used: list[bytes], keep: Callable[[dict[bytes, bytes]], object]) -> None:
    ana, ben = room("ana", "ben", update=True)
    used.clear()
    ana.rules.kept = keep(ana.group._state.epoch.messages.records)  # type: ignore[attr-defined]  # something that stays
    ben.read(ana.say(b"hello"))
    assert still_there(bytes_of_the_process(), used) > 0
    del ana.rules.kept  # type: ignore[attr-defined]  # as above
    assert still_there(bytes_of_the_process(), used) == 0


@pytest.mark.parametrize("number", [1, 2, 3])
def test_used_keys_are_gone_from_the_process(used: list[bytes], number: int) -> None:
    members = room("ana", "ben", "cyd", number=number, update=True)
    used.clear()
    talk(*members)
    assert len(used) >= 15
    assert still_there(bytes_of_the_process(), used) == 0


def test_used_keys_are_gone_from_what_is_stored(used: list[bytes]) -> None:
    members = room("ana", "ben", "cyd", update=True)
    used.clear()
    talk(*members)
    assert len(used) >= 15
    for member in members:
        member.save()
        assert still_there(set(member.store.values()), used) == 0
        member.reload()
    assert still_there(bytes_of_the_process(), used) == 0


def test_the_key_of_a_failed_message_is_used_up_by_the_genuine_one_only(used: list[bytes]) -> None:
    ana, ben = room("ana", "ben", update=True)
    used.clear()
    message = ana.say(b"hello")
    for at in range(len(message) - 20, len(message)):
        with pytest.raises(ProtocolError):
            ben.process(message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :])
    assert ben.read(message).plaintext == b"hello"
    assert still_there(bytes_of_the_process(), used) == 0


def test_a_dropped_staged_commit_leaves_no_key(used: list[bytes]) -> None:
    ana, ben = room("ana", "ben", update=True)
    pending = ana.commit(force_path=True)
    staged = ben.process(pending.message)
    assert isinstance(staged, StagedCommit)
    assert staged.next is not None
    secrets = [masked(staged.next.secrets.init_secret), masked(staged.next.secrets.exporter_secret)]
    ana.group.clear_pending()
    ana.save()
    assert still_there(bytes_of_the_process(), secrets) == 2
    del staged, pending
    assert still_there(bytes_of_the_process(), secrets) == 0
    for member in (ana, ben):
        assert still_there(set(member.store.values()), secrets) == 0


def test_the_private_key_of_an_update_goes_with_its_epoch() -> None:
    ana, ben = room("ana", "ben", update=True)
    old = [masked(key) for key in ben.group._state.epoch.keys.values()]
    proposal = ben.group.propose_update(random=ben.random, now=NOW)
    ana.process(proposal)
    accept(ana.commit(), [ana, ben])
    accept(ben.commit(force_path=True), [ana, ben])
    assert still_there(set(ben.store.values()), old) == 0
    assert still_there(bytes_of_the_process(), old) == 0


def test_the_secrets_of_an_epoch_that_is_forgotten_are_gone() -> None:
    ana, ben = room("ana", "ben", update=True)
    state = ben.group._state
    old = [
        masked(getattr(state.epoch.secrets, name)) for name in ("sender_data_secret", "init_secret", "exporter_secret")
    ]
    old += [masked(value[-32:]) for value in state.epoch.messages.records.values()]
    for _ in range(ana.rules.past_epochs + 1):
        accept(ana.commit(force_path=True), [ana, ben])
    assert still_there(set(ana.store.values()) | set(ben.store.values()), old) == 0
    assert still_there(bytes_of_the_process(), old) == 0
