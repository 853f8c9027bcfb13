# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A token lets one page in, once and soon; both sides prove themselves; what is kept, or overheard, lets nobody in."""

from __future__ import annotations

import hmac
import stat
from pathlib import Path

import pytest

from privity.faces.app.errors import NoSession, TokenRefused
from privity.faces.app.limits import MAX_SESSIONS, MAX_TOKENS, SESSION_MS, TOKEN_S
from privity.faces.app.port.entering import Entered, Hello
from privity.faces.app.tokens import LABEL, Doorkeeper
from tests.faces.app.pages import answer_to

HERE = "127.0.0.1:4000"


def prove(keeper: Doorkeeper, entered: Entered, host: str = HERE) -> str:
    """The session of a new connection. Raises NoSession."""
    hello = Hello(name=entered.name, nonce="aa" * 32)
    asked = keeper.ask(hello, host)
    shown = answer_to(asked.proof, hello, entered, host)
    assert shown is not None
    return keeper.admit(asked, shown.proof)


def test_a_token_works_once(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    token = keeper.token()
    keeper.check(keeper.enter(token).session)
    with pytest.raises(TokenRefused, match="used before"):
        keeper.enter(token)


def test_a_token_ends(tmp_path: Path) -> None:
    now = [0.0]
    keeper = Doorkeeper(tmp_path / "sessions", lambda: now[0])
    early, late = keeper.token(), keeper.token()
    now[0] = TOKEN_S
    keeper.enter(early)
    now[0] = TOKEN_S + 0.1
    with pytest.raises(TokenRefused, match="seconds"):
        keeper.enter(late)
    with pytest.raises(TokenRefused):  # and what was refused once stays so
        keeper.enter(late)


@pytest.mark.parametrize("token", ["", "x", "é" * 43, "\ud800", "a" * 1000])
def test_what_never_was_a_token_is_refused(tmp_path: Path, token: str) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    keeper.token()
    with pytest.raises(TokenRefused):
        keeper.enter(token)
    with pytest.raises(NoSession):
        keeper.check(token)


def test_a_token_is_no_session_and_a_session_is_no_token(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    token = keeper.token()
    with pytest.raises(NoSession):
        keeper.check(token)
    entered = keeper.enter(token)
    for word in (entered.session, entered.name, entered.lasting):
        with pytest.raises(TokenRefused):
            keeper.enter(word)
    for word in (entered.name, entered.lasting):
        with pytest.raises(NoSession):
            keeper.check(word)


def test_the_oldest_gives_way(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    tokens = [keeper.token() for _ in range(MAX_TOKENS + 1)]
    with pytest.raises(TokenRefused):
        keeper.enter(tokens[0])
    pages = [keeper.enter(tokens[1])]
    pages += [keeper.enter(keeper.token()) for _ in range(MAX_SESSIONS - 1)]
    prove(keeper, pages[0])  # one that is used is not the oldest
    keeper.enter(keeper.token())
    for word in (lambda: keeper.check(pages[1].session), lambda: prove(keeper, pages[1])):
        with pytest.raises(NoSession):
            word()
    prove(keeper, pages[0])


def test_nothing_that_lets_in_is_kept(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    token = keeper.token()
    entered = keeper.enter(token)
    renewed = prove(keeper, entered)
    kept = repr([getattr(keeper, name) for name in Doorkeeper.__slots__]) + (tmp_path / "sessions").read_text()
    for word in (token, entered.session, entered.lasting, renewed):
        assert word not in kept
        assert word not in repr(entered)


def test_who_read_the_file_is_no_page(tmp_path: Path) -> None:
    """With all that is on disk a daemon can be played, and that takes this user's rights already."""
    keeper = Doorkeeper(tmp_path / "sessions")
    name = keeper.enter(keeper.token()).name
    (kept,) = keeper._known.values()
    asked = keeper.ask(Hello(name=name, nonce=""), HERE)
    said = "\n".join((LABEL, HERE, name, "", asked.proof.nonce)).encode()
    for key in (kept.page_hash, kept.daemon_key, bytes(32)):
        mask = hmac.digest(kept.page_hash, said, "sha256")
        for guess in (mask, key, bytes(one ^ other for one, other in zip(key, mask, strict=True))):
            with pytest.raises(NoSession, match="not who it says"):
                keeper.admit(asked, guess.hex())


@pytest.mark.parametrize("proof", ["", "x", "00", "00" * 32, "00" * 33, "é" * 64, "\ud800"])
def test_what_is_no_proof_is_refused(tmp_path: Path, proof: str) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    asked = keeper.ask(Hello(name=keeper.enter(keeper.token()).name, nonce="\ud800"), HERE)
    with pytest.raises(NoSession):
        keeper.admit(asked, proof)


def test_a_proof_is_good_for_one_connection_and_one_address(tmp_path: Path) -> None:
    """A program on the page's port that passes everything on to the daemon's new port gets nothing from either."""
    keeper = Doorkeeper(tmp_path / "sessions")
    entered = keeper.enter(keeper.token())
    hello = Hello(name=entered.name, nonce="aa" * 32)
    first = keeper.ask(hello, HERE)
    shown = answer_to(first.proof, hello, entered, HERE)
    assert shown is not None
    second = keeper.ask(hello, HERE)
    with pytest.raises(NoSession):
        keeper.admit(second, shown.proof)
    elsewhere = keeper.ask(hello, "127.0.0.1:4001")
    assert answer_to(elsewhere.proof, hello, entered, HERE) is None, "the page must not answer"
    keeper.check(keeper.admit(first, shown.proof))


def test_another_program_proves_no_daemon(tmp_path: Path) -> None:
    entered = (keeper := Doorkeeper(tmp_path / "sessions")).enter(keeper.token())
    hello = Hello(name=entered.name, nonce="aa" * 32)
    other = Doorkeeper(tmp_path / "others")
    with pytest.raises(NoSession):
        other.ask(hello, HERE)
    stranger = other.enter(other.token())
    proof = other.ask(Hello(name=stranger.name, nonce=hello.nonce), HERE).proof
    assert answer_to(proof, hello, entered, HERE) is None


def test_a_session_ends_with_its_daemon_and_its_page_goes_on(tmp_path: Path) -> None:
    """What a browser kept of it, and a program that took the port may have read, is worth nothing afterwards."""
    now = [1_700_000_000_000]
    file = tmp_path / "sessions"
    first = Doorkeeper(file, now_ms=lambda: now[0])
    token, other = first.token(), first.token()
    entered = first.enter(token)
    renewed = prove(first, entered)
    with pytest.raises(NoSession):  # it gave way to the one of the last connection
        first.check(entered.session)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second = Doorkeeper(file, now_ms=lambda: now[0])
    for stolen in (entered.session, renewed):
        with pytest.raises(NoSession):
            second.check(stolen)
        with pytest.raises(NoSession):
            second.again(stolen)
    second.check(prove(second, entered))
    for used in (token, other):  # tokens end with the daemon that gave them
        with pytest.raises(TokenRefused):
            second.enter(used)
    now[0] += SESSION_MS + 1
    with pytest.raises(NoSession):
        prove(Doorkeeper(file, now_ms=lambda: now[0]), entered)
    now[0] -= 2 * SESSION_MS  # a clock that is set back lengthens nothing
    with pytest.raises(NoSession):
        prove(Doorkeeper(file, now_ms=lambda: now[0]), entered)


def test_a_page_that_is_loaded_anew_shows_its_session(tmp_path: Path) -> None:
    keeper = Doorkeeper(tmp_path / "sessions")
    entered = keeper.enter(keeper.token())
    anew = keeper.again(entered.session)
    assert {anew.session, anew.name, anew.lasting}.isdisjoint({entered.session, entered.name, entered.lasting})
    keeper.check(prove(keeper, anew))
    keeper.check(prove(keeper, entered))  # a tab that was doubled goes on in both


@pytest.mark.parametrize("left", [b"", b"[", b"{}", b'[{"hash":1}]', b"\xff"])
def test_a_file_that_is_not_whole_lets_nobody_in(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "sessions").write_bytes(left)
    keeper = Doorkeeper(tmp_path / "sessions")
    with pytest.raises(NoSession):
        keeper.check("")
    keeper.check(keeper.enter(keeper.token()).session)
