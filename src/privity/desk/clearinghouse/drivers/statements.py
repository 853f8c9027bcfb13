# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The Union's database of statements: a batch is there with 201 or it is not; after silence each puid is looked up."""

from __future__ import annotations

from typing import Final

import msgspec

from privity.desk.clearinghouse.documents.answers import MAX_ANSWER
from privity.desk.clearinghouse.documents.statement import StatementOfReasons, check
from privity.desk.clearinghouse.drivers.steps import (
    Composed,
    HttpAnswer,
    ItemChange,
    Material,
    Outcome,
    Parcel,
    Reaction,
    Request,
    Step,
    by_status,
)
from privity.desk.clearinghouse.errors import NotInThatState
from privity.desk.clearinghouse.model import Destination, Item, ItemState, Verb

BATCH: Final = 100
"""Statements in one call."""
JSON: Final = "application/json"
_LOOK_UP: Final = "/statement/existing-puid/"


class Found(msgspec.Struct, frozen=True):
    """The answer to a look-up of what is there; other fields are theirs."""

    puid: str


class StatementsDriver:
    destination: Final = Destination.STATEMENTS

    def compose(self, material: Material) -> Composed:
        statements = [_decoded(data) for data in material.statements]
        for statement in statements:
            check(statement)
        return Composed(msgspec.json.encode({"statements": [statement.sent() for statement in statements]}), ())

    def next_step(self, parcel: Parcel) -> Step:
        for item in parcel.items:
            if item.state is ItemState.UNKNOWN:
                puid = _decoded(parcel.contents.facts(item.item)).puid
                return Step(Verb.LOOK_UP, Request("GET", f"{_LOOK_UP}{puid}", accept=JSON), item.item)
        left = [item for item in parcel.items if item.state in (ItemState.WAITING, ItemState.MISSING)]
        if not left:
            raise NotInThatState("expected a batch with statements to send, all of them are there")
        return self._post(parcel, left)

    def read(self, step: Step, answer: HttpAnswer) -> Reaction:
        if step.verb is Verb.LOOK_UP:
            return _looked_up(step, answer)
        if answer.status == 201 and len(answer.body) <= MAX_ANSWER:
            return Reaction(Outcome.GO_ON, items=tuple(ItemChange(item, ItemState.SENT) for item in step.items))
        if answer.status == 422 and not step.repeats:
            return _all_unknown(step, Outcome.GO_ON, "refused as a whole; some may be there already")
        known = by_status(answer)
        if known is not None and known.outcome is Outcome.STOP_QUEUE:
            return known
        if known is not None and answer.status in (429, 503):
            return known
        if known is not None or 200 <= answer.status < 300:
            return _all_unknown(step, Outcome.AGAIN, f"status {answer.status} instead of 201")
        return Reaction(Outcome.BLOCKED, f"refused (status {answer.status})")

    def lost(self, step: Step) -> Reaction:
        """A batch may be there or not: each statement is looked up before anything is sent again."""
        if step.verb is Verb.LOOK_UP:
            return Reaction(Outcome.AGAIN, "no answer")
        return _all_unknown(step, Outcome.AGAIN, "no answer")

    def _post(self, parcel: Parcel, left: list[Item]) -> Step:
        batch = [_decoded(parcel.contents.facts(item.item)).sent() for item in left]
        return Step(
            Verb.OPEN,
            Request("POST", "/statements", JSON, msgspec.json.encode({"statements": batch}), accept=JSON),
            items=tuple(item.item for item in left),
            repeats=all(item.state is ItemState.MISSING for item in left),
        )


def _looked_up(step: Step, answer: HttpAnswer) -> Reaction:
    if answer.status in (200, 302):
        if _puid_in(answer.body) != step.request.path.removeprefix(_LOOK_UP):
            return Reaction(Outcome.AGAIN, "a look-up was answered with something else")  # a page to sign in, perhaps
        return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.SENT),))
    if answer.status == 404:
        return Reaction(Outcome.GO_ON, items=(ItemChange(step.item, ItemState.MISSING),))
    return by_status(answer) or Reaction(Outcome.BLOCKED, f"a look-up was refused (status {answer.status})")


def _puid_in(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=Found).puid
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _all_unknown(step: Step, outcome: Outcome, why: str) -> Reaction:
    return Reaction(outcome, why, items=tuple(ItemChange(item, ItemState.UNKNOWN) for item in step.items))


def _decoded(data: bytes) -> StatementOfReasons:
    return msgspec.json.decode(data, type=StatementOfReasons)
