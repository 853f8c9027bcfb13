# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Update paths: what everybody can check of them, and what only the members to whom they are sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls.messages.commit import Ciphertexts, HPKECiphertext, UpdatePath, UpdatePathNode
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.proposals import Add, ExternalInit
from privity.mls.schedule.path_secrets import derive_path
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import commit_body, flipped, followed, public, taking, talking
from tests.mls.checks.valid_paths import crafted, mixed, own_places
from tests.mls.group.builders import accept
from tests.mls.public.builders import NOW, Room, hpke_key, key_package, party

Change = Callable[[UpdatePath], UpdatePath]


def at(index: int, change: Callable[[UpdatePathNode], UpdatePathNode]) -> Change:
    """Changes one node of a path."""

    def apply(path: UpdatePath) -> UpdatePath:
        nodes = list(path.nodes)
        nodes[index] = change(nodes[index])
        return replace(path, nodes=tuple(nodes))

    return apply


def ciphertexts(node: UpdatePathNode) -> list[HPKECiphertext]:
    return [node.ciphertexts[n] for n in range(len(node.ciphertexts))]


def with_ciphertexts(node: UpdatePathNode, items: list[HPKECiphertext]) -> UpdatePathNode:
    return replace(node, ciphertexts=Ciphertexts.of(items))


def fewer(node: UpdatePathNode) -> UpdatePathNode:
    return with_ciphertexts(node, ciphertexts(node)[:-1])


def more(node: UpdatePathNode) -> UpdatePathNode:
    return with_ciphertexts(node, [*ciphertexts(node), HPKECiphertext(b"k" * 32, b"c" * 48)])


def refuse(number: str, room: Room, change: Change) -> None:
    good = room.commit(0)
    breaks(number, lambda message: room.group.process(message, NOW), good, room.commit(0, change=change))


# What everybody can check


@shows("7.5-4", "7.5-5")
def test_the_length_of_a_path() -> None:
    room = followed()
    refuse("7.5-4", room, lambda path: replace(path, nodes=path.nodes[:-1]))
    refuse("7.5-4", room, lambda path: replace(path, nodes=path.nodes[1:]))
    refuse("7.5-4", room, lambda path: replace(path, nodes=()))
    refuse("7.5-5", room, lambda path: replace(path, nodes=(*path.nodes, path.nodes[-1])))


@pytest.mark.parametrize("index", [0, 1, 2])
@shows("7.6-1", "7.6-2")
def test_the_number_of_ciphertexts(index: int) -> None:
    refuse("7.6-1", followed(), at(index, fewer))
    refuse("7.6-2", followed(), at(index, more))


@shows("7.6-3")
def test_no_ciphertext_for_newcomers() -> None:
    room = followed()
    add = Add(key_package(party("zoe")))
    good, bad = room.commit(0, [add]), room.commit(0, [add], change=at(2, more))
    breaks("7.6-3", lambda message: room.group.process(message, NOW), good, bad)


@pytest.mark.parametrize("index", [0, 1, 2])
@shows("7.5-6", "7.5-8")
def test_the_keys_of_a_path(index: int) -> None:
    room = followed()
    refuse("7.5-6", room, at(index, lambda node: replace(node, encryption_key=hpke_key())))
    refuse("7.5-8", room, at(index, lambda node: replace(node, encryption_key=bytes(32))))


@pytest.mark.parametrize("parent_hash", [b"", bytes(32)])
@shows("7.5-6", "7.5-7")
def test_the_parent_hash_of_a_committer(parent_hash: bytes) -> None:
    room, zoe = followed(), party("zoe")

    def take(message: PublicMessage) -> None:
        room.group.process(message, NOW)

    changes = {"parent_hash": parent_hash}
    breaks("7.5-6", take, room.commit(0), room.commit(0, leaf_changes=changes))
    init = [ExternalInit(b"k" * 32)]
    breaks("7.5-7", take, room.external_commit(zoe, init), room.external_commit(zoe, init, leaf_changes=changes))


@shows("7.5-1")
def test_a_committers_old_encryption_key() -> None:
    room = followed()
    old = room.group.tree.leaf(0).encryption_key
    with raises_check("7.5-1"):
        room.group.process(room.commit(0, leaf_changes={"encryption_key": old}), NOW)
    room.group.process(room.commit(0, leaf_changes={"encryption_key": hpke_key()}), NOW)


