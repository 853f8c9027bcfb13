# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What abusers do in a world, in the order of time, act by act: `reactions` says what people answer, `desk` what
follows.

An act counts only where the hub would have let it: the rules of contact and of standing are those of `policy`, and the
limits are those of the hub. Every chance hangs on who does what to whom and not on what was drawn before, so that the
same world can be played with and without a signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from privity.lab.account import Account, Case, Since
from privity.lab.attacker import Act, ActKind, Attacker, Outside, Own, Seen, Told
from privity.lab.chances import chance, lognormal, stream
from privity.lab.desk import Desk
from privity.lab.hub_limits import OURS, Buckets, HubRules
from privity.lab.moderators import Moderators
from privity.lab.observing import Observing
from privity.lab.parameters import Parameters
from privity.lab.population import BEGIN_MS, DAY_MS, Population
from privity.lab.reactions import Reactions
from privity.lab.telling import Teller, window_end
from privity.lab.timeline import Happening, Timeline
from privity.lab.watching import Watcher
from privity.mls.errors import PolicyRefused
from privity.policy.age import is_minor
from privity.policy.standing import Deed, check_standing
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind
from privity.wire.standing import StandingState

HOUR_MS: Final = 3_600_000
ATTEMPTS: Final = 5
"""So often somebody who was banned tries to come back."""
WORDS: Final = 2_048
PICTURE: Final = 256 * 1024
"""Bytes of a message."""
_TOLD: Final = {StandingState.GOOD: Told.GOOD, StandingState.LIMITED: Told.LIMITED, StandingState.BANNED: Told.BANNED}


