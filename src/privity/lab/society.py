# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What abusers do in a world, what people answer, and what the desk does: in the order of time, act by act.

An act counts only where the hub would have let it: the rules of contact and of standing are those of `policy`, and the
limits are those of the hub. Every chance hangs on who does what to whom and not on what was drawn before, so that the
same world can be played with and without a signal.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from privity.desk.cases.priority import HIGHEST
from privity.lab.account import Account, Case
from privity.lab.asking import contact
from privity.lab.attacker import Act, ActKind, Attacker, Outside, Own, Seen, Told
from privity.lab.chances import chance, lognormal, stream
from privity.lab.hub_limits import Buckets
from privity.lab.moderators import Moderators, Urgency, of_report
from privity.lab.parameters import Parameters
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.telling import Teller, window_end
from privity.lab.truth import Harm, ViewTruth
from privity.lab.watching import Finding, Watcher
from privity.message.report import Reason
from privity.mls.errors import PolicyRefused
from privity.policy.age import is_minor
from privity.policy.contact import Audience, Standing, audience
from privity.policy.standing import Deed, check_standing
from privity.server.limits import LIMITS
from privity.wire.age import AgeBand
from privity.wire.observed import MOST_MUTUAL, Observed, ObservedKind
from privity.wire.standing import StandingState

HOUR_MS: Final = 3_600_000
MATCHED_HOURS: Final = 14 * 24
"""For so long a match hides what was matched, unless a person decides before."""
ATTEMPTS: Final = 5
"""So often somebody who was banned tries to come back."""
SCRIPTED: Final = frozenset({Harm.EXTORTION, Harm.GROOMING})
"""Harms of which devices know scripts; of a picture that comes without a word they know none."""
WORDS: Final = 2_048
PICTURE: Final = 256 * 1024
"""Bytes of a message."""
_TOLD: Final = {StandingState.GOOD: Told.GOOD, StandingState.LIMITED: Told.LIMITED, StandingState.BANNED: Told.BANNED}


