# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A verdict in plain words: what becomes of the request, why, what may leave, what would work, and every rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from privity.desk.legal.rulebook.model import Action, Finding, Looked, Rulebook, Verdict
from privity.desk.legal.rulebook.names import FACTS
from privity.production.classes import Permit

MEANS: Final = {
    Action.REJECT: "the request is refused",
    Action.HOLD: "nothing happens until something else has",
    Action.REFER: "a person decides, and nothing leaves meanwhile",
    Action.CLARIFY: "the requester is asked, and nothing leaves meanwhile",
    Action.NARROW: "a part of it may be prepared",
    Action.PROCEED: "it may be prepared",
}
"""What each action means for the requester."""

_HOW: Final = {Permit.VOLUNTARY: "the law allows it, and nobody must"}


def explained(rulebook: Rulebook, verdict: Verdict) -> Iterator[str]:
    """The lines that `privity legal explain` prints."""
    yield f"rulebook {rulebook.id} {rulebook.version} ({rulebook.status}), sha256 {rulebook.sha256}"
    yield from _headline("verdict", verdict)
    would_be = verdict.would_be
    if would_be is not None:
        yield ""
        yield from _headline("if the rulebook were in force", would_be)
    yield ""
    yield "every rule that was looked at:"
    for finding in verdict.trace:
        yield f"  {finding.looked:9}  {finding.code:12}  {finding.action:7}  {_said(finding)}"


def _headline(title: str, verdict: Verdict) -> Iterator[str]:
    yield f"{title}: {verdict.action} - {MEANS[verdict.action]}"
    for finding in verdict.trace:
        if finding.looked is Looked.FIRED and finding.action is verdict.action and finding.code in verdict.codes:
            yield f"  because  {finding.code}: {finding.reason} ({'; '.join(finding.basis)})"
    for name in verdict.wanted:
        yield f"  to know  {name}: {FACTS[name].says}"
    for given in verdict.release:
        note = "; ".join(part for part in (_HOW.get(given.permit, ""), given.note) if part)
        yield f"  release  {given.data_class}{f': {note}' if note else ''}"
    for each in verdict.named:
        yield f"  name     {each}: the order can have others named in it, if two people say so"
    if verdict.preserve:
        yield f"  keep     {', '.join(verdict.preserve)}"
    if verdict.quarantine_hours:
        yield f"  keep     unseen for at most {verdict.quarantine_hours} hours, while the requester is verified"
    if verdict.on_device:
        yield "  device   the participant's own device may go on; the operator releases nothing"
    for denied in verdict.denied:
        yield f"  denied   {denied.data_class}: {denied.code}: {denied.reason}"
    for absent in verdict.not_held:
        yield f"  not held {absent.data_class}: {absent.statement}"
    for narrower in verdict.narrower:
        which = f" ({narrower.instrument}: {', '.join(narrower.classes)})" if narrower.instrument else ""
        yield f"  instead  {narrower.say}{which}"


def _said(finding: Finding) -> str:
    missing = f" [missing: {', '.join(finding.facts)}]" if finding.facts else ""
    return f"{finding.reason}{missing}"
