# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Letters out of a verdict. The same verdict gives the same letter; nothing about an account is looked up for one.

Every refusal and challenge names the request that would work: what the rulebook says of it, or what its ground does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from privity.desk.legal.answers.errors import GroundMissing, NothingToAsk, NotThisForm, Unverified
from privity.desk.legal.answers.grounds import BY_CODE, REFUSES, findings_of
from privity.desk.legal.answers.model import Held, Letter, Matter, Release, Section, Sort
from privity.desk.legal.answers.wording import NotHeldWords, Wording
from privity.desk.legal.requests.model import Ground
from privity.desk.legal.rulebook.model import Action, Finding, Instrument, Rulebook, Verdict
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.profile import Profile

ANSWER_DAYS: Final = 5
"""How long an answer to questions is waited for where the rulebook says nothing."""
_FORMS: Final = ("eu.epoc", "eu.epoc_pr")


def clarification(
    matter: Matter, verdict: Verdict, words: Wording, answer_days: int = ANSWER_DAYS, remarks: str = ""
) -> Letter:
    """What is asked. Raises Unverified and NothingToAsk."""
    _must_be_verified(verdict)
    ruling = verdict.would_be or verdict
    unclear = [each for each in findings_of(verdict) if each.action is Action.CLARIFY]
    questions = tuple(words.question.format(says=FACTS[name].says) for name in ruling.wanted)
    reasons = tuple(each.reason for each in unclear if not each.facts)
    if not questions and not reasons and not remarks.strip():
        raise NothingToAsk(f"the verdict of {matter.case} leaves nothing open")
    sections = (
        Section(words.asked, (words.asked_lead, *reasons), questions),
        *_remarks(remarks, words),
        Section("", (words.answer_days.format(days=answer_days),)),
    )
    return _letter(Sort.CLARIFICATION, matter, sections, words)


def refusal(
    matter: Matter,
    verdict: Verdict,
    grounds: Sequence[Ground],
    rulebook: Rulebook,
    not_held: Sequence[Section],
    words: Wording,
    remarks: str = "",
) -> Letter:
    """Why nothing is produced, by which rules, and what would work. Raises Unverified and GroundMissing."""
    _must_be_verified(verdict)
    _must_have(grounds, matter)
    sections = (
        Section(words.refused, (words.refused_lead,), _grounds(grounds, words)),
        *_remarks(remarks, words),
        *_classes(verdict, words),
        _instead(verdict, grounds, words),
        _rules(verdict, grounds, rulebook, words),
        *_kept(verdict, words),
        *not_held,
    )
    return _letter(Sort.REFUSAL, matter, sections, words)


def challenge(
    matter: Matter, verdict: Verdict, grounds: Sequence[Ground], rulebook: Rulebook, words: Wording, remarks: str
) -> Letter:
    """To the issuing authority or a court. Raises Unverified and GroundMissing."""
    _must_be_verified(verdict)
    _must_have(grounds, matter)
    sections = (
        Section(words.challenged, (words.challenged_lead,), _grounds(grounds, words)),
        *_remarks(remarks, words),
        _instead(verdict, grounds, words),
        _rules(verdict, grounds, rulebook, words),
        *_kept(verdict, words),
    )
    return _letter(Sort.CHALLENGE, matter, sections, words)


def form_3(
    matter: Matter, verdict: Verdict, grounds: Sequence[Ground], words: Wording, *, validated_by: str, remarks: str = ""
) -> Letter:
    """The same for an order under the Regulation, in the order of the form of its Annex III.

    Raises Unverified and NotThisForm.
    """
    _must_be_verified(verdict)
    ruling, form = verdict.would_be or verdict, words.form
    if ruling.instrument not in _FORMS:
        raise NotThisForm(f"the form answers {' and '.join(_FORMS)}, and not {ruling.instrument or 'what is unknown'}")
    kind = form.production if ruling.instrument == _FORMS[0] else form.preservation
    questions = tuple(words.question.format(says=FACTS[name].says) for name in ruling.wanted)
    reasons = [f"{form.by_ground[ground]}" for ground in grounds]
    unclear = [each.reason for each in findings_of(verdict) if each.action is Action.CLARIFY and not each.facts]
    conflict = [each.reason for each in findings_of(verdict) if BY_CODE.get(each.code) is Ground.CONFLICT_OF_LAWS]
    kept = form.not_kept
    if ruling.preserve:
        kept = form.kept.format(classes=_named(ruling.preserve, words))
    sections = (
        Section(form.certificate, (kind, f"{words.their_reference}: {matter.their_reference}")),
        Section(form.authorities, tuple(filter(None, (matter.authority, validated_by)))),
        Section(form.addressee, (matter.operator, f"{words.case}: {matter.case}")),
        Section(form.reasons, (), tuple(reasons)),
        *([Section(form.further, tuple(unclear))] if unclear else []),
        *_remarks(remarks, words),
        Section(form.conflict, tuple(conflict) or (form.conflict_none,)),
        Section(form.questions, () if questions else (form.questions_none,), questions),
        Section(form.preservation_title, (kept,)),
        Section(form.contact, (matter.operator, matter.contact)),
        *([_instead(verdict, grounds, words)] if grounds else []),
    )
    return _letter(Sort.FORM_3, matter, sections, words)


