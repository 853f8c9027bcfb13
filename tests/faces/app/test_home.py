# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The home is its owner's alone, and the name of an account is one folder in it and nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from privity.faces.app.browser import show
from privity.faces.app.errors import BadName, HomeRefused, NoAccount, PageMissing, TooManyAccounts
from privity.faces.app.home import MAX_SOCKET_PATH, Home, checked_name
from privity.faces.app.house import House
from privity.faces.app.limits import MAX_ACCOUNTS
from privity.faces.app.lock import Vigil
from privity.faces.app.page import BuiltPage


def house(home: Home) -> House:
    home.prepare()
    return House(home, Vigil(0.0), lambda: 0)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "/etc",
        "a..b",
        ".a",
        "a.",
        "-a",
        "A",
        "ä",
        "a b",
        "a\0",
        "a\n",
        "x" * 41,
        "~",
    ],
)
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName):
        checked_name(name)
    for ask in (house(Home(tmp_path / "home")).account, house(Home(tmp_path / "home")).begun):
        with pytest.raises(BadName):
            ask(name)


@pytest.mark.parametrize("name", ["a", "alice.b", "work-2", "x" * 40, "0_0"])
def test_plain_names_are_names(name: str) -> None:
    assert checked_name(name) == name


def test_an_account_that_is_not_there_has_a_named_refusal(tmp_path: Path) -> None:
    with pytest.raises(NoAccount):
        house(Home(tmp_path / "home")).account("nobody")


def test_a_home_has_an_end(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    for number in range(MAX_ACCOUNTS):
        folder = home.accounts / f"a{number}"
        folder.mkdir()
        (folder / "device.header").touch()
    full = house(home)
    assert len(full.shown()) == MAX_ACCOUNTS
    with pytest.raises(TooManyAccounts):
        full.begun("one-more")


def test_everything_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    (tmp_path / "home").mkdir(mode=0o755)
    home.prepare()
    for folder in (home.folder, home.accounts, home.attempts):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_home_that_cannot_be_one_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeRefused):
        Home(tmp_path / "file").prepare()
    with pytest.raises(HomeRefused, match="too long"):
        Home(tmp_path / ("x" * MAX_SOCKET_PATH)).prepare()


def test_one_program_at_a_time_has_a_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with home.held() as first, home.held() as second:
        assert (first, second) == (True, False)
    with home.held() as again:
        assert again


def test_the_port_of_the_last_time_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert home.last_port() == 0
    home.keep_port(12_345)
    assert home.last_port() == 12_345
    for torn in ("", "x", "-1", "0", "70000", "1" * 5000):
        (home.folder / "app.port").write_text(torn)
        assert home.last_port() == 0


def test_the_token_is_no_argument_of_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every user of a machine sees how a program was called; the file that is named instead is its owner's alone."""
    called: list[str] = []

    def opened(url: str) -> bool:
        called.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", opened)
    file = tmp_path / "enter.html"
    for token in ("a-first-token", "a-second-token"):
        assert show(f"http://127.0.0.1:1/#{token}", file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert f'content="0;url=http://127.0.0.1:1/#{token}"' in file.read_text()
    assert called == [file.as_uri()] * 2


def test_without_a_built_page_one_is_told_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(PageMissing, match="make app"):
        BuiltPage.load(tmp_path)


def test_the_built_page_is_in_memory_and_names_no_path(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "a.js").write_text("1")
    built = BuiltPage.load(tmp_path)
    assert built.assets["a.js"].content_type == "text/javascript"
    assert "../index.html" not in built.assets
