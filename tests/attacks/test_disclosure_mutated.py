# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is changed in a disclosure, the verifier of messages says so, or says less than before.

Most changes are made by the exporter, who alone can sign the package again: each member of each file, each byte of what
proves, each part of each proof of the key log, each swap. What is the exporter's word is named here, and nothing else.
PRIVITY_PROVE_DISCLOSURES lowers or raises the full count of `make prove`.
"""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from privity.keylog.proof import LookupProof
from privity.production import canonical
from tests.attacks.test_package_mutated import other
from tests.production.talk import DSSE, Exporter, Talk, Told, look

QUICK = 60
COUNT = int(os.environ.get("PRIVITY_PROVE_DISCLOSURES", 100_000))
WORDS = {
    *(f"selection.json {name}" for name in ("handle", "role", "recipient", "purpose", "statement", "made_at")),
    *(f"selection.json {name}" for name in ("shown", "left_out", "asked", "gaps")),
    *(f"keylog/log.json {name}" for name in ("log_key", "vrf_key", "witnesses", "quorum")),
    *(f"messages/{n:05}.json {name}" for n in (1, 2, 3) for name in ("handle", "generation")),
    "messages/00003.json epoch",
}
"""What the exporter says, and nothing proves: files and members."""
BINARY = ("messages/", "keylog/0", "contexts/", "lists/", "attachments/")


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Exporter:
    made = Exporter(Talk(), tmp_path_factory.mktemp("disclosure") / "package")
    told = made.look({})
    assert (told.code, told.failed) == (0, set())
    assert told.results("signature") == ["pass", "pass", "own"]
    assert told.results("time") == ["attested", "claimed", "claimed"]
    return made


def weaker(told: Told) -> bool:
    """It is not verified, or the proof that was taken out is missed."""
    return told.code == 1 or told.results("time") != ["attested", "claimed", "claimed"]


def members(exporter: Exporter) -> Iterator[tuple[str, str, bytes]]:
    """Every other value of every member of every JSON file, and every member that is gone or new."""
    for name in exporter.names():
        if name.endswith(".json"):
            said = exporter.json(name)
            yield name, "another", canonical.encode({**said, "another": 1})
            for member, value in said.items():
                yield name, member, canonical.encode({key: kept for key, kept in said.items() if key != member})
                for new in (*other(value), None if value is not None else 1, [], {}, True, -1, 1 << 53, "\x00"):
                    if canonical.encode(new) != canonical.encode(value):
                        yield name, member, canonical.encode({**said, member: new})


def check_members(exporter: Exporter, step: int) -> None:
    changes = list(members(exporter))
    assert len(changes) > 800
    taken = set()
    for name, member, data in changes[::step]:
        told = exporter.look({name: data})
        if not weaker(told):
            taken.add(f"{name} {member}")
    assert taken <= WORDS


def test_every_member_that_is_not_the_exporters_word_is_checked(exporter: Exporter) -> None:
    check_members(exporter, 11)


@pytest.mark.prove
def test_every_member_that_is_not_the_exporters_word_is_checked_in_full(exporter: Exporter) -> None:
    check_members(exporter, 1)


def decoded(value: Any) -> bytes | None:
    """Bytes in base64, if it is that."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) and len(value) % 4 == 0 else None
    except ValueError:
        return None


def flips(exporter: Exporter, rng: random.Random) -> dict[str, bytes]:
    """One bit of one thing that proves, wherever it lies: in a file, or in base64 in one."""
    name = rng.choice([name for name in exporter.names() if name.startswith(BINARY)])
    if not name.endswith(".json"):
        return {name: flipped(rng, exporter.read(name))}
    said = exporter.json(name)
    parts = [said, *(said[inner] for inner in ("authorship", "frank", "attestation") if said.get(inner))]
    while True:
        part = rng.choice(parts)
        member = rng.choice(sorted(part))
        data = decoded(part[member])
        if data and member not in ("text", "handle", "kind", "content_type"):
            part[member] = base64.b64encode(flipped(rng, data)).decode()
            return {name: canonical.encode(said)}


