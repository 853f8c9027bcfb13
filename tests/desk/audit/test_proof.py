# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Exports and proofs of single entries: they hold away from the desk, and what was changed in them does not."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.desk.audit import export, log, proof
from privity.desk.audit.errors import AuditError, BadExport, CheckpointRefused, NoSuchEntry
from privity.desk.audit.proof import EntryProof
from privity.desk.audit.verify import verify
from privity.desk.db.transaction import Db
from tests.desk.audit.logs import KEY, NAME, PRIVATE, entry, filled, genuine, noted

SIZES = (1, 2, 3, 7, 8, 21)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Db]:
    db = filled(tmp_path_factory.mktemp("desk") / "desk.db", 21)
    yield db
    db.close()


@pytest.mark.parametrize("size", SIZES)
def test_each_entry_is_proven_under_each_checkpoint(db: Db, size: int) -> None:
    note = noted(genuine(size))
    for n in range(size):
        made = proof.prove(db, n, note)
        again = EntryProof.decode(made.encode())
        assert again == made
        assert proof.check(again, KEY) == entry(n)


def test_there_is_no_proof_of_what_is_not_there(db: Db) -> None:
    for n in (7, 21, -1):
        with pytest.raises(NoSuchEntry):
            proof.prove(db, n, noted(genuine(7)))


def test_no_other_entry_place_or_key_passes(db: Db) -> None:
    made = proof.prove(db, 5, noted(genuine(21)))
    for changed in (
        dataclasses.replace(made, entry=entry(5, "a better story").encode()),
        dataclasses.replace(made, index=4),
        dataclasses.replace(made, path=made.path[:-1]),
        dataclasses.replace(made, path=made.path[::-1]),
        dataclasses.replace(made, note=noted(genuine(20))),
    ):
        with pytest.raises(BadExport):
            proof.check(changed, KEY)
    with pytest.raises(CheckpointRefused):
        proof.check(dataclasses.replace(made, note=noted(genuine(21), private=b"\x01" * 32)), KEY)


def test_an_entry_that_says_another_place_is_refused() -> None:
    entries = [entry(1).encode()]
    with pytest.raises(BadExport, match="says that it is number 1"):
        proof.check(EntryProof(entries[0], 0, (), noted(entries)), KEY)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_proof_with_a_changed_byte_is_refused_or_says_the_same(db: Db, at: int, flip: int) -> None:
    made = bytearray(proof.prove(db, 5, noted(genuine(21))).encode())
    made[at % len(made)] ^= flip
    try:
        assert proof.check(EntryProof.decode(bytes(made)), KEY) == entry(5)
    except AuditError:
        return


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_proofs_decode_totally(data: bytes) -> None:
    for read in (data, b"c2sp.org/tlog-proof@v1\nextra " + data, b"c2sp.org/tlog-proof@v1\nextra YQ==\nindex " + data):
        with pytest.raises(BadExport):
            EntryProof.decode(read)


def test_an_export_is_checked_without_the_desk(db: Db, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    note = log.sign(db, NAME, PRIVATE)
    assert export.write(path, note, log.entries(db)) == 21
    assert path.stat().st_mode & 0o077 == 0
    with path.open("rb") as file:
        signed, entries = export.read(file)
        assert verify(entries, KEY, [signed]).vouched == 21
    assert path.read_bytes().split(b"\n")[1:-1] == genuine(21)
    with pytest.raises(BadExport, match="never overwrites"):
        export.write(path, note, [])


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b'{"checkpoint":"x"}\n', b'{"checkpoint":"a\\n0\\n"}\n', b"\xff\n"]
)
def test_what_is_no_export_is_refused(data: bytes) -> None:
    with pytest.raises(BadExport):
        export.read(io.BytesIO(data))


def test_an_export_that_ends_in_the_middle_is_refused(db: Db, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    export.write(path, noted(genuine(21)), genuine(21))
    _, entries = export.read(io.BytesIO(path.read_bytes()[:-5]))
    with pytest.raises(BadExport):
        list(entries)
