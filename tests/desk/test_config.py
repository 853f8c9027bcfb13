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
        ('hub_url = "http://127.0.0.1:1"\n[desk.exposure]\nviews_a_day = 0\n', "exposure.views_a_day"),
        ('hub_url = "http://127.0.0.1:1"\n[desk.exposure]\nin_a_row = 1001\n', "exposure.in_a_row"),
        ('hub_url = "http://127.0.0.1:1"\n[desk.exposure]\npause_s = 86401\n', "exposure.pause_s"),
        ('hub_url = "http://127.0.0.1:1"\n[desk.matching]\nlist_a_day = 0\n', "matching.list_a_day"),
        ('hub_url = "http://127.0.0.1:1"\n[desk.matching]\nkept_days = 367\n', "matching.kept_days"),
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


@pytest.mark.parametrize(
    ("pages", "listen", "url"),
    [
        ("", None, ""),
        ('listen = "127.0.0.1:8441"\n', ("127.0.0.1", 8441), "http://localhost:8441"),
        ('listen = "[::1]:8441"\n', ("::1", 8441), "http://localhost:8441"),
        (
            'listen = "127.0.0.1:8441"\nconsole_url = "https://desk.example.org/"\n',
            ("127.0.0.1", 8441),
            "https://desk.example.org",
        ),
        (
            'listen = "127.0.0.1:8441"\nconsole_url = "https://desk.example.org:8443"\n',
            ("127.0.0.1", 8441),
            "https://desk.example.org:8443",
        ),
    ],
)
def test_the_pages_listen_on_this_machine_and_are_opened_by_a_name(
    tmp_path: Path, pages: str, listen: tuple[str, int] | None, url: str
) -> None:
    found = config.load(written(tmp_path, 'hub_url = "http://127.0.0.1:1"\n' + pages))
    assert (found.listen, found.console_url) == (listen, url)


@pytest.mark.parametrize(
    ("pages", "error"),
    [
        ('listen = "0.0.0.0:8441"\n', PlaintextRefused),
        ('listen = "192.0.2.7:8441"\n', PlaintextRefused),
        ('listen = "localhost:8441"\n', ConfigInvalid),
        ('listen = "127.0.0.1"\n', ConfigInvalid),
        ('listen = "127.0.0.1:0"\n', ConfigInvalid),
        ('listen = "127.0.0.1:99999"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "http://desk.example"\n', PlaintextRefused),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://127.0.0.1:8441"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://[::1]:8441"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://desk.example/pages"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://name@desk.example"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://Desk.example"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "https://desk.example:x"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = "ftp://desk.example"\n', ConfigInvalid),
        ('listen = "127.0.0.1:8441"\nconsole_url = ""\n', ConfigInvalid),
    ],
)
def test_pages_that_others_could_overhear_or_no_passkey_could_be_for_are_refused(
    tmp_path: Path, pages: str, error: type[ConfigInvalid]
) -> None:
    with pytest.raises(error, match=r"listen|console_url"):
        config.load(written(tmp_path, 'hub_url = "http://127.0.0.1:1"\n' + pages))


def test_how_much_one_person_sees_is_configured(tmp_path: Path) -> None:
    text = 'hub_url = "http://127.0.0.1:1"\n[desk.exposure]\nviews_a_day = 12\nin_a_row = 4\npause_s = 90\n'
    assert config.load(written(tmp_path, text)).exposure == config.Budget(12, 4, 90_000)
    plain = config.load(written(tmp_path, 'hub_url = "http://127.0.0.1:1"\n')).exposure
    assert plain == config.Budget(30, 10, 300_000)
