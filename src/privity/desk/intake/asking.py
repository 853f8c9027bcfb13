# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's word on a page of reports: one request, or one for each report where the page as a whole gets no answer.

So one report that the hub cannot answer costs no other anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from privity.desk.errors import HubError, HubMisbehaved, HubUnreachable
from privity.desk.hub_client import Hub
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ASKED, FrankOutcome, ReportAnswer, ReportQuestion

MAX_QUESTION_BYTES: Final = 60_000
"""Of one request: below what a hub reads before it knows who asks."""
MAX_FRANKS: Final = 1_000

ABOUT_THE_REPORT: Final = frozenset({Code.MALFORMED, Code.TOO_LARGE, Code.INTERNAL, Code.NOT_ALLOWED})
"""Refusals that may come of one report. All others are the hub's condition right now."""


async def ask(hub: Hub, questions: Sequence[ReportQuestion]) -> list[ReportAnswer | HubError | Refusal]:
    """In order; fewer than asked where the hub went away in between.

    Raises Refusal when the hub answers nobody now.
    """
    found: list[ReportAnswer | HubError | Refusal] = []
    for chunk in _chunks(questions):
        try:
            found += await _asked(hub, chunk)
        except (HubError, Refusal) as err:
            if isinstance(err, Refusal) and err.code not in ABOUT_THE_REPORT:
                raise
            found += [err] if len(chunk) == 1 else await _each(hub, chunk)
            if isinstance(found[-1], HubUnreachable):
                break
    return found


async def _each(hub: Hub, questions: Sequence[ReportQuestion]) -> list[ReportAnswer | HubError | Refusal]:
    found: list[ReportAnswer | HubError | Refusal] = []
    for question in questions:
        try:
            found += await _asked(hub, [question])
        except (HubError, Refusal) as err:
            if isinstance(err, Refusal) and err.code not in ABOUT_THE_REPORT:
                raise
            found.append(err)
            if isinstance(err, HubUnreachable):
                break
    return found


async def _asked(hub: Hub, questions: Sequence[ReportQuestion]) -> list[ReportAnswer]:
    answers = await hub.verify(list(questions))
    if len(answers) != len(questions):
        raise HubMisbehaved(f"expected {len(questions)} answers on reports, the hub gave {len(answers)}")
    for at, (answer, question) in enumerate(zip(answers, questions, strict=True)):
        if answer.at != at:
            raise HubMisbehaved(f"expected the answer on report {at} of the page, the hub gave that on {answer.at}")
        _check(answer, len(question.franks))
    return answers


def _check(answer: ReportAnswer, franks: int) -> None:
    """Raise HubMisbehaved for an answer that fits no report of so many messages."""
    if len(answer.outcomes) != franks or len(answer.participated) != franks:
        raise HubMisbehaved(f"expected the hub's word on {franks} messages, got another number")
    for outcome, participated in zip(answer.outcomes, answer.participated, strict=True):
        if (outcome is FrankOutcome.VERIFIED) is (participated is None):
            raise HubMisbehaved("the hub says of verified messages, and of no others, whether the reporter was there")
    if answer.omitted is not None and answer.omitted < 0:
        raise HubMisbehaved(f"fewer than no messages were left out: {answer.omitted}")


def _chunks(questions: Sequence[ReportQuestion]) -> Iterator[Sequence[ReportQuestion]]:
    """As many as one request takes, and one at least."""
    chunk: list[ReportQuestion] = []
    size = franks = 0
    for question in questions:
        length = len(msgspec.json.encode(question)) + 1
        full = len(chunk) == ASKED or size + length > MAX_QUESTION_BYTES or franks + len(question.franks) > MAX_FRANKS
        if chunk and full:
            yield chunk
            chunk, size, franks = [], 0, 0
        chunk.append(question)
        size += length
        franks += len(question.franks)
    if chunk:
        yield chunk