def not_held_letter(matter: Matter, held: Sequence[Held], release: Release, words: Wording) -> Letter:
    return _letter(Sort.NOT_HELD, matter, not_held(held, release, words), words)


def not_held(held: Sequence[Held], release: Release, words: Wording) -> tuple[Section, ...]:
    """The statement, which stands alone or in a refusal."""
    said = words.not_held
    lines = tuple(_held_line(each, words) for each in held)
    version = said.version_line.format(software=release.software, version=release.version)
    manifest = (
        said.no_manifest
        if release.capabilities_sha256 is None
        else said.manifest_line.format(sha256=release.capabilities_sha256)
    )
    return (
        Section(said.title, said.fixed),
        Section("", (said.holds if lines else said.holds_nothing,), lines),
        Section("", (said.lawful,), said.lawful_ways),
        Section("", (said.proof,), (version, manifest)),
    )


def held_by(rulebook: Rulebook, profile: Profile) -> tuple[Held, ...]:
    """What the operator says that it holds, in the rulebook's words."""
    return tuple(
        Held(data_class, rulebook.classes[data_class].holds, days)
        for data_class, days in sorted(profile.holds.items(), key=lambda one: list(rulebook.classes).index(one[0]))
    )


def answer_days(instrument: Instrument | None) -> int:
    """How long an answer to questions is waited for."""
    named = None if instrument is None else instrument.deadlines.get("clarification_answer_days")
    return named if isinstance(named, int) else ANSWER_DAYS


def _letter(sort: Sort, matter: Matter, sections: Iterable[Section], words: Wording) -> Letter:
    facts = (
        (words.operator, matter.operator),
        (words.case, matter.case),
        (words.their_reference, matter.their_reference),
        (words.received_on, matter.received_on),
        (words.instrument, matter.instrument or words.unknown_instrument),
        (words.authority, matter.authority),
    )
    named = tuple((name, value) for name, value in facts if value)
    closing = words.reply.format(contact=matter.contact)
    return Letter(sort, words.language, words.titles[sort], named, tuple(sections), closing)


def _must_be_verified(verdict: Verdict) -> None:
    if verdict.quarantine_hours:
        raise Unverified("nobody has verified the requester; the answer is the acknowledgement that everybody gets")


def _must_have(grounds: Sequence[Ground], matter: Matter) -> None:
    if not grounds:
        raise GroundMissing(f"a refusal names at least one ground of {', '.join(Ground)}; that of {matter.case} none")


def _grounds(grounds: Sequence[Ground], words: Wording) -> tuple[str, ...]:
    return tuple(f"{words.grounds[ground].title}: {words.grounds[ground].text}" for ground in dict.fromkeys(grounds))


def _classes(verdict: Verdict, words: Wording) -> tuple[Section, ...]:
    ruling = verdict.would_be or verdict
    denied = tuple(
        words.denied_line.format(name=words.classes[each.data_class], reason=each.reason, code=each.code)
        for each in ruling.denied
    )
    absent = tuple(
        words.not_held_line.format(name=words.classes[each.data_class], statement=each.statement)
        for each in ruling.not_held
    )
    sections = (Section(words.denied, (), denied), Section(words.not_held_classes, (), absent))
    return tuple(section for section in sections if section.items)


def _instead(verdict: Verdict, grounds: Sequence[Ground], words: Wording) -> Section:
    """What the rulebook names, and for each ground of which it names nothing what the ground itself does."""
    ruling = verdict.would_be or verdict
    lines = [
        words.instead_classes.format(say=each.say, classes=_named(each.classes, words)) if each.classes else each.say
        for each in ruling.narrower
    ]
    lines += [words.grounds[ground].instead for ground in grounds]
    return Section(words.instead, (words.instead_lead,), tuple(dict.fromkeys(lines)))


def _rules(verdict: Verdict, grounds: Sequence[Ground], rulebook: Rulebook, words: Wording) -> Section:
    """Those of the grounds alone: what else a person looked at concerns the person looked at."""
    lines = [
        words.rule_line.format(code=each.code, reason=each.reason, basis="; ".join(each.basis))
        for each in findings_of(verdict)
        if _speaks_for(each, grounds)
    ]
    return Section(words.rules, (words.rules_lead,), (*lines, words.rulebook_line.format(sha256=rulebook.sha256)))


def _speaks_for(finding: Finding, grounds: Sequence[Ground]) -> bool:
    return BY_CODE.get(finding.code) in grounds or (Ground.RULEBOOK in grounds and finding.action in REFUSES)


def _kept(verdict: Verdict, words: Wording) -> tuple[Section, ...]:
    ruling = verdict.would_be or verdict
    if not ruling.preserve:
        return ()
    return (Section(words.kept, (words.kept_line.format(classes=_named(ruling.preserve, words)),)),)


def _named(classes: Iterable[str], words: Wording) -> str:
    return ", ".join(words.classes[each] for each in classes)


def _remarks(remarks: str, words: Wording) -> tuple[Section, ...]:
    lines = tuple(line.strip() for line in remarks.splitlines() if line.strip())
    return (Section(words.remarks, lines),) if lines else ()


def _held_line(each: Held, words: Wording) -> str:
    said: NotHeldWords = words.not_held
    days = said.days.format(days=each.days) if each.days else said.as_long_as_account
    return said.held_line.format(name=words.classes[each.data_class], holds=each.holds, days=days)
