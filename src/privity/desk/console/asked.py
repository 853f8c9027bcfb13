# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a page is made from: the desk, who asks, what they ask, and ways to answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from aiohttp import web

from privity.desk.config import DeskConfig
from privity.desk.console import csrf, forms, nav
from privity.desk.console.cookies import Cookies
from privity.desk.console.errors import PageUnknown, ProofWanted
from privity.desk.console.forms import Fields, Form
from privity.desk.console.legal_desk import LegalDesk
from privity.desk.console.media import Pictures
from privity.desk.console.recordings import Recordings
from privity.desk.console.referrals import Referrals
from privity.desk.console.rendering import Templates
from privity.desk.console.signals_looking import Looks
from privity.desk.console.uploads import Strangers, Upload
from privity.desk.db.transaction import Db
from privity.desk.intake.again import Again
from privity.desk.keys import DeskKeys
from privity.desk.legal.requests.errors import OfficeMissing
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff import service, signing_in
from privity.desk.staff.errors import ChallengeRefused, NotSignedIn
from privity.desk.staff.model import SignedIn
from privity.wire.staff import ProfileFacts

F = TypeVar("F", bound=Form)
ANSWER: Final = "answer"
"""The field with what a passkey answered."""
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Console:
    """What all pages share."""

    db: Db = field(repr=False)
    keys: DeskKeys
    config: DeskConfig
    door: signing_in.Door = field(repr=False)
    cookies: Cookies
    templates: Templates = field(repr=False)
    pictures: Pictures = field(repr=False)
    recordings: Recordings = field(repr=False)
    now_ms: Callable[[], int]
    random: Callable[[int], bytes]
    referrals: Referrals | None = None
    """None where the pages run without a hub."""
    profile: Callable[[str], Awaitable[ProfileFacts]] | None = field(default=None, repr=False)
    """Asks the hub what an account shows of itself, by its URI or its handle; raises HubError or Refusal."""
    again: Again | None = field(default=None, repr=False)
    """Tries reports that did not open again; None without a hub, too."""
    legal: LegalDesk | None = field(default=None, repr=False)
    """None where the house answers no legal requests."""
    strangers: Strangers = field(default_factory=Strangers, repr=False)
    looks: Looks = field(default_factory=Looks, repr=False)

    @property
    def origin(self) -> str:
        return self.door.place.origin


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, once it has passed the door."""

    console: Console = field(repr=False)
    path: str
    parts: Mapping[str, str]
    """What stands in the path."""
    asked_for: Fields = field(repr=False)
    """What stands behind the question mark."""
    fields: Fields = field(repr=False)
    """What a form brought, without the token and the passkey's answer."""
    answer: str = field(repr=False)
    cookie: str = field(repr=False)
    """The session's, or the door's."""
    somebody: SignedIn | None
    now_ms: int
    files: tuple[Upload, ...] = field(default=(), repr=False)
    """What a form brought along, on a page that takes files."""

    @property
    def db(self) -> Db:
        return self.console.db

    @property
    def keys(self) -> DeskKeys:
        return self.console.keys

    @property
    def config(self) -> DeskConfig:
        return self.console.config

    @property
    def legal(self) -> LegalDesk:
        """Raises OfficeMissing: then the page says that this house answers no legal requests."""
        if self.console.legal is None:
            raise OfficeMissing("this house answers no legal requests: its configuration has no [desk.legal]")
        return self.console.legal

    @property
    def random(self) -> Callable[[int], bytes]:
        return self.console.random

    @property
    def me(self) -> SignedIn:
        """Whoever asks. Raises NotSignedIn on a page that is open to everybody."""
        if self.somebody is None:
            raise NotSignedIn("sign in first")
        return self.somebody

    @property
    def browser(self) -> bytes:
        """What names this browser to a question for a passkey."""
        return signing_in.token_hash(self.cookie)

    def number(self, name: str) -> int:
        """A number in the path. Raises PageUnknown."""
        text = self.parts[name]
        if _NUMBER.fullmatch(text) is None or int(text) > MAX_NUMBER:
            raise PageUnknown("there is no such page: its address has no number where one belongs")
        return int(text)

    def form(self, kind: type[F]) -> F:
        """What the form holds. Raises FormInvalid."""
        return forms.to(kind, self.fields)

    def query(self, kind: type[F]) -> F:
        """What stands behind the question mark. Raises FormInvalid."""
        return forms.to(kind, self.asked_for)

    def fresh(self, purpose: str) -> None:
        """Raise unless the form carries an answer of the person's passkey for exactly this.

        Raises PasskeyRefused, or ProofWanted where no answer came or it is too old: then a page asks again and keeps
        what was filled in.
        """
        if not self.answer:
            raise ProofWanted(purpose, "this takes your passkey now")
        try:
            signing_in.fresh(self.db, self.console.door, self.me, purpose, self.answer, self.now_ms)
        except ChallengeRefused as err:
            raise ProofWanted(purpose, str(err)) from None

    def html(self, template: str, /, status: int = 200, **values: Any) -> web.Response:
        """A page."""
        text = self.console.templates.render(template, **self._about(), **values)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def go(self, path: str) -> web.Response:
        """To another page of the desk, with GET."""
        return web.Response(status=303, headers={"Location": path})

    def _about(self) -> dict[str, Any]:
        """What every template may use."""
        me = self.somebody
        return {
            "me": me,
            "here": self.path,
            "places": () if me is None else nav.shown(self.db, me.acting, self.path, self.now_ms),
            "csrf": csrf.token_of(self.cookie),
            "step_up": self._step_up,
            "name_of": self._name_of,
            "now_ms": self.now_ms,
        }

    def _step_up(self, purpose: str) -> str:
        return signing_in.ask_fresh(self.db, self.console.door, self.me, purpose, self.now_ms)

    def _name_of(self, who: str) -> str:
        return service.name_of(self.db, who)
