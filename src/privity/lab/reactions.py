# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What people do about abusers: answer a request or not, read, freeze, report, block, regret.

Every chance hangs on who does what to whom and not on what was drawn before.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from privity.lab.account import Account, Case
from privity.lab.asking import contact
from privity.lab.attacker import Act
from privity.lab.chances import chance, lognormal
from privity.lab.desk import Desk
from privity.lab.moderators import of_report
from privity.lab.observing import Observing
from privity.lab.parameters import Parameters
from privity.lab.population import Population
from privity.lab.timeline import Happening, Timeline
from privity.lab.truth import Harm, ViewTruth
from privity.policy.age import is_minor
from privity.policy.contact import Audience, Standing, audience
from privity.wire.observed import MOST_MUTUAL, Observed, ObservedKind

HOUR_MS: Final = 3_600_000
SCRIPTED: Final = frozenset({Harm.EXTORTION, Harm.GROOMING})
"""Harms of which devices know scripts; of a picture that comes without a word they know none."""


class Reactions:
    """Of everybody whom abusers ask, write to, or show something. `aids`: devices warn their own people."""

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        timeline: Timeline,
        observing: Observing,
        desk: Desk,
        *,
        aids: bool,
    ) -> None:
        self._population, self._parameters, self._aids = population, parameters, aids
        self._timeline, self._observing, self._desk = timeline, observing, desk
        self._blocked: set[tuple[int, int]] = set()

    def drawn(self, case: Case, target: int, what: str) -> float:
        """The chance of this between these two, the same in every arm."""
        return chance(self._population.seed, what, case.number, target)

    def asked(self, account: Account, target: int, act: Act, now_ms: int) -> Iterator[Observed]:
        """A first contact: they see it or not, and say yes, or nothing, or block, or report."""
        if target in account.contacts or (account.number, target) in self._blocked:
            return
        population, of, case = self._population, self._parameters, account.case
        account.asked += 1
        friends = population.contacts(target)
        mutual = min(MOST_MUTUAL, sum(1 for one in account.contacts if one in friends))
        yield from self._observing.seen(ObservedKind.ASKED, now_ms, account.number, other=target, mutual=mutual)
        minor = is_minor(population.says(target))
        sees = audience(
            Standing(minor),
            blocked=False,
            listed=bool(population.listed[target]),
            share_room=False,
            guarded=bool(population.guarded[target]),
        )
        u, later = self.drawn(case, target, "answer"), self._later(case, target, now_ms)
        told = Standing(minor, wanted=True)
        if sees is Audience.NOBODY:
            first = population.minor[target] and u < of["victims.asks_first_minor"]
            if first and contact(Standing(minor, asked=True, wanted=True)):
                self._timeline.at(later, self._accepted(account, target))
            return
        if sees is Audience.GUARDIAN:
            vouched = u < (of["contact.vouched"] if mutual else of["contact.vouched_stranger"])
            said_yes = Standing(minor, granted=vouched, vouched=vouched, wanted=True)
        else:
            kind = "minor" if population.minor[target] else "adult"
            yes = u < min(0.85, of[f"victims.accept_stranger_{kind}"] + mutual * of["contact.accepted_each"])
            said_yes = Standing(minor, granted=yes, wanted=True)
        if said_yes != told and contact(said_yes):
            self._timeline.at(later, self._accepted(account, target))
            return
        if act.harmful and self.drawn(case, target, "blocks") < of["victims.blocks_ask"]:
            self._timeline.at(later, self._blocks(account, target))
        if act.harmful and self.drawn(case, target, "reports ask") < of["victims.reports_ask"]:
            self._timeline.at(later + 60_000, self._reports(account, target))

    def asked_own(self, account: Account, other: Account, now_ms: int) -> Iterator[Observed]:
        """A first contact between two accounts of one abuser: the hub sees it as any other."""
        if other.banned or other.number in account.contacts:
            return
        account.asked += 1
        account.asked_own.add(other.number)
        mutual = min(MOST_MUTUAL, len(set(account.contacts) & set(other.contacts)))
        yield from self._observing.seen(ObservedKind.ASKED, now_ms, account.number, other=other.number, mutual=mutual)

    def accepted_own(self, account: Account, asking: Account, now_ms: int) -> Iterator[Observed]:
        """One account of an abuser says yes to another that has asked it."""
        if asking.banned or account.number not in asking.asked_own:
            return
        asking.asked_own.remove(account.number)
        for one, other in ((asking, account), (account, asking)):
            one.contacts.append(other.number)
            one.fresh.append(other.number)
        yield from self._observing.seen(ObservedKind.ACCEPTED, now_ms, account.number, other=asking.number)

    def read(self, account: Account, known: Sequence[int], act: Act, now_ms: int) -> None:
        """What contacts do about a message that harms them."""
        case, of = account.case, self._parameters
        kind = "severe" if act.severe else "message"
        for target in known:
            if target in account.frozen or (act.severe and self._warned(account, target, "aids.noticed")):
                continue
            self.met(account, target, now_ms, severe=act.severe)
            if act.severe:
                self._warned(account, target, "aids.noticed_demand")
            later = self._later(case, target, now_ms)
            if self.drawn(case, target, kind) < of[f"victims.reports_{kind}"]:
                self._timeline.at(later, self._reports(account, target, severe=act.severe))
            blocks = of["victims.blocks_severe" if act.severe else "victims.blocks_ask"]
            if self.drawn(case, target, "blocks message") < blocks:
                self._timeline.at(later + 30_000, self._blocks(account, target))

    def met(self, account: Account, target: int, now_ms: int, *, severe: bool) -> None:
        """Somebody meets a harm."""
        case, population = account.case, self._population
        if severe:
            case.severe_at[account.since, account.stage(now_ms)] += 1
        uri, minor = population.uri(target), bool(population.minor[target])
        case.views.append(ViewTruth(now_ms, case.attacker.harm, case.number, uri, minor, severe))

    def shown(self, account: Account, now_ms: int, *, severe: bool) -> None:
        """An account shows something harmful to everybody, from now on."""
        self._timeline.at(now_ms + HOUR_MS, self._looked_at(account, 0, severe))

    def _accepted(self, account: Account, target: int) -> Happening:
        """They said yes, or asked for the same: the hub observes both as this."""

        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned or target in account.contacts:
                return
            account.contacts.append(target)
            account.fresh.append(target)
            yield from self._observing.seen(ObservedKind.ACCEPTED, now_ms, target, other=account.number)

        return happen

    def _warned(self, account: Account, target: int, noticed: str) -> bool:
        """Whether the person's own device knew the script, and they froze the contact. Nobody else learns of it."""
        case, of = account.case, self._parameters
        if not self._aids or case.attacker.harm not in SCRIPTED:
            return False
        knew = self.drawn(case, target, "notices") < of[noticed]
        if knew and self.drawn(case, target, "freezes") < of["aids.heeded"]:
            account.frozen.add(target)
        return target in account.frozen

    def _looked_at(self, account: Account, hour: int, severe: bool) -> Happening:
        """People come by what an account shows to everybody, hour after hour, until it is hidden."""

        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned:
                return
            case, of = account.case, self._parameters
            seen = self.drawn(case, hour, "looks") < 1 - math.exp(-of["victims.shown_public"])
            if account.hidden_until <= now_ms and seen:
                viewer = int(self.drawn(case, hour, "who looks") * self._population.size)
                self.met(account, viewer, now_ms, severe=severe)
                if self.drawn(case, hour, "tells") < of["victims.reports_severe"]:
                    yield from self._reports(account, viewer, severe=severe)(now_ms)
            self._timeline.at(now_ms + HOUR_MS, self._looked_at(account, hour + 1, severe))

        return happen

    def _blocks(self, account: Account, target: int) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned or (account.number, target) in self._blocked:
                return
            self._blocked.add((account.number, target))
            if target in account.contacts:
                account.contacts.remove(target)
            yield from self._observing.seen(ObservedKind.BLOCKED, now_ms, target, other=account.number)

        return happen

    def _reports(self, account: Account, target: int, *, severe: bool = False) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned:
                return
            case = account.case
            case.reported_ms = now_ms if case.reported_ms is None else case.reported_ms
            yield from self._observing.seen(ObservedKind.REPORTED, now_ms, target, other=account.number)
            self._desk.reviewed(account, of_report(case.attacker.harm, severe=severe), now_ms, reported=True)

        return happen

    def _later(self, case: Case, target: int, now_ms: int) -> int:
        median = self._parameters["victims.answer_hours"]
        return now_ms + int(lognormal(median, 1.0, self.drawn(case, target, "delay")) * HOUR_MS) + 1
