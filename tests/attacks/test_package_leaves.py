# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each leaf of each JSON of a package and each line of its checkpoint, walked and not drawn: changed by a stranger, by
those who sign without those who approved, and by everybody against what the receiver trusts.

The ordinary run takes every few of the changes, `make prove` all of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from privity.production import canonical
from privity.production.building import Package
from privity.production.model import Kind
from privity.production.statement import Manifest
from tests.attacks.test_package_mutated import Receiver, opened, other, production, receiver, signed_again
from tests.production.scene import changed, saved

__all__ = ["production", "receiver"]

APPROVALS, CHECKPOINT, KEYS = "attest/approvals.json", "attest/checkpoint.txt", "attest/keys.json"
UNREAD = '"another":'
"""A member that is not of the format: nobody reads it, and the hash of its file is under the signatures."""


def leaves(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value that holds no others."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inside or not value:
        yield at
    for name, one in inside:
        yield from leaves(one, (*at, name))


def found_at(value: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        value = value[step]
    return value


def jsons(package: Package) -> Mapping[str, Any]:
    return {path: json.loads(data) for path, data in package.files.items() if path.endswith(".json")}


def lines(note: bytes) -> Iterator[bytes]:
    """A note without one of its lines, with one twice, with one another, and with two in another order."""
    given = note.decode().split("\n")
    for n, line in enumerate(given):
        for new in ([], [line, line], [line[:-1] + ("A" if line[-1:] != "A" else "B")]):
            yield "\n".join([*given[:n], *new, *given[n + 1 :]]).encode()
        if given[n : n + 2] != given[n : n + 2][::-1]:
            yield "\n".join([*given[:n], *given[n : n + 2][::-1], *given[n + 2 :]]).encode()


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_the_generator_reaches_every_leaf(receiver: Receiver, kind: Kind) -> None:
    package = receiver.scene.package(kind)
    _, said = opened(package)
    assert {KEYS, "attest/production.dsse.json"} <= set(jsons(package))
    for path, value in {**jsons(package), "the statement": said}.items():
        ways = list(leaves(value))
        reached = set()
        for new in other(value):
            if list(leaves(new)) == ways:
                differ = [way for way in ways if found_at(new, way) != found_at(value, way)]
                assert len(differ) == 1, (path, differ)
                reached.update(differ)
        assert reached == {way for way in ways if found_at(value, way) not in ([], {})}, path


def check_strangers(receiver: Receiver, kind: Kind, step: int) -> None:
    package = receiver.scene.package(kind)
    changes = [(path, canonical.encode(new)) for path, value in jsons(package).items() for new in other(value)]
    note = package.files.get(CHECKPOINT)
    changes += [] if note is None else [(CHECKPOINT, data) for data in lines(note) if data != note]
    receiver.count += 1
    place = saved(package, receiver.folder / f"leaves-{receiver.count}")
    for path, data in changes[::step]:
        (place / path).write_bytes(data)
        assert receiver.looks_at(place).code == 1, (path, data)
        (place / path).write_bytes(package.files[path])
    assert receiver.looks_at(place).code == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_a_stranger_changes_no_leaf(receiver: Receiver, kind: Kind) -> None:
    check_strangers(receiver, kind, 7)


@pytest.mark.prove
@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_a_stranger_changes_no_leaf_in_full(receiver: Receiver, kind: Kind) -> None:
    check_strangers(receiver, kind, 1)


def with_file(receiver: Receiver, package: Package, path: str, data: bytes, **named: Any) -> Package:
    """Another file in `attest`, which those who sign name in a new statement, stamped anew."""
    _, said = opened(package)
    forged = signed_again(receiver.scene, package, {**said, "predicate": {**said["predicate"], **named}})
    return changed(forged, {path: data})


def check_signers(receiver: Receiver, package: Package, step: int) -> None:
    """Those who sign name other approvals or another checkpoint: without passkeys, and without the log's key."""
    _, said = opened(package)
    given = json.loads(package.files[APPROVALS])
    made = [one for one in other(given) if UNREAD not in json.dumps(one)]
    for n, one in enumerate(given["approvals"]):
        for client in other(json.loads(base64.b64decode(one["client_data"]))):
            told = {**one, "client_data": base64.b64encode(json.dumps(client).encode()).decode()}
            made.append({"approvals": [*given["approvals"][:n], told, *given["approvals"][n + 1 :]]})
    for new in made[::step]:
        data = canonical.encode(new)
        forged = with_file(receiver, package, APPROVALS, data, approvals_sha256=canonical.sha256(data))
        assert receiver.looks(forged).failed == {"approvals"}, new
    note, audit = package.files[CHECKPOINT], said["predicate"]["audit"]
    for bent in list(lines(note))[::step]:
        if bent == note:
            continue
        told = {**audit, "checkpoint_sha256": canonical.sha256(bent)}
        assert receiver.looks(with_file(receiver, package, CHECKPOINT, bent, audit=told)).failed == {"log"}, bent
    for name in ("approved_at", "approvals_sha256", "audit"):
        for new in other(said["predicate"][name]):
            if UNREAD not in json.dumps(new):
                found = receiver.looks(with_file(receiver, package, APPROVALS, package.files[APPROVALS], **{name: new}))
                assert found.failed, (name, new)


def test_pp_2_those_who_sign_change_no_leaf_of_approvals_and_no_line_of_a_checkpoint(
    receiver: Receiver, production: Package
) -> None:
    check_signers(receiver, production, 3)


@pytest.mark.prove
def test_pp_2_those_who_sign_change_no_leaf_in_full(receiver: Receiver, production: Package) -> None:
    check_signers(receiver, production, 1)


@pytest.mark.parametrize(
    "moment", ["", "now", "2026-11-22T11:00:000", "2026-11-22 11:00:00Z", "2026-11-22T11:00:00.5Z"]
)
def test_pp_2_a_time_that_is_none_is_refused_whoever_signs(
    receiver: Receiver, production: Package, moment: str
) -> None:
    """As text it stands between the others. Nobody approves when they approved, so that the verifier has to look."""
    for name in ("approved_at", "collected_at"):
        _, said = opened(production)
        forged = signed_again(receiver.scene, production, {**said, "predicate": {**said["predicate"], name: moment}})
        assert "time-stamp" in receiver.looks(forged).failed, name


def check_everybody(receiver: Receiver, step: int) -> None:
    """Keys that the receiver does not trust, and files that are not those of the bag: everybody of the house signs."""
    scene = receiver.scene
    prepared = scene.prepared()
    said = prepared.manifest.statement
    keys = json.loads(prepared.keys)
    for new in list(other(keys["keys"]))[::step]:
        data = canonical.encode({**keys, "keys": new})
        told = {**said, "predicate": {**said["predicate"], "keys_sha256": canonical.sha256(data)}}
        forged = scene.finished(replace(prepared, keys=data, manifest=Manifest(told)))
        assert receiver.looks(forged).failed, new
    for new in list(other(said["subject"]))[::step]:
        if UNREAD not in json.dumps(new):
            forged = scene.finished(replace(prepared, manifest=Manifest({**said, "subject": new})))
            assert receiver.looks(forged).failed == {"bag"}, new


def test_pp_2_everybody_together_changes_no_key_and_no_name_of_a_file(receiver: Receiver) -> None:
    check_everybody(receiver, 7)


@pytest.mark.prove
def test_pp_2_everybody_together_changes_no_key_and_no_name_of_a_file_in_full(receiver: Receiver) -> None:
    check_everybody(receiver, 1)