@pytest.mark.parametrize("place", [1, 3, 6, 7])
@shows("7.5-2")
def test_keys_of_the_tree_before(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of an own ancestor put back in, or that of another's leaf: somebody else holds its private half."""
    room = followed()
    node = room.group.tree.nodes[place]
    assert node is not None
    keys = iter([node.encryption_key])
    room.group.process(room.commit(0), NOW)
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: next(keys, None) or hpke_key())
    broken = room.commit(0)
    assert node.encryption_key in [each.encryption_key for each in commit_path(broken).nodes]
    with raises_check("7.5-2"):
        room.group.process(broken, NOW)


@shows("7.5-3")
def test_one_key_twice_in_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    room = followed()
    twice = hpke_key()
    keys = iter([twice, twice])
    room.group.process(room.commit(0), NOW)
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: next(keys, None) or hpke_key())
    broken = room.commit(0)
    with raises_check("7.5-3"):
        room.group.process(broken, NOW)


def commit_path(message: PublicMessage) -> UpdatePath:
    path = commit_body(message).path
    assert path is not None
    return path


# What only members can check


@shows("7.5-9", "7.5-10")
def test_secrets_that_lead_to_other_keys() -> None:
    ana, ben, cyd, dov = talking("ana", "ben", "cyd", "dov")
    suite = ana.identity.suite
    good = crafted(ana)
    other = derive_path(suite, own_places(ana), bytes(32))
    for member in (ben, cyd, dov):
        breaks("7.5-9", taking(member), good, crafted(ana, sealed=other))
    first, second = (derive_path(suite, own_places(ana), bytes([n]) * 32) for n in (1, 2))
    breaks("7.5-10", taking(ben), good, crafted(ana, mixed(first, second)))


@shows("7.6-4", "7.6-5", "7.6-6")
def test_ciphertexts_that_do_not_open() -> None:
    ana, ben, cyd, dov = talking("ana", "ben", "cyd", "dov")
    good = crafted(ana)

    def altered(change: Callable[[HPKECiphertext], HPKECiphertext]) -> bytes:
        def apply(node: UpdatePathNode) -> UpdatePathNode:
            return with_ciphertexts(node, [change(each) for each in ciphertexts(node)])

        return crafted(ana, change=lambda nodes: tuple(apply(node) for node in nodes))

    for member in (ben, cyd, dov):
        spoilt = altered(lambda it: replace(it, ciphertext=flipped(it.ciphertext)))
        breaks("7.6-4", taking(member), good, spoilt)
        breaks("7.6-5", taking(member), good, crafted(ana, context=lambda it: replace(it, epoch=it.epoch + 1)))
        breaks("7.6-6", taking(member), good, altered(lambda it: replace(it, kem_output=it.kem_output[:-1])))


@shows("7.6-4")
def test_ciphertexts_in_another_order() -> None:
    """With the node above them blank, cyd and dov each have a ciphertext of their own; they are exchanged."""
    ana, ben, cyd, dov = talking("ana", "ben", "cyd", "dov")
    everybody = [ana, ben, cyd, dov]
    proposal = dov.group.propose_update(random=dov.random, now=NOW)
    for member in (ana, ben, cyd):
        member.follow(proposal)
    accept(ana.commit(), everybody)

    def exchanged(nodes: tuple[UpdatePathNode, ...]) -> tuple[UpdatePathNode, ...]:
        first, second = ciphertexts(nodes[1])
        return (nodes[0], with_ciphertexts(nodes[1], [second, first]))

    for member in (cyd, dov):
        breaks("7.6-4", taking(member), crafted(ana), crafted(ana, change=exchanged))


# Duties


@shows("7.4-1")
def test_every_path_has_keys_of_its_own() -> None:
    ana, ben = talking("ana", "ben")
    seen: list[bytes] = []
    for _ in range(3):
        pending = ana.commit(force_path=True)
        path = commit_path(public(pending.message))
        seen += [path.leaf_node.encryption_key, *(node.encryption_key for node in path.nodes)]
        accept(pending, [ana, ben])
    assert len(set(seen)) == len(seen) == 6


@shows("7.5-11")
def test_what_a_path_replaced_is_deleted() -> None:
    ana, ben, cyd, dov = talking("ana", "ben", "cyd", "dov")
    secrets = derive_path(ana.identity.suite, own_places(ana), bytes([7]) * 32)
    message = crafted(ana, secrets)
    for member in (ben, cyd, dov):
        before = dict(member.group._state.epoch.keys)
        member.follow(message)
        member.reload()
        after = member.group._state.epoch.keys
        replaced = {key for x, key in before.items() if x in (1, 3)}
        assert replaced and not replaced & set(after.values())
        kept = b"|".join(member.store.values())
        assert not [secret for secret in (*replaced, *secrets.secrets) if secret in kept]
        assert [key for x, key in zip(secrets.places, secrets.private_keys, strict=True) if after.get(x) == key]
