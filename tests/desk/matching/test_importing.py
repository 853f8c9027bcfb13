# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files into lists: all or nothing, on from where it was, and never a word of what stands in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.desk.house import House
from tests.desk.matching.listed import OWNER, a_list, csv_of, imported, some_bits

from privity.desk.matching.errors import FileChanged, FileEmpty, LineRefused, ListBusy, ListUnknown, WrongSource
from privity.desk.matching.importing import files
from privity.desk.matching.importing.files import import_file, look
from privity.desk.matching.importing.reading import lines
from privity.desk.matching.lists import service, store
from privity.desk.matching.lists.lease import leased
from privity.desk.matching.lists.model import Category, HashKind

ROWS = [f"{some_bits(n).hex()},pdq,id-{n}" for n in range(25)]


def test_a_file_becomes_a_version(house: House, tmp_path: Path) -> None:
    a_list(house)
    path = csv_of(tmp_path / "h.csv", ROWS)
    assert look(path).entries == {HashKind.PDQ: 25}
    assert service.named(house.db, "known").version == 0, "to look changes nothing"
    assert (imported(house, "known", path).added, imported(house, "known", path).added) == (25, 0)
    less = imported(house, "known", csv_of(tmp_path / "l.csv", ROWS[5:]), replace=True)
    assert (less.version, less.added, less.removed) == (2, 0, 5)
    assert imported(house, "known", csv_of(tmp_path / "m.csv", ROWS[:1])).added == 1


def test_both_forms_say_the_same(house: House, tmp_path: Path) -> None:
    bits = some_bits(1).hex()
    rows = [f"{bits},PDQ,a,3,true,99", f'{"ab" * 16},md5,"b, c",,,']
    first = csv_of(tmp_path / "a.csv", rows, "hash,kind,id,severity,verified,expires_ms")
    (tmp_path / "a.jsonl").write_text(
        f'{{"hash": "{bits}", "kind": "pdq", "id": "a", "severity": 3, "verified": true, "expires_ms": 99}}\n\n'
        f'{{"hash": "{"ab" * 16}", "kind": "md5", "id": "b, c"}}'
    )
    other = [line.entry for line in lines(tmp_path / "a.jsonl")]
    assert [line.entry for line in lines(first)] == other and len(other) == 2 and other[0].verified


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("secret", "3 fields"),
        (f"{'00' * 31},pdq,x", "64 hexadecimal digits"),
        (f"{'00' * 32},tlsh,x", "pdq, sha256, md5"),
        (f'"{"00" * 32}"x,pdq,x', "3 fields"),
        (f"{'00' * 32},pdq,x,y", "3 fields"),
        ("x" * 5000, "4096 bytes"),
        ("\ud800", "UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(house: House, tmp_path: Path, row: str, said: str) -> None:
    a_list(house)
    path = tmp_path / "h.csv"
    path.write_bytes("\n".join(["hash,kind,id", *ROWS[:3], row, *ROWS[3:]]).encode("utf-8", "surrogatepass"))
    with pytest.raises(LineRefused, match="line 5: ") as told:
        imported(house, "known", path)
    assert said in str(told.value) and "secret" not in str(told.value) and ROWS[0][:64] not in str(told.value)
    assert service.named(house.db, "known").version == 0 and store.staged(house.db, 1) == 0


@pytest.mark.parametrize(
    "row", ["[]", "{}", '{"hash": 1, "kind": "pdq"}', '{"hash": "00", "kind": "pdq", "deadbeef": 1}']
)
def test_an_object_has_its_fields_and_no_others(tmp_path: Path, row: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(row)
    with pytest.raises(LineRefused, match="line 1: expected one JSON object of hash, kind") as told:
        list(lines(path))
    assert "deadbeef" not in str(told.value)


@pytest.mark.parametrize("head", ["hash,id", "hash,kind,colour", "hash,kind,kind", ROWS[0]])
def test_a_table_says_what_its_columns_are(tmp_path: Path, head: str) -> None:
    with pytest.raises(LineRefused, match="line 1: expected the names of columns") as told:
        list(lines(csv_of(tmp_path / "h.csv", ROWS, head)))
    assert ROWS[0][:64] not in str(told.value)


def test_files_without_entries_or_of_another_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileEmpty):
        list(lines(csv_of(tmp_path / "h.csv", [])))
    (tmp_path / "h.xlsx").write_bytes(b"x")
    with pytest.raises(LineRefused, match=r"ends with \.csv, \.jsonl, \.ndjson"):
        list(lines(tmp_path / "h.xlsx"))


def test_an_import_that_was_killed_goes_on_and_shows_nothing_before(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "STEP", 10)
    known = a_list(house)
    path = csv_of(tmp_path / "h.csv", ROWS)
    told: list[int] = []

    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:  # one word while it is looked through, then one for each step
            raise Killed

    with pytest.raises(Killed):
        import_file(
            house.db, OWNER, "known", path, replace=False, now_ms=lambda: house.clock, random=house.random, told=kill
        )
    assert store.staged(house.db, known.number) == 20 and store.progress(house.db, known.number) is not None
    assert service.counts(house.db, known.number) == {}
    steps: list[int] = []
    changed = import_file(
        house.db, OWNER, "known", path, replace=False, now_ms=lambda: house.clock, random=house.random,
        told=lambda done, total: steps.append(done),
    )  # fmt: skip
    assert changed.added == 25 and len(steps) == 2, "looked through, and the one step that was missing"
    assert store.staged(house.db, known.number) == 0


def test_what_was_staged_of_another_file_is_forgotten(house: House, tmp_path: Path) -> None:
    known = a_list(house)
    store.stage(house.db, known.number, [line.entry for line in lines(csv_of(tmp_path / "a.csv", ROWS[:5]))])
    store.set_progress(house.db, known.number, b"d" * 32, 6)
    assert imported(house, "known", csv_of(tmp_path / "b.csv", ROWS[5:])).added == 20


def test_a_file_that_changes_while_it_is_read_is_refused(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, path, real = a_list(house), csv_of(tmp_path / "h.csv", ROWS), look

    def then_changed(path: Path, told: Callable[[int, int], None]) -> files.Looked:
        found = real(path, told)
        csv_of(path, ROWS[:-1])
        return found

    monkeypatch.setattr(files, "look", then_changed)
    with pytest.raises(FileChanged, match="became another file"):
        imported(house, "known", path)
    assert store.staged(house.db, known.number) == 0 and service.named(house.db, "known").version == 0


def test_two_versions_at_once_are_one_after_the_other(house: House, tmp_path: Path) -> None:
    known, path = a_list(house), csv_of(tmp_path / "h.csv", ROWS)
    with leased(house.db, known.number, house.random, lambda: house.clock), pytest.raises(ListBusy):
        imported(house, "known", path)
    assert imported(house, "known", path).version == 1


def test_files_go_into_lists_of_files(house: House, tmp_path: Path) -> None:
    a_list(house, "theirs", Category.NCII, source="stopncii")
    path = csv_of(tmp_path / "h.csv", ROWS)
    with pytest.raises(WrongSource, match="list theirs comes from stopncii"):
        imported(house, "theirs", path)
    with pytest.raises(ListUnknown):
        imported(house, "nobody", path)
