# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What decisions of the desk do at the hub: each effect once, in one transaction with the note that it was done.

The desk may ask again until it has an answer, and gets the same one. A refusal is an answer too: it is kept, and a
person at the desk looks at it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri
from privity.policy.roles import Capability
from privity.server.accounts import store as accounts
from privity.server.challenges import service as challenges
from privity.server.challenges.model import Challenge
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.model import Effect as Sent
from privity.server.devices import service as devices
from privity.server.notices import service as notices
from privity.server.rooms import service as rooms
from privity.server.rooms import store as room_store
from privity.server.rooms.departures import Proposer
from privity.server.staff import store
from privity.server.standing import store as standing
from privity.server.standing.model import EFFECT_KEPT_MS, Restriction, What
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from privity.wire.staff import NOTICE_PREFIX, Effect, EffectDone, EffectOutcome, Verb
from privity.wire.standing import LEGAL, ReportLine

MAX_TELL: Final = 4_000
"""Letters of a line about a report."""
MAX_STATEMENT: Final = 8_000
"""Letters of a statement of reasons."""
MAX_WORDS: Final = 200
"""Letters of an action or a policy in words."""
WORDS: Final = frozenset({Verb.TELL, Verb.STATEMENT, Verb.LEGAL_NOTICE})
"""What only says something is never too late, and makes nothing else late."""
_ID: Final = re.compile(r"[0-9a-f]{32}")
_DECISION: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Doing:
    """One effect while it is done."""

    tx: Tx
    context: HubContext
    proposer: Proposer
    asked: Effect
    now_ms: int


async def apply(context: HubContext, proposer: Proposer, asked: Effect) -> EffectDone:
    """Do it, or say why not. Raises a MALFORMED Refusal for what is no effect of a desk."""
    if _ID.fullmatch(asked.id) is None:
        raise Refusal(Code.MALFORMED, "the id of an effect has 32 lower-case hex digits")
    digest = hashlib.sha256(msgspec.json.encode(asked)).digest()
    now_ms = context.now_ms()

    def write(tx: Tx) -> EffectDone:
        known = store.find(tx, asked.id)
        if known is not None:
            return _again(asked, known, digest)
        outcome, reason = _overtaken(tx, asked) or _do(Doing(tx, context, proposer, asked, now_ms))
        store.add(tx, asked, digest, outcome, reason, now_ms)
        return EffectDone(asked.id, outcome, reason)

    return await context.db.write(write)


async def forget_old(context: HubContext) -> None:
    """Run about hourly."""
    before_ms = context.now_ms() - EFFECT_KEPT_MS
    await context.db.write(lambda tx: store.forget_old(tx, before_ms))


def _again(asked: Effect, known: store.Known, digest: bytes) -> EffectDone:
    if known.digest != digest:
        return EffectDone(asked.id, EffectOutcome.REFUSED, "this id was used for another effect")
    refused = known.outcome is EffectOutcome.REFUSED
    return EffectDone(asked.id, EffectOutcome.REFUSED if refused else EffectOutcome.ALREADY, known.reason)


def _overtaken(tx: Tx, asked: Effect) -> tuple[EffectOutcome, str] | None:
    """A refusal of what this decision had undone, or changed, before it came."""
    newest = store.newest(tx, asked.subject, asked.params.decision)
    if asked.verb in WORDS or newest is None or asked.order > newest:
        return None
    return EffectOutcome.REFUSED, f"effect {newest} of this decision was done before effect {asked.order} came"


def _do(doing: Doing) -> tuple[EffectOutcome, str]:
    """What is refused leaves nothing behind."""
    standing.forget_over(doing.tx, doing.asked.subject, doing.now_ms)
    challenges.end_over(doing.tx, doing.asked.subject, doing.now_ms)
    made: list[bool] = []
    refused = doing.tx.attempt(lambda: made.append(_DOES[doing.asked.verb](doing)), Refusal)
    if isinstance(refused, Refusal):
        return EffectOutcome.REFUSED, refused.body.message
    return (EffectOutcome.APPLIED, "") if made == [True] else (EffectOutcome.ALREADY, "it was so already")


# What each verb does; whether that changed anything.


def _warn(doing: Doing) -> bool:
    return standing.warn(doing.tx, _account(doing), _decision(doing), doing.now_ms)


def _lift(doing: Doing) -> bool:
    """Ends a limit or a challenge, and takes back a warning: what a person goes on under."""
    subject, decision = _account(doing), _decision(doing)
    unwarned = standing.unwarn(doing.tx, subject, decision)
    unchallenged = challenges.end(doing.tx, subject, decision)
    return standing.end(doing.tx, subject, [What.LIMITED], decision) > 0 or unwarned or unchallenged


def _tell(doing: Doing) -> bool:
    params = doing.asked.params
    if not 0 < len(params.text) <= MAX_TELL:
        raise Refusal(Code.MALFORMED, f"a line has 1 to {MAX_TELL} letters, got {len(params.text)}")
    if doing.asked.subject.startswith(NOTICE_PREFIX):
        receipt = doing.asked.subject.removeprefix(NOTICE_PREFIX)
        return notices.tell(doing.tx, receipt, doing.asked.id, params.text, doing.now_ms)
    line = ReportLine(params.receipt, params.text, doing.now_ms)
    body = msgspec.json.encode(line) if params.receipt else params.text.encode()
    _to_devices(doing, [_account(doing)], InboxKind.REPORT_OUTCOME, body)
    return True