def flipped(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def flip_all(exporter: Exporter, count: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        files = flips(exporter, rng)
        assert exporter.look(files).code == 1, files


def test_every_bit_of_what_proves_counts_although_the_exporter_signs(exporter: Exporter) -> None:
    flip_all(exporter, QUICK, 1)


@pytest.mark.prove
def test_every_bit_of_what_proves_counts_in_full(exporter: Exporter) -> None:
    flip_all(exporter, COUNT, 2)


def test_a_stranger_changes_nothing(exporter: Exporter) -> None:
    """Without the exporter's key: one byte of any file, a file more, less, or of another name."""
    rng = random.Random(3)
    for path in [*exporter.before, *rng.choices([DSSE, "attest/keys.json"], k=30)]:
        file, before = exporter.place / path, exporter.before[path]
        file.write_bytes(flipped(rng, before))
        assert "files" in look(exporter.place, exporter.talk.trust).failed, path
        file.unlink()
        assert "files" in look(exporter.place, exporter.talk.trust).failed, path
        moved = file.with_name(f"x{file.name}")
        moved.write_bytes(before)
        assert "files" in look(exporter.place, exporter.talk.trust).failed, path
        moved.unlink()
        file.write_bytes(before)
    for folder in ("bag", "bag/data", "bag/data/messages"):
        added = exporter.place / folder / "added.txt"
        added.write_bytes(b"")
        assert "files" in look(exporter.place, exporter.talk.trust).failed
        added.unlink()
    assert look(exporter.place, exporter.talk.trust).code == 0


def test_every_file_is_missed_and_none_is_one_too_many(exporter: Exporter) -> None:
    for name in exporter.names():
        assert weaker(exporter.look({name: None})), name
    for added in ("messages/00004.json", "messages/1.json", "keylog/00009.json", "keylog/more.json"):
        assert exporter.look({added: b"{}"}).code == 1, added
    for added in ("contexts/x.bin", f"contexts/{'0' * 64}.bin", f"lists/{'0' * 64}.bin", "attachments/00001-9.png"):
        assert exporter.look({added: b"\xa0"}).code == 1, added


PIECES = ("content", "id", "authorship", "frank", "attestation", "attachments", "sender", "text", "server_time_ms")
INSIDE = ("aad", "signature", "leaf_node", "leaf_index", "group_context")


def check_swaps(exporter: Exporter, step: int) -> None:
    """Each piece alone, and each pair of them. Frank and time of one message can be put to another of the same sender
    and room: that is why an unattested time is only claimed."""
    said = {name: exporter.json(name) for name in exporter.names("messages/")}
    pairs = [(first, second) for at, first in enumerate(PIECES) for second in PIECES[at:]]
    swaps = [(one, two, pair) for one in said for two in said for pair in pairs]
    for one, two, pair in swaps[::step]:
        mixed = {**said[one], **{name: said[two][name] for name in pair}}
        if canonical.encode(mixed) != canonical.encode(said[one]):
            assert weaker(exporter.look({one: canonical.encode(mixed)})), (one, two, pair)


def test_nothing_of_one_message_fits_another(exporter: Exporter) -> None:
    check_swaps(exporter, 4)
    one, two = (exporter.json(name) for name in exporter.names("messages/")[:2])
    for mine, theirs in ((one, two), (two, one)):
        for member in INSIDE:
            proof = {**mine["authorship"], member: theirs["authorship"][member]}
            if proof != mine["authorship"]:
                mixed = canonical.encode({**mine, "authorship": proof})
                assert exporter.look({f"messages/{mine['n']:05}.json": mixed}).code == 1, member


@pytest.mark.prove
def test_nothing_of_one_message_fits_another_in_full(exporter: Exporter) -> None:
    check_swaps(exporter, 1)


def test_another_messages_frank_makes_a_time_that_is_claimed_and_no_more(exporter: Exporter) -> None:
    one, two = (exporter.json(name) for name in exporter.names("messages/")[:2])
    frank = {**one["frank"], "tag": two["frank"]["tag"]}
    mixed = {**two, "frank": frank, "server_time_ms": one["server_time_ms"]}
    told = exporter.look({"messages/00002.json": canonical.encode(mixed)})
    assert told.results("time")[1] == "claimed"
    with_attestation = {**mixed, "attestation": one["attestation"]}
    told = exporter.look({"messages/00002.json": canonical.encode(with_attestation)})
    assert "time 2" in told.failed


def bent(value: Any) -> Iterator[Any]:
    """Every proof with one thing in it changed, dropped, doubled or in another place."""
    match value:
        case None:
            return
        case int():
            yield from (value + 1, max(0, value - 1))
        case bytes():
            yield from (bytes(len(value)), value[:-1] + bytes([value[-1] ^ 1]) if value else b"x")
        case tuple():
            for n, one in enumerate(value):
                yield (*value[:n], *value[n + 1 :])
                yield (*value[:n], one, *value[n:])
                yield from ((*value[:n], new, *value[n + 1 :]) for new in bent(one))
                if n:
                    yield (*value[: n - 1], one, value[n - 1], *value[n + 1 :])
        case _ if is_dataclass(value) and not isinstance(value, type):
            for each in fields(value):
                for new in bent(getattr(value, each.name)):
                    yield replace(value, **{each.name: new})


def bent_proofs(exporter: Exporter) -> Iterator[tuple[str, bytes, bool]]:
    """Files with a proof in which one thing is another, and whether it is only a date that was left out."""
    for name in exporter.names("keylog/0"):
        said = exporter.json(name)
        proof = LookupProof.decode(base64.b64decode(said["proof"]))
        for new in bent(proof):
            try:
                data = new.encode()
            except (OverflowError, ValueError, TypeError):
                continue
            if data != proof.encode():
                changed = canonical.encode({**said, "proof": base64.b64encode(data).decode()})
                yield name, changed, len(new.dated) < len(proof.dated)


def check_proofs(exporter: Exporter, step: int) -> None:
    changes = list(bent_proofs(exporter))
    assert len(changes) > 300
    for name, data, fewer_dates in changes[::step]:
        told = exporter.look({name: data})
        assert fewer_dates or "log" in told.failed, name


def test_a_date_that_is_left_out_hides_nothing(exporter: Exporter) -> None:
    """Without its dates nobody knows when a key was in force, and so the verifier does not say it."""
    (ben,) = [
        name for name in exporter.names("keylog/0") if exporter.json(name)["label"] == exporter.talk.ben.label.decode()
    ]
    dropped = [data for name, data, fewer in bent_proofs(exporter) if fewer and name == ben]
    assert len(dropped) == 3
    for data in dropped:
        told = exporter.look({ben: data})
        assert (told.code, "listed" in told.results("key")) == (1, True)


def test_every_part_of_every_proof_of_the_log_counts(exporter: Exporter) -> None:
    check_proofs(exporter, 7)


@pytest.mark.prove
def test_every_part_of_every_proof_of_the_log_counts_in_full(exporter: Exporter) -> None:
    check_proofs(exporter, 1)


def test_a_proof_of_another_log_or_of_somebody_else_proves_nothing(exporter: Exporter, tmp_path: Path) -> None:
    """Another log of the same host, with everything in it true for those who believe its key."""
    another = Exporter(Talk(2), tmp_path / "another")
    assert another.look({}).code == 0
    assert {"log"} <= another.look({}, exporter.talk.trust).failed
    for name in exporter.names("keylog/0"):
        told = exporter.look({name: another.read(name)})
        assert "log" in told.failed
        said = exporter.json(name)
        for foreign in exporter.names("keylog/0"):
            label = exporter.json(foreign)["label"]
            if label != said["label"]:
                assert "log" in exporter.look({name: canonical.encode({**said, "label": label})}).failed