class Society:
    """Plays the cases of a world once. `observed` yields what the hub sees, oldest first."""

    def __init__(
        self, population: Population, parameters: Parameters, attackers: Sequence[Attacker], watcher: Watcher
    ) -> None:
        self.population, self.parameters, self.watcher = population, parameters, watcher
        self.seed, self.end_ms = population.seed, BEGIN_MS + population.days * DAY_MS
        self.moderators = Moderators(self.seed, population.size, parameters)
        self.cases = [self._case(number, attacker) for number, attacker in enumerate(attackers)]
        self._outside = [self._elsewhere(case) for case in self.cases]
        self._accounts: dict[str, Account] = {}
        self._accused: dict[str, Case] = {}
        self._limits = Buckets()
        self._blocked: set[tuple[int, int]] = set()
        self._looked_upon: set[int] = set()
        self._heap: list[tuple[int, int, Callable[[int], Iterator[Observed]]]] = []
        self._order, self._numbers = count(), count(1)

    def observed(self) -> Iterator[Observed]:
        """Everything, numbered from 1 in the order in which it happened."""
        for case in self.cases:
            for nth in range(case.attacker.accounts):
                self._at(case.begins_ms + nth * 90_000, self._registering(case, case.attacker.says, nth // 4))
            self._at(case.begins_ms + case.attacker.every_ms, self._turn(case))
        while self._heap:
            at_ms, _, happen = heapq.heappop(self._heap)
            if at_ms >= self.end_ms:
                return
            yield from happen(at_ms)

    def case_of(self, uri: str) -> Case | None:
        """The case behind an account; None for everybody else."""
        found = self._accounts.get(uri)
        return None if found is None else found.case

    def _case(self, number: int, attacker: Attacker) -> Case:
        within = chance(self.seed, "begins", number) * 0.5 * self.population.days * DAY_MS
        return Case(number, attacker, BEGIN_MS + int(within))

    def _elsewhere(self, case: Case) -> Outside:
        draw = stream(self.seed, "attacker", case.number)
        population, knows = self.population, self.parameters["harms.knows_minor"]
        size = population.size
        adults, young = population.listed.nonzero()[0], population.minor[:size].nonzero()[0]

        def people(many: int, minors: bool | None) -> tuple[int, ...]:
            found = draw.integers(0, size, many)
            if minors is True and len(young):
                right = draw.random(many) < knows
                found[right] = young[draw.integers(0, len(young), int(right.sum()))]
            if minors is False and len(adults):
                found = adults[draw.integers(0, len(adults), many)]
            return tuple(dict.fromkeys(found.tolist()))

        def rooms(many: int) -> tuple[int, ...]:
            return tuple(draw.integers(0, max(10, size // 20), many).tolist())

        return Outside(people, rooms, draw)

    def _at(self, at_ms: int, happen: Callable[[int], Iterator[Observed]]) -> None:
        heapq.heappush(self._heap, (at_ms, next(self._order), happen))

    def _turn(self, case: Case) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            seen = Seen(now_ms, tuple(self._own(account, now_ms) for account in case.accounts))
            for act in case.attacker.turn(seen, self._outside[case.number]) if seen.usable else ():
                self._at(now_ms + act.after_ms, self._acting(case, act))
            self._at(now_ms + case.attacker.every_ms, happen)
            yield from ()

        return happen

    def _own(self, account: Account, now_ms: int) -> Own:
        fresh, account.fresh = tuple(account.fresh), []
        told = _TOLD[account.standing(now_ms)]
        contacts = tuple(account.contacts)
        return Own(account.number, now_ms - account.born_ms, told, account.asked, account.refused, contacts, fresh)

    def _registering(self, case: Case, says: AgeBand, network: int) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            address = case.number * 1000 + network
            if not self._limits.taken("account.register", address, now_ms):
                return
            number = self.population.join(born_ms=now_ms, says=says)
            account = Account(number, case, now_ms, Teller(self.population.uri(number)))
            account.returned = case.returns > 0
            case.accounts.append(account)
            self._accounts[self.population.uri(number)] = account
            name = self.population.network_name(-1 - address * 1000 - (now_ms - BEGIN_MS) // DAY_MS)
            yield from self._seen(ObservedKind.REGISTERED, now_ms, number, network=name)

        return happen

    def _acting(self, case: Case, act: Act) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            if act.kind is ActKind.REGISTER:
                yield from self._registering(case, act.says, act.network)(now_ms)
                return
            account = next((one for one in case.accounts if one.number == act.by), None)
            if account is None or not self._allowed(account, act, now_ms):
                return
            case.first_act_ms = now_ms if case.first_act_ms is None else case.first_act_ms
            yield from self._done(account, act, now_ms)

        return happen

    def _allowed(self, account: Account, act: Act, now_ms: int) -> bool:
        """Whether the account's standing and the hub's limits leave it that."""
        standing = account.standing(now_ms)
        try:
            for deed in _DEEDS[act.kind]:
                check_standing(standing, deed)
        except PolicyRefused:
            account.refused += 1
            return False
        if standing is StandingState.BANNED:
            return False
        if act.kind is ActKind.ASK:
            return self._limits.asked(account.number, account.born_ms, now_ms)
        name = _LIMITS.get(act.kind)
        return name is None or self._limits.taken(name, account.number, now_ms)

    def _done(self, account: Account, act: Act, now_ms: int) -> Iterator[Observed]:
        who, target = account.number, act.targets[0] if act.targets else -1
        match act.kind:
            case ActKind.ASK:
                yield from self._ask(account, target, act, now_ms)
            case ActKind.SEND:
                self._send(account, act, now_ms)
            case ActKind.CREATE:
                yield from self._seen(ObservedKind.CREATED, now_ms, who)
            case ActKind.ADD:
                known = [one for one in act.targets if one in account.contacts and not self._is_minor(one)]
                if known:
                    yield from self._seen(ObservedKind.ADDED, now_ms, who, count=len(known))
            case ActKind.KNOCK:
                room = self.population.room_uri(target)
                yield from self._seen(ObservedKind.KNOCKED, now_ms, who, room=room)
            case ActKind.REPORT:
                self._accused[self.population.uri(target)] = account.case
                yield from self._seen(ObservedKind.REPORTED, now_ms, who, other=target)
                self._meet(account, target, now_ms, act.severe)
            case ActKind.SHOW:
                yield from self._seen(ObservedKind.SHOWED, now_ms, who)
                if act.severe:
                    self._matched(account, now_ms)
                if act.harmful and not account.shows:
                    account.shows = True
                    self._at(now_ms + HOUR_MS, self._looked_at(account, 0, act.severe))

    def _ask(self, account: Account, target: int, act: Act, now_ms: int) -> Iterator[Observed]:
        if target in account.contacts or (account.number, target) in self._blocked:
            return
        population, of, case = self.population, self.parameters, account.case
        account.asked += 1
        friends = population.contacts(target)
        mutual = min(MOST_MUTUAL, sum(1 for one in account.contacts if one in friends))
        yield from self._seen(ObservedKind.ASKED, now_ms, account.number, other=target, mutual=mutual)
        minor = self._is_minor(target)
        sees = audience(
            Standing(minor),
            blocked=False,
            listed=bool(population.listed[target]),
            share_room=False,
            guarded=bool(population.guarded[target]),
        )
        u, later = self._drawn(case, target, "answer"), self._later(case, target, now_ms)
        told = Standing(minor, wanted=True)
        if sees is Audience.NOBODY:
            first = population.minor[target] and u < of["victims.asks_first_minor"]
            if first and contact(Standing(minor, asked=True, wanted=True)):
                self._at(later, self._accepted(account, target))
            return
        if sees is Audience.GUARDIAN:
            vouched = u < (of["contact.vouched"] if mutual else of["contact.vouched_stranger"])
            said_yes = Standing(minor, granted=vouched, vouched=vouched, wanted=True)
        else:
            kind = "minor" if population.minor[target] else "adult"
            yes = u < min(0.85, of[f"victims.accept_stranger_{kind}"] + mutual * of["contact.accepted_each"])
            said_yes = Standing(minor, granted=yes, wanted=True)
        if said_yes != told and contact(said_yes):
            self._at(later, self._accepted(account, target))
            return
        if act.harmful and self._drawn(case, target, "blocks") < of["victims.blocks_ask"]:
            self._at(later, self._blocks(account, target))
        if act.harmful and self._drawn(case, target, "reports ask") < of["victims.reports_ask"]:
            self._at(later + 60_000, self._reports(account, target))

    def _accepted(self, account: Account, target: int) -> Callable[[int], Iterator[Observed]]:
        """They said yes, or asked for the same: the hub observes both as this."""

        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned or target in account.contacts:
                return
            self._befriended(account, target)
            yield from self._seen(ObservedKind.ACCEPTED, now_ms, target, other=account.number)

        return happen

    def _befriended(self, account: Account, target: int) -> None:
        account.contacts.append(target)
        account.fresh.append(target)

    def _send(self, account: Account, act: Act, now_ms: int) -> None:
        """One message to each, as far as standing and limits leave it; what the hub holds back the device repeats."""
        reached = []
        for place, target in enumerate(act.targets):
            if target not in account.contacts or not self._begun(account, target, now_ms):
                continue
            if account.standing(now_ms) is StandingState.LIMITED and not self._limits.taken(
                "message.send_limited", account.number, now_ms
            ):
                again_ms = now_ms + LIMITS["message.send_limited"].refill_ms
                self._at(again_ms, self._acting(account.case, replace(act, targets=act.targets[place:], after_ms=0)))
                break
            if self._limits.taken("message.send_room", account.number, now_ms):
                reached.append(target)
                account.teller.sent(target, PICTURE if act.severe else WORDS)
        if not reached:
            return
        self._at(window_end(now_ms), self._telling(account))
        account.case.reached.update(reached)
        if act.harmful:
            self._read(account, reached, act, now_ms)

    def _begun(self, account: Account, target: int, now_ms: int) -> bool:
        """Whether the two have a conversation, or the account may begin one now."""
        if target in account.talks:
            return True
        try:
            check_standing(account.standing(now_ms), Deed.BEGIN)
        except PolicyRefused:
            account.refused += 1
            return False
        if self._limits.taken("room.create", account.number, now_ms):
            account.talks.add(target)
            return True
        return False

    def _telling(self, account: Account) -> Callable[[int], Iterator[Observed]]:
        """A window is over: the hub tells of the account, or waits."""

        def happen(now_ms: int) -> Iterator[Observed]:
            told, again_ms = account.teller.take(now_ms)
            if again_ms is not None:
                self._at(again_ms, self._telling(account))
            for one in told:
                yield from self._seen(
                    ObservedKind.SENT,
                    now_ms,
                    account.number,
                    count=one.count,
                    people=one.people,
                    rooms=one.rooms,
                    largest=one.largest,
                )

        return happen

    def _read(self, account: Account, known: Sequence[int], act: Act, now_ms: int) -> None:
        """What people do about what harms them."""
        kind = "severe" if act.severe else "message"
        for target in known:
            if target in account.frozen or (act.severe and self._warned(account, target, "aids.noticed")):
                continue
            self._meet(account, target, now_ms, act.severe)
            if act.severe:
                self._warned(account, target, "aids.noticed_demand")
            later = self._later(account.case, target, now_ms)
            if self._drawn(account.case, target, kind) < self.parameters[f"victims.reports_{kind}"]:
                self._at(later, self._reports(account, target, severe=act.severe))
            blocks = self.parameters["victims.blocks_severe" if act.severe else "victims.blocks_ask"]
            if self._drawn(account.case, target, "blocks message") < blocks:
                self._at(later + 30_000, self._blocks(account, target))

    def _warned(self, account: Account, target: int, noticed: str) -> bool:
        """Whether the person's own device knew the script, and they froze the contact. Nobody else learns of it."""
        case, of = account.case, self.parameters
        if not self.watcher.aids or case.attacker.harm not in SCRIPTED:
            return False
        knew = self._drawn(case, target, "notices") < of[noticed]
        if knew and self._drawn(case, target, "freezes") < of["aids.heeded"]:
            account.frozen.add(target)
        return target in account.frozen

    def _matched(self, account: Account, now_ms: int) -> None:
        """A picture that everybody can see is compared with the lists; a match hides it until a person decided."""
        found = self._drawn(account.case, account.number, "matched") < self.parameters["matching.found"]
        if self.watcher.matching and found:
            self._found(
                Finding(
                    self.population.uri(account.number),
                    "hash lists",
                    0,
                    MATCHED_HOURS,
                    True,
                    HIGHEST,
                    Reason.CHILD_SAFETY,
                ),
                now_ms,
            )

    def _meet(self, account: Account, target: int, now_ms: int, severe: bool) -> None:
        case = account.case
        if severe:
            case.severe_at[account.stage(now_ms)] += 1
        uri, minor = self.population.uri(target), bool(self.population.minor[target])
        case.views.append(ViewTruth(now_ms, case.attacker.harm, case.number, uri, minor, severe))

    def _looked_at(self, account: Account, hour: int, severe: bool) -> Callable[[int], Iterator[Observed]]:
        """People come by what an account shows to everybody, hour after hour, until it is hidden."""

        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned:
                return
            case = account.case
            rate = self.parameters["victims.shown_public"]
            if account.hidden_until <= now_ms and self._drawn(case, hour, "looks") < 1 - 2.718281828**-rate:
                viewer = int(self._drawn(case, hour, "who looks") * self.population.size)
                self._meet(account, viewer, now_ms, severe)
                if self._drawn(case, hour, "tells") < self.parameters["victims.reports_severe"]:
                    yield from self._reports(account, viewer, severe=severe)(now_ms)
            self._at(now_ms + HOUR_MS, self._looked_at(account, hour + 1, severe))

        return happen

    def _blocks(self, account: Account, target: int) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned or (account.number, target) in self._blocked:
                return
            self._blocked.add((account.number, target))
            if target in account.contacts:
                account.contacts.remove(target)
            yield from self._seen(ObservedKind.BLOCKED, now_ms, target, other=account.number)

        return happen

    def _reports(self, account: Account, target: int, *, severe: bool = False) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            if account.banned:
                return
            case = account.case
            case.reported_ms = now_ms if case.reported_ms is None else case.reported_ms
            yield from self._seen(ObservedKind.REPORTED, now_ms, target, other=account.number)
            self._reviewed(account, of_report(case.attacker.harm, severe=severe), now_ms, reported=True)

        return happen

    def _reviewed(self, account: Account, urgency: Urgency, now_ms: int, *, reported: bool) -> None:
        """A case is opened, unless one waits or is looked at, and decided when a person has looked."""
        account.reported = account.reported or reported
        if account.number in self._looked_upon:
            return
        from_ms = self.moderators.opened(account.number, account.case.number, urgency, now_ms)
        if from_ms is not None:
            self._at(from_ms, self._looking)

    def _looking(self, now_ms: int) -> Iterator[Observed]:
        begun = self.moderators.begun(now_ms)
        if begun is not None:
            number, ends_ms = begun
            self._looked_upon.add(number)
            self._at(ends_ms, self._deciding(self._accounts[self.population.uri(number)]))
            self._at(self.moderators.free_ms, self._looking)
        yield from ()

    def _deciding(self, account: Account) -> Callable[[int], Iterator[Observed]]:
        def happen(now_ms: int) -> Iterator[Observed]:
            self._looked_upon.discard(account.number)
            if self.moderators.acts(account.case.number, account.number, reported=account.reported):
                account.banned = True
                self._acted(account.case, now_ms)
                self._comes_back(account.case, now_ms)
            else:
                account.left = True
            yield from ()

        return happen

    def _acted(self, case: Case, now_ms: int) -> None:
        case.acted_ms = now_ms if case.acted_ms is None else case.acted_ms

    def _comes_back(self, case: Case, now_ms: int) -> None:
        """Whoever lost all their accounts may come back, after a while, and not always."""
        of = self.parameters
        if not all(one.banned for one in case.accounts):
            return
        if chance(self.seed, "again", case.number) >= of["harms.again_share"]:
            return
        at_ms = float(now_ms)
        for attempt in range(ATTEMPTS):
            purpose = (case.number, case.returns, attempt)
            at_ms += lognormal(of["harms.again_hours"], 1.0, chance(self.seed, "again after", *purpose)) * HOUR_MS
            if chance(self.seed, "again works", *purpose) < of["harms.again_works"]:
                case.returns += 1
                self._at(int(at_ms), self._registering(case, case.attacker.says, 100 + case.returns))
                return

    def _seen(self, kind: ObservedKind, at_ms: int, who: int, other: int = -1, **more: object) -> Iterator[Observed]:
        population = self.population
        observed = Observed(
            next(self._numbers),
            at_ms,
            kind,
            population.uri(who),
            int(population.born_ms[who]),
            population.says(who),
            "" if other < 0 else population.uri(other),
            AgeBand.UNKNOWN if other < 0 else population.says(other),
            **more,  # type: ignore[arg-type]  # names of the struct's own fields, given a few lines above
        )
        yield observed
        for finding in self.watcher.seen(observed):
            self._found(finding, at_ms)

    def _found(self, finding: Finding, now_ms: int) -> None:
        account = self._accounts.get(finding.account)
        if account is None and finding.review and finding.account in self._accused:
            accusing = self._accused[finding.account]  # a rule about whom many report finds those who do
            accusing.found_ms = now_ms if accusing.found_ms is None else accusing.found_ms
            accusing.found_by.add(finding.rule)
        if account is None or account.banned:
            return
        case = account.case
        if finding.slow_hours or finding.hide_hours or finding.review:
            case.found_ms = now_ms if case.found_ms is None else case.found_ms
            case.found_by.add(finding.rule)
        if finding.slow_hours:
            if account.limited_until <= now_ms:  # restrictions do not add up
                account.limited_until = now_ms + finding.slow_hours * HOUR_MS
            self._acted(case, now_ms)
        if finding.hide_hours:
            if account.hidden_until <= now_ms:
                account.hidden_until = now_ms + finding.hide_hours * HOUR_MS
            self._acted(case, now_ms)
        if finding.review:
            self._reviewed(account, Urgency(finding.priority, finding.reason), now_ms, reported=False)

    def _is_minor(self, target: int) -> bool:
        return is_minor(self.population.says(target))

    def _drawn(self, case: Case, target: int, what: str) -> float:
        return chance(self.seed, what, case.number, target)

    def _later(self, case: Case, target: int, now_ms: int) -> int:
        median = self.parameters["victims.answer_hours"]
        return now_ms + int(lognormal(median, 1.0, self._drawn(case, target, "delay")) * HOUR_MS) + 1


_DEEDS: Final = {
    ActKind.ASK: (Deed.BEGIN,),
    ActKind.SEND: (Deed.SEND,),
    ActKind.CREATE: (Deed.BEGIN,),
    ActKind.ADD: (Deed.INVITE,),
    ActKind.KNOCK: (),
    ActKind.REPORT: (),
    ActKind.SHOW: (Deed.SHOW,),
}
_LIMITS: Final = {
    ActKind.CREATE: "room.create",
    ActKind.ADD: "room.invite",
    ActKind.KNOCK: "room.knock",
    ActKind.REPORT: "report.submit",
    ActKind.SHOW: "profile.put",
}
