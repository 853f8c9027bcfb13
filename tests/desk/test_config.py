# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's section of privity.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.desk import config
from privity.desk.errors import ConfigInvalid, PlaintextRefused


def written(folder: Path, desk: str) -> Path:
    path = folder / "privity.toml"
    path.write_text('[hub]\nhost = "hub.example"\n[desk]\n' + desk)
    return path


def test_defaults_lie_beside_the_file(tmp_path: Path) -> None:
    found = config.load(written(tmp_path, 'hub_url = "http://127.0.0.1:8440/"\n'))
    assert found.hub_url == "http://127.0.0.1:8440"
    assert found.database == tmp_path / "desk" / "desk.db"
    assert found.intake_key == tmp_path / "desk" / "keys" / "intake.key"
    assert found.staff_key == tmp_path / "desk" / "keys" / "staff.key"
    assert found.evidence_key == tmp_path / "desk" / "keys" / "evidence.key"


@pytest.mark.parametrize(
    ("desk", "word"),
    [
        ("", "hub_url"),
        ('hub_url = "http://127.0.0.1:1"\nhub_urk = "x"\n', "hub_urk"),
        ('hub_url = "http://127.0.0.1:1"\npoll_interval_s = 0.0\n', "poll_interval_s"),
        ('hub_url = "http://127.0.0.1:1"\npoll_interval_s = nan\n', "poll_interval_s"),
        ('hub_url = "http://127.0.0.1:1"\npoll_interval_s = "soon"\n', "poll_interval_s"),
        ('hub_url = "http://127.0.0.1:1"\ndata = ""\n', "data"),
        ('hub_url = "ftp://127.0.0.1"\n', "hub_url"),
        ('hub_url = "http://127.0.0.1:99999"\n', "hub_url"),
        ('hub_url = "http://127.0.0.1:1/prefix"\n', "hub_url"),
        ('hub_url = "https://name@hub.example"\n', "hub_url"),
        ("hub_url = [\n", "privity.toml"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, desk: str, word: str) -> None:
    with pytest.raises(ConfigInvalid, match=word):
        config.load(written(tmp_path, desk))


@pytest.mark.parametrize("url", ["http://hub.example", "http://10.0.0.1:80", "http://localhost:8440"])
def test_plain_http_leaves_no_machine(tmp_path: Path, url: str) -> None:
    with pytest.raises(PlaintextRefused):
        config.load(written(tmp_path, f'hub_url = "{url}"\n'))


def test_https_and_ipv6_loopback_are_fine(tmp_path: Path) -> None:
    for url in ("https://hub.example", "http://[::1]:8440"):
        assert config.load(written(tmp_path, f'hub_url = "{url}"\n')).hub_url == url


def test_a_missing_file_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="privity init"):
        config.load(tmp_path / "none.toml")
