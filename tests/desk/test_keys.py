# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's keys: made once, 0600, never shown, never overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.desk import config
from privity.desk.errors import AlreadyInitialised, ConfigInvalid, KeysInvalid
from privity.desk.init import write_fresh
from privity.desk.keys import open_keys, read_key


def section(folder: Path) -> config.DeskConfig:
    return config.check(config.DeskSection(hub_url="http://127.0.0.1:1"), folder)


def test_fresh_keys_open_and_match_their_public_halves(tmp_path: Path) -> None:
    public = write_fresh(tmp_path / "desk" / "keys")
    keys = open_keys(section(tmp_path))
    assert keys.staff.public_key() == public.staff_public_key
    intake = X25519PrivateKey.from_private_bytes(keys.intake)
    assert intake.public_key().public_bytes_raw() == public.intake_public_key


def test_keys_of_before_are_read_beside_the_desks_own_and_like_them(tmp_path: Path) -> None:
    write_fresh(tmp_path / "desk" / "keys")
    found = tmp_path / "found.key"
    named = config.DeskSection(hub_url="http://127.0.0.1:1", older_intake_keys=["found.key"])
    with pytest.raises(KeysInvalid, match="found"):
        open_keys(config.check(named, tmp_path))
    found.touch(0o600)
    found.write_bytes(b"\x05" * 32)
    assert open_keys(config.check(named, tmp_path)).older_intake == (b"\x05" * 32,)
    found.chmod(0o644)
    with pytest.raises(KeysInvalid, match="open to other users"):
        open_keys(config.check(named, tmp_path))
    for wrong in ([""], ["x"] * 9):
        section = config.DeskSection(hub_url="http://127.0.0.1:1", older_intake_keys=wrong)
        with pytest.raises(ConfigInvalid, match="older_intake_keys"):
            config.check(section, tmp_path)


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    write_fresh(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"intake.key": 0o600, "staff.key": 0o600, "evidence.key": 0o600, "audit.key": 0o600}


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    write_fresh(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(AlreadyInitialised):
        write_fresh(tmp_path)
    (tmp_path / "intake.key").unlink()
    with pytest.raises(AlreadyInitialised):
        write_fresh(tmp_path)
    assert not (tmp_path / "intake.key").exists()
    assert all((tmp_path / name).read_bytes() == before[name] for name in ("staff.key", "evidence.key"))


def test_keys_open_to_others_short_long_or_missing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "staff.key"
    with pytest.raises(KeysInvalid, match="privity init"):
        read_key(path)
    for content, mode, word in ((b"k" * 32, 0o640, "chmod"), (b"k" * 31, 0o600, "31"), (b"k" * 33, 0o600, "more")):
        path.write_bytes(content)
        path.chmod(mode)
        with pytest.raises(KeysInvalid, match=word):
            read_key(path)


def test_no_key_shows_in_a_repr(tmp_path: Path) -> None:
    write_fresh(tmp_path / "desk" / "keys", os.urandom)
    keys = open_keys(section(tmp_path))
    assert repr(keys) == "<DeskKeys>"
    assert keys.intake.hex() not in repr(keys)