class Society:
    """Plays the cases of a world once. `observed` yields what the hub sees, oldest first."""

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        attackers: Sequence[Attacker],
        watcher: Watcher,
        hub: HubRules = OURS,
    ) -> None:
        self.population, self.parameters, self.watcher = population, parameters, watcher
        self.seed, self.end_ms = population.seed, BEGIN_MS + population.days * DAY_MS
        self.cases = [self._case(number, attacker) for number, attacker in enumerate(attackers)]
        self._outside = [self._elsewhere(case) for case in self.cases]
        self._hub, self._limits, self._timeline = hub, Buckets(hub), Timeline(self.end_ms)
        moderators = Moderators(self.seed, population.size, parameters)
        self._desk = Desk(self._timeline, moderators, self._comes_back)
        self._observing = Observing(population, watcher, self._desk.found)
        self._reactions = Reactions(
            population, parameters, self._timeline, self._observing, self._desk, aids=watcher.aids
        )

    def observed(self) -> Iterator[Observed]:
        """Everything, numbered from 1 in the order in which it happened."""
        for case in self.cases:
            for nth in range(case.attacker.accounts):
                registering = self._registering(case, case.attacker.says, nth // 4)
                self._timeline.at(case.begins_ms + nth * 90_000, registering)
            self._timeline.at(case.begins_ms + case.attacker.every_ms, self._turn(case))
        yield from self._timeline.passing()

    def case_of(self, uri: str) -> Case | None:
        """The case behind an account; None for everybody else."""
        return self._desk.case_of(uri)

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

    def _turn(self, case: Case) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            seen = Seen(now_ms, tuple(self._own(account, now_ms) for account in case.accounts))
            for act in case.attacker.turn(seen, self._outside[case.number]) if seen.usable else ():
                self._timeline.at(now_ms + act.after_ms, self._acting(case, act))
            self._timeline.at(now_ms + case.attacker.every_ms, happen)
            yield from ()

        return happen

    def _own(self, account: Account, now_ms: int) -> Own:
        fresh, account.fresh = tuple(account.fresh), []
        told = _TOLD[account.standing(now_ms)]
        contacts = tuple(account.contacts)
        return Own(account.number, now_ms - account.born_ms, told, account.asked, account.refused, contacts, fresh)

    def _registering(self, case: Case, says: AgeBand, network: int) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            address = case.number * 1000 + network
            if not self._limits.taken("account.register", address, now_ms):
                return
            number = self.population.join(born_ms=now_ms, says=says)
            account = Account(number, case, len(case.accounts), now_ms, Teller(self.population.uri(number)))
            account.since = Since.BACK if case.returns else Since.FIRST
            case.accounts.append(account)
            self._desk.registered(self.population.uri(number), account)
            name = self.population.network_name(-1 - address * 1000 - (now_ms - BEGIN_MS) // DAY_MS)
            yield from self._observing.seen(ObservedKind.REGISTERED, now_ms, number, network=name)

        return happen

    def _acting(self, case: Case, act: Act) -> Happening:
        def happen(now_ms: int) -> Iterator[Observed]:
            if act.kind is ActKind.REGISTER:
                yield from self._registering(case, act.says, act.network)(now_ms)
                return
            account = _own_account(case, act.by)
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
                own = _own_account(account.case, target)
                answer = self._reactions.asked(account, target, act, now_ms)
                yield from answer if own is None else self._reactions.asked_own(account, own, now_ms)
            case ActKind.ACCEPT:
                asking = _own_account(account.case, target)
                if asking is not None:
                    yield from self._reactions.accepted_own(account, asking, now_ms)
            case ActKind.SEND:
                self._send(account, act, now_ms)
            case ActKind.CREATE:
                yield from self._observing.seen(ObservedKind.CREATED, now_ms, who)
            case ActKind.ADD:
                known = [one for one in act.targets if one in account.contacts and not self._is_minor(one)]
                if known:
                    yield from self._observing.seen(ObservedKind.ADDED, now_ms, who, count=len(known))
            case ActKind.KNOCK:
                room = self.population.room_uri(target)
                yield from self._observing.seen(ObservedKind.KNOCKED, now_ms, who, room=room)
            case ActKind.REPORT:
                self._desk.accused(self.population.uri(target), account.case)
                yield from self._observing.seen(ObservedKind.REPORTED, now_ms, who, other=target)
                self._reactions.met(account, target, now_ms, severe=act.severe)
            case ActKind.SHOW:
                yield from self._observing.seen(ObservedKind.SHOWED, now_ms, who)
                if act.severe:
                    self._matched(account, now_ms)
                if act.harmful and not account.shows:
                    account.shows = True
                    self._reactions.shown(account, now_ms, severe=act.severe)

    def _matched(self, account: Account, now_ms: int) -> None:
        """A picture that everybody can see is compared with the lists."""
        found = self._reactions.drawn(account.case, account.nth, "matched") < self.parameters["matching.found"]
        if self.watcher.matching and found:
            self._desk.matched(self.population.uri(account.number), now_ms)

    def _send(self, account: Account, act: Act, now_ms: int) -> None:
        """One message to each, as far as standing and limits leave it; what the hub holds back the device repeats."""
        reached = []
        for place, target in enumerate(act.targets):
            if target not in account.contacts or not self._begun(account, target, now_ms):
                continue
            if self._too_new(account, target, now_ms):
                again = self._acting(account.case, replace(act, targets=(target,), after_ms=0))
                self._timeline.at(account.limited_until, again)
                continue
            if account.standing(now_ms) is StandingState.LIMITED and not self._limits.taken(
                "message.send_limited", account.number, now_ms
            ):
                again_ms = now_ms + self._hub.limits["message.send_limited"].refill_ms
                self._timeline.at(
                    again_ms, self._acting(account.case, replace(act, targets=act.targets[place:], after_ms=0))
                )
                break
            if self._limits.taken("message.send_room", account.number, now_ms):
                reached.append(target)
                account.teller.sent(target, PICTURE if act.severe else WORDS)
        if not reached:
            return
        self._timeline.at(window_end(now_ms), self._telling(account))
        account.case.reached.update(reached)
        if act.harmful:
            self._reactions.read(account, reached, act, now_ms)

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
            account.talks[target] = now_ms
            return True
        return False

    def _too_new(self, account: Account, target: int, now_ms: int) -> bool:
        """Whether a hub that is so strict keeps a limited account from this conversation until the limit ends."""
        limited = account.standing(now_ms) is StandingState.LIMITED
        return limited and now_ms - account.talks[target] < self._hub.limited_known_ms

    def _telling(self, account: Account) -> Happening:
        """A window is over: the hub tells of the account, or waits."""

        def happen(now_ms: int) -> Iterator[Observed]:
            told, again_ms = account.teller.take(now_ms)
            if again_ms is not None:
                self._timeline.at(again_ms, self._telling(account))
            for one in told:
                yield from self._observing.seen(
                    ObservedKind.SENT,
                    now_ms,
                    account.number,
                    count=one.count,
                    people=one.people,
                    rooms=one.rooms,
                    largest=one.largest,
                )

        return happen

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
                self._timeline.at(int(at_ms), self._registering(case, case.attacker.says, 100 + case.returns))
                return

    def _is_minor(self, target: int) -> bool:
        return is_minor(self.population.says(target))


def _own_account(case: Case, number: int) -> Account | None:
    return next((one for one in case.accounts if one.number == number), None)


_DEEDS: Final = {
    ActKind.ASK: (Deed.BEGIN,),
    ActKind.ACCEPT: (Deed.AGREE,),
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