def _state(doing: Doing) -> bool:
    said = doing.asked.params.statement
    if said is None:
        raise Refusal(Code.MALFORMED, "a statement of reasons is missing")
    legal = doing.asked.verb is Verb.LEGAL_NOTICE
    if legal is not (said.kind in LEGAL):
        raise Refusal(Code.MALFORMED, f"{doing.asked.verb.value} does not take a statement of {said.kind.value}")
    for name, text, most in (
        ("text", said.text, MAX_STATEMENT),
        ("action", said.action, MAX_WORDS),
        ("policy", said.policy, MAX_WORDS),
    ):
        if not 0 < len(text) <= most:
            raise Refusal(Code.MALFORMED, f"the {name} of a statement has 1 to {most} letters, got {len(text)}")
    _check_reference(said.reference)
    people = _in_charge(doing) if _is_room(doing.asked.subject) and not legal else [_account(doing)]
    kept = msgspec.json.encode(said)
    for user_uri in people:
        standing.put_statement(doing.tx, user_uri, doing.asked.id, doing.now_ms, kept.decode())
    _to_devices(doing, people, InboxKind.STATEMENT, kept)
    return True


def _restrict(what: What, *, ends: bool, of_room: bool = False) -> Callable[[Doing], bool]:
    """Put a restriction into force. `ends`: by itself, so a time belongs to it; the others end when they are undone."""

    def do(doing: Doing) -> bool:
        until_ms = doing.asked.params.until_ms
        if ends is (until_ms is None):
            raise Refusal(Code.MALFORMED, f"{doing.asked.verb.value} takes {'a' if ends else 'no'} time of its end")
        subject = _room(doing) if of_room else _account(doing)
        made = Restriction(subject, what, _decision(doing), doing.now_ms, until_ms)
        if until_ms is not None and until_ms <= doing.now_ms:
            return False  # the desk could not reach the hub before it was over
        known = standing.against(doing.tx, [subject], doing.now_ms)
        if any((one.what, one.decision, one.until_ms) == (what, made.decision, until_ms) for one in known):
            return False
        standing.put(doing.tx, made)
        return True

    return do


def _challenge(doing: Doing) -> bool:
    until_ms = doing.asked.params.until_ms
    if until_ms is None:
        raise Refusal(Code.MALFORMED, "challenge takes a time of its end")
    made = Challenge(_account(doing), _decision(doing), doing.now_ms, until_ms)
    if until_ms <= doing.now_ms:
        return False  # the desk could not reach the hub before it was over
    known = challenges.challenges_of(doing.tx, made.user_uri, doing.now_ms)
    if any((one.decision, one.until_ms) == (made.decision, until_ms) for one in known):
        return False
    challenges.put(doing.tx, made)
    return True


def _release(*kinds: What, of_room: bool = False) -> Callable[[Doing], bool]:
    """End what this decision put into force."""

    def do(doing: Doing) -> bool:
        subject = _room(doing) if of_room else _account(doing)
        return standing.end(doing.tx, subject, kinds, _decision(doing)) > 0

    return do


_DOES: Final[Mapping[Verb, Callable[[Doing], bool]]] = {
    Verb.WARN: _warn,
    Verb.LIMIT: _restrict(What.LIMITED, ends=True),
    Verb.CHALLENGE: _challenge,
    Verb.LIFT: _lift,
    Verb.SUSPEND: _restrict(What.SUSPENDED, ends=True),
    Verb.BAN: _restrict(What.BANNED, ends=False),
    Verb.REINSTATE: _release(What.SUSPENDED, What.BANNED),
    Verb.REMOVE_PUBLIC: _restrict(What.HIDDEN, ends=False),
    Verb.RESTORE_PUBLIC: _release(What.HIDDEN),
    Verb.CLOSE_ROOM: _restrict(What.CLOSED, ends=False, of_room=True),
    Verb.REOPEN_ROOM: _release(What.CLOSED, What.UNLINKED, of_room=True),
    Verb.REMOVE_LINKS: _restrict(What.UNLINKED, ends=False, of_room=True),
    Verb.TELL: _tell,
    Verb.STATEMENT: _state,
    Verb.LEGAL_NOTICE: _state,
}


# To whom.


def _account(doing: Doing) -> str:
    subject = doing.asked.subject
    if accounts.find(doing.tx, subject) is None:
        raise Refusal(Code.NOT_FOUND, "no account has this user URI")
    return subject


def _room(doing: Doing) -> str:
    subject = doing.asked.subject
    if room_store.find(doing.tx, subject) is None:
        raise Refusal(Code.NOT_FOUND, "no room has this URI")
    return subject


def _is_room(subject: str) -> bool:
    try:
        parse_room_uri(subject)
    except BadUri:
        return False
    return True


def _in_charge(doing: Doing) -> list[str]:
    """Who answers for a room: those in charge of a group, both people of a direct one."""
    here = rooms.in_charge(doing.tx, doing.proposer, _room(doing), Capability.ADD_PARTICIPANT)
    if here is None:
        raise Refusal(Code.NOT_FOUND, "the room has ended; nobody is in charge of it")
    people = room_store.participants(doing.tx, here.room.id)
    named = here.state.who_may(Capability.ADD_PARTICIPANT)
    return people if here.state.direct else [one for one in people if one in named]


def _decision(doing: Doing) -> str:
    return _check_reference(doing.asked.params.decision)


def _check_reference(reference: str) -> str:
    if _DECISION.fullmatch(reference) is None:
        raise Refusal(Code.MALFORMED, "the reference of a decision has 1 to 64 letters, digits and dashes")
    return reference


def _to_devices(doing: Doing, people: list[str], kind: InboxKind, body: bytes) -> None:
    effects: list[Sent] = []
    for user_uri in people:
        for device in devices.of_user(doing.tx, user_uri):
            log.tell_device(doing.tx, device.client_uri, kind, "", 0, body, effects)
    log.after_commit(doing.tx, doing.proposer.fanout, effects)
