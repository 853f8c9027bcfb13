# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A scratch file gives back what was written, at every place, and is noise to whoever reads the disk."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest

from privity.client.errors import SaveRefused
from privity.faces.app.scratch import scratch
from tests.faces.app.errands import nameless


def test_what_was_written_is_read_at_every_place_and_by_nobody_on_disk(tmp_path: Path) -> None:
    chance, file = random.Random(1), scratch(tmp_path)
    data = b"the canary sings " * 50_000
    at = 0
    while at < len(data):
        size = chance.choice((1, 15, 16, 17, 4_000, 300_000))
        file.write(data[at : at + size])
        at += size
    file.flush()
    for _ in range(200):
        place, size = chance.randrange(len(data)), chance.choice((1, 15, 16, 17, 9_000))
        file.seek(place)
        assert file.read(size) == data[place : place + size]
    assert file.seek(0, os.SEEK_END) == len(data) and file.read() == b""
    (sealed,) = nameless(tmp_path)
    assert len(sealed) == len(data) and b"canary" not in sealed
    assert list(tmp_path.iterdir()) == []
    other = scratch(tmp_path)
    other.write(data)
    other.flush()
    assert len({each[:64] for each in nameless(tmp_path)}) == 2, "no two have one key"
    for each in (file, other):
        each.close()
    assert nameless(tmp_path) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    with scratch(tmp_path) as file:
        file.write(b"once")
        file.flush()
        sealed = file.raw  # type: ignore[attr-defined]  # without its buffer
        sealed.seek(0)
        with pytest.raises(io.UnsupportedOperation):
            sealed.write(b"twice")
        with pytest.raises(ValueError, match="before the beginning"):
            sealed.seek(-1)


def test_a_full_disk_is_a_refusal_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SaveRefused, match="no room on disk"):
        scratch(tmp_path / "nowhere")

    class Full(io.FileIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("privity.faces.app.scratch.tempfile.TemporaryFile", lambda **_: Full(tmp_path / "full", "w+"))
    file = scratch(tmp_path)
    file.write(b"x")
    with pytest.raises(SaveRefused, match="No space"):
        file.flush()
    with pytest.raises(SaveRefused):
        file.close()
    assert file.closed
