# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are torn, damaged, mixed or gone are named, and made anew from the list; a full disk leaves them whole."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.desk.matching.index.hashes import Listed, filled

from privity.desk.matching.index import index as of_index
from privity.desk.matching.index import manifest
from privity.desk.matching.index.errors import (
    ChangesDiffer,
    FilesUnusable,
    GenerationWrong,
    ManifestDamaged,
    ManifestMissing,
    ManifestUnknown,
    NotWritten,
    SegmentDamaged,
    SegmentMissing,
    SegmentTorn,
)
from privity.desk.matching.index.index import Index
from privity.desk.matching.index.segment import NAMES

FIRST = Path("segment-00000001")


@pytest.fixture
def listed() -> Listed:
    return filled(60, random.Random(4))


@pytest.fixture
def folder(tmp_path: Path, listed: Listed) -> Path:
    Index.open(tmp_path / "index", listed)
    return tmp_path / "index"


def bent(path: Path, place: int) -> None:
    """One bit is another."""
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


def cut(path: Path, count: int) -> None:
    path.write_bytes(path.read_bytes()[:count])


def refused(folder: Path, listed: Listed, error: type[FilesUnusable], match: str) -> None:
    """By its name; then it is made anew, and knows everything."""
    with pytest.raises(error, match=match) as told:
        Index(folder, listed)
    assert type(told.value) is error
    again = Index.open(folder, listed)
    assert type(again.made_anew) is error
    assert all(again.within(bits) == [(0, entry)] for entry, bits in listed.standing.items())
    assert Index.open(folder, listed).made_anew is None
    assert len(list(folder.glob("segment-*"))) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_named_and_made_anew(folder: Path, listed: Listed, name: str) -> None:
    size = (folder / FIRST / name).stat().st_size
    for place in (64, size - 1):
        path = next(folder.glob("segment-*")) / name
        bent(path, place)
        refused(folder, listed, SegmentDamaged, f"{name} of generation")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("left", [0, 63, 64, -1])
def test_a_torn_file_is_named_and_made_anew(folder: Path, listed: Listed, name: str, left: int) -> None:
    cut(folder / FIRST / name, left)
    refused(folder, listed, SegmentTorn, name)


def test_a_longer_file_is_no_better(folder: Path, listed: Listed) -> None:
    with (folder / FIRST / "order").open("ab") as file:
        file.write(b"\0")
    refused(folder, listed, SegmentTorn, "order: .* bytes expected")


def test_something_else_in_the_place_of_a_file_is_named(folder: Path, listed: Listed) -> None:
    bent(folder / FIRST / "entries", 0)
    refused(folder, listed, SegmentTorn, "entries does not begin")


def test_a_file_of_another_generation_is_named(folder: Path, listed: Listed) -> None:
    kept = folder.with_name("kept")
    shutil.copytree(folder / FIRST, kept)
    Index(folder, listed).compact()
    shutil.copyfile(kept / "hashes", folder / "segment-00000002" / "hashes")
    refused(folder, listed, GenerationWrong, "hashes: generation 2 expected, got 1")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(folder: Path, listed: Listed, name: str) -> None:
    (folder / FIRST / name).unlink()
    refused(folder, listed, SegmentMissing, f"{name} of generation 1")


def told(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    """The manifest with something else in it."""

    def changed(path: Path) -> None:
        found = json.loads(path.read_text())
        change(found)
        path.write_text(json.dumps(found))

    return changed


def fewer(found: dict[str, object]) -> None:
    index = found["index"]
    assert isinstance(index, dict)
    index["count"] -= 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (Path.unlink, ManifestMissing),
        (lambda path: cut(path, 0), ManifestDamaged),
        (lambda path: cut(path, 40), ManifestDamaged),
        (lambda path: path.write_text("[]"), ManifestDamaged),
        (told(lambda found: found.pop("sha256")), ManifestDamaged),
        (told(fewer), ManifestDamaged),
        (told(lambda found: found.update(format=2)), ManifestUnknown),
    ],
)
def test_a_manifest_that_is_not_as_written_is_named(
    folder: Path, listed: Listed, change: Callable[[Path], None], error: type[FilesUnusable]
) -> None:
    change(folder / manifest.NAME)
    refused(folder, listed, error, "manifest.json")


def test_changes_of_another_past_are_noticed(folder: Path, listed: Listed) -> None:
    """As after a backup of the database was put back, and the list went another way."""
    listed.standing.pop(listed.changes.pop().entry)
    refused(folder, listed, ChangesDiffer, "change 60")
    listed.standing.pop(listed.changes.pop().entry)
    listed.add(59, bytes(32))
    refused(folder, listed, ChangesDiffer, "change 59")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a disk that is full."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / FIRST).iterdir()}


def test_a_full_disk_leaves_the_old_base(folder: Path, listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_index, "TAIL_MOST", 5)
    index = Index.open(folder, listed)
    for entry in range(100, 110):
        listed.add(entry, os.urandom(32))
    index.catch_up(listed)
    before = digests(folder)
    with files_of_at_most(1 << 20):
        with pytest.raises(NotWritten, match="File too large"):
            index.compact()
        index.compact_if_due()
        with pytest.raises(NotWritten, match="OSError: File too large"):
            while True:
                index.compact_if_due()
        with pytest.raises(NotWritten, match="generation 1 of the index could not be written"):
            Index.open(folder.with_name("another"), listed)
    assert digests(folder) == before
    assert all((0, entry) in index.within(bits) for entry, bits in listed.standing.items())
    assert not index.compact_if_due(), "it waits for twice as many changes"
    assert index._child is None
    assert Index.open(folder, listed).made_anew is None
    index.compact()
    assert index.generation == 2


def test_files_that_are_taken_away_are_missed_and_what_is_mapped_answers_on(folder: Path, listed: Listed) -> None:
    index = Index.open(folder, listed)
    shutil.rmtree(folder)
    with pytest.raises(ManifestMissing):
        index.compact_if_due()
    assert index.within(listed.standing[5]) == [(0, 5)]
    assert isinstance(Index.open(folder, listed).made_anew, ManifestMissing)
