# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who may enter: a token in an address works once and soon, and lets in one page, which is known by proofs afterwards.

Another program can take this port while no daemon runs, and a page that connects by itself would tell it everything it
tells us. So a page keeps two words. With one (`session`) it fetches files and loads itself anew; that one ends with the
daemon that gave it, and is worth nothing to whoever comes later. The other (`lasting`) never leaves the page again:
each side proves that it knows it, the daemon first, and both proofs name the address, so that nobody in between can
pass them on. What is kept of it on disk proves a daemon, and makes nobody a page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from privity.client.host import wall_ms
from privity.faces.app.errors import NoSession, TokenRefused
from privity.faces.app.limits import MAX_SESSIONS, MAX_TOKENS, SESSION_MS, TOKEN_S
from privity.faces.app.port.entering import DaemonProof, Entered, Hello
from privity.faces.app.whole import write_whole

BYTES: Final = 32
LABEL: Final = "privity page 1"
"""What is proven, so that no other use of the keys makes the same proof."""


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page that was let in: what its word is checked with, and when that ends (ms since 1970)."""

    name: str
    page_hash: bytes
    daemon_key: bytes
    until_ms: int

    def __repr__(self) -> str:
        return f"<Known page until {self.until_ms}>"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that said its name and has not proven it. `proof` is this daemon's."""

    proof: DaemonProof
    _known: Known = field(repr=False)
    _said: bytes = field(repr=False)


class Doorkeeper:
    """Gives tokens to whoever may show the page, and words to the page. `file` keeps what a restart must know."""

    __slots__ = ("_file", "_known", "_now_ms", "_now_s", "_sessions", "_tokens")

    def __init__(
        self, file: Path, now_s: Callable[[], float] = time.monotonic, now_ms: Callable[[], int] = wall_ms
    ) -> None:
        self._file = file
        self._now_s = now_s
        self._now_ms = now_ms
        self._tokens: dict[bytes, float] = {}
        """Hash of each token that was not used, and when it ends."""
        self._known = {each.name: each for each in _kept(file)}
        """The one that proved itself last comes last."""
        self._sessions: dict[str, bytes] = {}
        """The name of a page, and the hash of its session."""

    def token(self) -> str:
        """A fresh one."""
        token = secrets.token_urlsafe(BYTES)
        self._tokens[_hash(token)] = self._now_s() + TOKEN_S
        while len(self._tokens) > MAX_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        return token

    def enter(self, token: str) -> Entered:
        """The words of a new page. The token is used up. Raises TokenRefused."""
        wanted = _hash(token)
        found = [each for each in self._tokens if hmac.compare_digest(each, wanted)]
        if not found:
            raise TokenRefused("this address was used before, or is not of this program: run `privity app` again")
        if self._tokens.pop(found[0]) < self._now_s():
            raise TokenRefused(f"this address worked for {TOKEN_S:.0f} seconds only: run `privity app` again")
        return self._let_in()

    def again(self, session: str) -> Entered:
        """Words for a page that was loaded anew, and has forgotten all but its session. Raises NoSession."""
        self.check(session)
        return self._let_in()

    def check(self, session: str) -> None:
        """Raise NoSession unless this daemon gave this session, and it lasts."""
        wanted = _hash(session)
        known = [
            hmac.compare_digest(each, wanted) and self._lasts(self._known[name])
            for name, each in self._sessions.items()
        ]
        if not any(known):
            raise NoSession("this page is not known here: run `privity app` again")

    def ask(self, hello: Hello, host: str) -> Asked:
        """Prove this daemon to a page that was let in at this address, and ask it for its proof. Raises NoSession."""
        known = self._known.get(hello.name)
        if known is None or not self._lasts(known):
            raise NoSession("this page is not known here: run `privity app` again")
        nonce = secrets.token_hex(BYTES)
        said = "\n".join((LABEL, host, hello.name, hello.nonce, nonce)).encode("utf-8", "surrogatepass")
        return Asked(DaemonProof(nonce=nonce, proof=_mac(known.daemon_key, said).hex()), known, said)

    def admit(self, asked: Asked, proof: str) -> str:
        """A fresh session for a page that proves itself, in the place of its last one. Raises NoSession."""
        known, mask = asked._known, _mac(asked._known.page_hash, asked._said)
        try:
            page_key = _xor(bytes.fromhex(proof), mask)
        except ValueError:
            raise NoSession("a proof is 64 hex digits") from None
        if self._known.get(known.name) is not known or not hmac.compare_digest(_sha(page_key), known.page_hash):
            raise NoSession("this page is not who it says it is: run `privity app` again")
        self._known[known.name] = self._known.pop(known.name)
        return self._session(known.name)

    def _let_in(self) -> Entered:
        lasting, name = secrets.token_hex(BYTES), secrets.token_hex(BYTES // 2)
        page_key, daemon_key = keys(lasting)
        self._known = {each.name: each for each in self._known.values() if self._lasts(each)}
        self._known[name] = Known(name, _sha(page_key), daemon_key, self._now_ms() + SESSION_MS)
        while len(self._known) > MAX_SESSIONS:
            del self._known[next(iter(self._known))]
        self._sessions = {each: value for each, value in self._sessions.items() if each in self._known}
        write_whole(self._file, msgspec.json.encode(list(self._known.values())))
        return Entered(session=self._session(name), name=name, lasting=lasting)

    def _session(self, name: str) -> str:
        session = secrets.token_urlsafe(BYTES)
        self._sessions[name] = _hash(session)
        return session

    def _lasts(self, known: Known) -> bool:
        """One that would last longer than any was written under a clock that was wrong."""
        return 0 <= known.until_ms - self._now_ms() <= SESSION_MS


def keys(lasting: str) -> tuple[bytes, bytes]:
    """What the page proves itself with, and what the daemon does. The daemon keeps a hash of the first."""
    return _mac(lasting.encode(), b"page"), _mac(lasting.encode(), b"daemon")


def _xor(proof: bytes, mask: bytes) -> bytes:
    """Raises ValueError for one of another length."""
    return bytes(one ^ other for one, other in zip(proof, mask, strict=True))


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _hash(word: str) -> bytes:
    return _sha(word.encode("utf-8", "surrogatepass"))


def _kept(file: Path) -> list[Known]:
    """What the last start knew; nothing where the file is not whole: pages then enter anew."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Known])[-MAX_SESSIONS:]
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
