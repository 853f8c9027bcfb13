# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What pages of legal requests need beside the database: the rules, who writes letters, who may open what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from privity.desk.config import DeskConfig
from privity.desk.keys import DeskKeys
from privity.desk.legal.answers.model import Release
from privity.desk.legal.answers.service import Writing
from privity.desk.legal.collecting.holding import must_be_held
from privity.desk.legal.notices.planning import Telling, telling_of
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.setting import office_of
from privity.desk.legal.releasing.sources import software
from privity.desk.legal.requests.office import Rules, rules_of
from privity.desk.legal.vault.custody import Custody
from privity.desk.legal.vault.shares import Shares
from privity.desk.legal_office import LegalOffice
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.errors import TooManyTries
from privity.desk.staff.signing_in import Door
from privity.tlog.verifier_key import VerifierKey

GUEST_MS: Final = 15 * 60_000
"""How long somebody of an agency is remembered after they showed a passkey."""
MAX_GUESTS: Final = 1000
FILED_AN_HOUR: Final = 600
"""Requests that anybody may hand in on the open page within an hour, all of them together."""
_HOUR_MS: Final = 3_600_000


class Guests:
    """Who of an agency showed a passkey a while ago, by their browser. In memory alone: a restart forgets them."""

    __slots__ = ("_here",)

    def __init__(self) -> None:
        self._here: dict[bytes, tuple[int, int]] = {}

    def come(self, browser: bytes, person: int, now_ms: int) -> None:
        """`browser` names a cookie that was made for this, so that none from before counts."""
        self._here = {each: seen for each, seen in self._here.items() if 0 < seen[1] - now_ms <= GUEST_MS}
        while len(self._here) >= MAX_GUESTS:
            del self._here[next(iter(self._here))]
        self._here[browser] = (person, now_ms + GUEST_MS)

    def person(self, browser: bytes, now_ms: int) -> int | None:
        """The number of who it is, as the agencies have it; None where nobody is remembered."""
        person, until_ms = self._here.get(browser, (None, 0))
        return person if 0 < until_ms - now_ms <= GUEST_MS else None

    def leave(self, browser: bytes) -> None:
        self._here.pop(browser, None)


class Flood:
    """How many requests came on the open page within the hour. It counts them and looks at none."""

    __slots__ = ("_began_ms", "_count")

    def __init__(self) -> None:
        self._began_ms = 0
        self._count = 0

    def one_more(self, now_ms: int) -> None:
        """Raises TooManyTries, whoever comes and with whatever."""
        if not 0 <= now_ms - self._began_ms < _HOUR_MS:
            self._began_ms, self._count = now_ms, 0
        if self._count >= FILED_AN_HOUR:
            raise TooManyTries("more came within this hour than anybody could look at; call the desk, or try again")
        self._count += 1


@dataclass(frozen=True, slots=True)
class LegalDesk:
    """One for each running desk that answers legal requests."""

    rules: Rules
    custody: Custody
    shares: Shares
    writing: Writing
    telling: Telling
    """The notices of the people who are concerned; the one that the desk itself tells them by."""
    contact: str
    """Where authorities write to, as it is published."""
    door: Door = field(repr=False)
    """Of the people of agencies: their wrong codes close no door to staff."""
    guests: Guests = field(default_factory=Guests, repr=False)
    flood: Flood = field(default_factory=Flood, repr=False)
    office: Office | None = None
    """None where nothing leaves: the configuration says nothing of releases."""


def legal_desk_of(
    config: DeskConfig, keys: DeskKeys, log: VerifierKey, now_ms: int, random: Callable[[int], bytes]
) -> LegalDesk | None:
    """None where the configuration says nothing of legal requests. `log`: the key of the audit log.

    Raises KeysInvalid, or what keeps profile and rulebook from being read; ProfileRefused where the profile says that
    something is held that no table holds.
    """
    if config.legal is None:
        return None
    rules = rules_of(config.legal)
    must_be_held(rules.profile)
    office = office_of(config, keys, log, now_ms, random)
    return made_of(config, keys, config.legal, rules, random, office)


def made_of(
    config: DeskConfig,
    keys: DeskKeys,
    legal: LegalOffice,
    rules: Rules,
    random: Callable[[int], bytes],
    office: Office | None = None,
) -> LegalDesk:
    """The same, by rules that were read already."""
    place = Place(config.console_url, urlsplit(config.console_url).hostname or "")
    operator = config.audit_name.partition("/")[0] if legal.releasing is None else legal.releasing.operator
    made_by = software(version("privity"))
    release = Release(made_by.name, made_by.version, made_by.capabilities_sha256)
    return LegalDesk(
        rules=rules,
        custody=Custody(keys.evidence, legal.vault_officers),
        shares=Shares(),
        writing=Writing(keys.evidence, rules, operator, legal.contact, release),
        telling=telling_of(keys.evidence, rules, legal, config.audit_name.partition("/")[0], random),
        contact=legal.contact,
        door=Door(place, Challenges(random), Tries(), random),
        office=office,
    )
