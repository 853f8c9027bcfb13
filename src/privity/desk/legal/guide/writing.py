# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The guide out of the operator's profile, the rulebook and the inventories of hub and desk; pure.

Everything that the inventories know is told: what a request can reach, and what none does, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from privity.desk.legal.collecting.reported_tables import TABLES
from privity.desk.legal.guide import words
from privity.desk.legal.guide.model import Block, Code, Guide, Items, Paragraph, Section, Sources, Table
from privity.desk.legal.releasing.rules import DOWNLOADS, KEPT_MS, OFFERED_MS
from privity.desk.legal.requests.clocks import DAY_MS, DAYS, HOUR_MS, MINUTE_MS, MOMENTS, Clock
from privity.desk.legal.requests.filing import MAX_ATTACHMENTS
from privity.desk.legal.requests.judging import VERDICT_DAYS
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.legal.rulebook.evaluating import QUARANTINE_HOURS
from privity.desk.legal.rulebook.model import Instrument, Review, Rule, Status
from privity.desk.legal.rulebook.names import FACTS, TARGETS
from privity.desk.legal.rulebook.profile import BINDING, holds_of
from privity.desk.legal.rulebook.standing import REVIEW_DAYS
from privity.desk.limits import AGENCY_IDLE_DAYS, AGENCY_YEAR_DAYS
from privity.production.classes import Never, Releasable
from privity.wire.collect import MAX_ROWS
from privity.wire.inventory import TIMED

ACCEPTED: Final = ("handle", "account", "contact", "device", "message")
"""What names an account; an address with port and time names a subscriber, where the instrument allows."""
_ONE_ADDRESS: Final = "ip_port_time"


def guide(sources: Sources) -> Guide:
    """The same sources, the same guide."""
    return Guide(
        f"Requests of authorities to {sources.operator}",
        (
            Section("who", "Who answers", tuple(_who(sources))),
            Section("never", "What is never held", tuple(_never(sources))),
            Section("held", "What is held, and for how long", tuple(_held(sources))),
            Section("unreached", "What no request reaches", tuple(_unreached(sources))),
            Section("reach", "Which instrument reaches what", tuple(_reach(sources))),
            Section("instruments", "The instruments, one by one", tuple(_instruments(sources))),
            Section("refused", "What is refused, whoever asks", tuple(_refused(sources))),
            Section("asking", "How to ask", tuple(_asking())),
            Section("verifying", "How we find out who asks", tuple(_verifying())),
            Section("when", "When you hear from us", tuple(_when())),
            Section("notice", "Telling the people", tuple(_notice())),
            Section("package", "What you get, and how you check it", tuple(_package(sources))),
        ),
    )


def _who(sources: Sources) -> Iterator[Block]:
    profile, rulebook = sources.rules.profile, sources.rules.rulebook
    rows = [
        ("Operator", sources.operator),
        ("Service", sources.host),
        ("Where to write", sources.contact),
        ("Languages", ", ".join(sources.languages)),
        ("Established in", ", ".join(profile.established_in) or "not stated"),
        ("Represented in", ", ".join(profile.represented_in) or "nowhere else"),
    ]
    if profile.designated_state is not None:
        rows.append(("Designated under Directive (EU) 2023/1544 in", profile.designated_state))
    rows += [
        ("Software", f"privity {sources.version}"),
        ("Rulebook", f"{rulebook.id} {rulebook.version}, SHA-256 {rulebook.sha256}"),
        ("Profile", f"SHA-256 {sources.profile_sha256}"),
    ]
    yield Table(("", ""), tuple(rows))
    if rulebook.status is Status.ACTIVE:
        yield Paragraph(f"The rulebook is in force. Its rules for everybody were {_reviewed(rulebook.review)}.")
    else:
        yield Paragraph("The rulebook is a draft: every request is looked at by a person, and nothing leaves by it.")
    yield Paragraph("This page is no legal advice. It says what we do, so that nobody asks for what cannot be had.")


def _reviewed(review: Review) -> str:
    if review.on is None or not review.reviewers:
        return "reviewed by nobody yet, so that nothing leaves by them"
    until = review.on + timedelta(days=REVIEW_DAYS)
    return f"reviewed on {review.on} by {len(review.reviewers)} people, which counts until {until}"


def _never(sources: Sources) -> Iterator[Block]:
    for name in Never:
        yield Paragraph(f"{name}: {sources.rules.rulebook.classes[name].statement}")
    yield Paragraph(
        "No order changes that: there is no key to hand over, and nothing here can decrypt, copy out, listen in or add"
        " somebody unseen. What was said can come from the device of a person who was there, or from a message that"
        " such a person has reported or hands over."
    )


def _held(sources: Sources) -> Iterator[Block]:
    classes = sources.rules.rulebook.classes
    rows = []
    for name in Releasable:
        about = classes[name]
        rows.append((name.value, about.holds, _kept(sources, name), about.eu or "-", about.us or "-"))
    heads = (
        "class of data",
        "what belongs to it",
        "how long",
        "in Regulation (EU) 2023/1543",
        "in 18 USC 2702 and 2703",
    )
    yield Table(heads, tuple(rows))
    yield Paragraph("These are the tables behind each class, with every column that an answer can have.")
    for name in Releasable:
        found = tuple(_tables(sources, name))
        if found:
            yield Table((f"{name}: table", "what it is", "columns", "kept"), found)
        else:
            yield Paragraph(f"{name}: no table belongs to it, so that the answer is that there is nothing.")
    yield Paragraph(
        f"Of each table {MAX_ROWS:,} rows are given at most, the oldest first. Other people stand in an answer under"
        " pseudonyms, unless the instrument and the order itself have them named; two people look at that first, and"
        " who reported something is never named. What was reported for child safety leaves by the channel of the"
        " clearinghouse alone."
    )


def _kept(sources: Sources, name: Releasable) -> str:
    """As the profile says; whatever it says, what has no table is not held."""
    days = sources.rules.profile.holds.get(name)
    if days is None or not any(_tables(sources, name)):
        return words.NOT_HELD
    return "as long as the account" if days == 0 else f"{days} days"


def _tables(sources: Sources, name: Releasable) -> Iterator[tuple[str, ...]]:
    for keeper, inventory in sources.inventories.items():
        for table, about in sorted(inventory.tables.items()):
            if columns := about.reached_by(name):
                yield f"{keeper}: {table}", about.what, ", ".join(columns), about.kept
    for one in TABLES:
        if one.data_class is name:
            columns = [column for column, *_ in one.columns]
            yield f"desk: {one.name}", one.what, ", ".join(columns), "as long as the evidence of a report is kept"


def _unreached(sources: Sources) -> Iterator[Block]:
    yield Paragraph("Tables and columns about people that stand in no answer to anybody, and why.")
    for keeper, inventory in sources.inventories.items():
        rows = []
        for name, about in sorted(inventory.tables.items()):
            if about.never:
                rows.append((name, about.what, about.never))
            rows += [
                (f"{name}.{column}", entry.why, entry.never)
                for column, entry in about.columns.items()
                if entry.never and not about.never
            ]
        yield Table((f"{keeper}", "what it is", "why it is in no answer"), tuple(rows))


def _reach(sources: Sources) -> Iterator[Block]:
    heads = ("instrument", "binds us", *(name.value for name in (*Releasable, *Never)))
    yield Table(heads, tuple(_reaches(sources, each) for each in sources.rules.rulebook.instruments.values()))
    yield Paragraph(
        "What an instrument reaches can only be given where it is held, within the days that are asked for, and after"
        " the rules below. Nobody widens it; a person may give less."
    )


def _reaches(sources: Sources, each: Instrument) -> tuple[str, ...]:
    permits = (words.PERMITS[each.permits[name]] for name in Releasable)
    return each.title, _binds(sources, each), *permits, *(words.NOT_HELD for _ in Never)


def _binds(sources: Sources, each: Instrument) -> str:
    missing = [fact for fact in each.binding_if if not holds_of(sources.rules.profile, fact)]
    return "yes" if not missing else f"not unless {' and '.join(BINDING[fact] for fact in missing)}"


def _instruments(sources: Sources) -> Iterator[Block]:
    for each in sources.rules.rulebook.instruments.values():
        yield Table(
            (each.title, each.id),
            (
                ("issued in", words.issuers(each)),
                ("issued by", ", ".join(words.said(kind) for kind in sorted(each.authorities)) or "nobody"),
                ("judge", words.JUDGES.get(each.judge, words.said(each.judge))),
                ("rests on", "; ".join(each.basis)),
                ("binds us", _binds(sources, each)),
                ("has to show", "; ".join(FACTS[name].says for name in each.required) or "nothing of its own"),
                ("may name an address, a port and a time", "yes" if each.ip_target else "no"),
                ("other people are named", words.names_others(each)),
                ("when", "; ".join(words.deadlines(each)) or "no term of its own"),
                ("the person", words.notice(each)),
                *((f"note on {name}", text) for name, text in each.permit_notes.items()),
                *(("note", text) for text in each.notes),
                *(("open", text) for text in each.open),
                ("rules", "nobody has reviewed them" if each.review.on is None else _reviewed(each.review)),
            ),
        )
        if each.rules:
            yield _rules(each.rules)


def _rules(rules: tuple[Rule, ...]) -> Table:
    rows = tuple(
        (rule.code, rule.action.value, rule.reason, rule.instead or "-", "; ".join(rule.basis)) for rule in rules
    )
    return Table(("rule", "then", "because", "what would work", "basis"), rows)


def _refused(sources: Sources) -> Iterator[Block]:
    yield Paragraph("These rules come before those of every instrument.")
    yield _rules(sources.rules.rulebook.global_rules)


def _asking() -> Iterator[Block]:
    yield Paragraph(
        "An officer of an enrolled agency signs a request with a passkey. What comes on paper or by mail a person takes"
        f" in, and it takes longer. A request may bring up to {MAX_ATTACHMENTS} documents."
    )
    refused = sorted(set(TARGETS.split()) - {*ACCEPTED, _ONE_ADDRESS})
    yield Items(
        (
            f"Name each account by one of: {', '.join(words.said(kind) for kind in ACCEPTED)}.",
            "One address with port and time is taken where the instrument allows it, and identifies a subscriber.",
            f"Not taken: {', '.join(words.said(kind) for kind in refused)}. Nobody searches among everybody here.",
            f"Name the first and the last day. {', '.join(sorted(TIMED))} are asked for by their period, others are as"
            " they stand.",
            f"Name the classes of data, of {', '.join(Releasable)}.",
            "Whoever asks for secrecy names the law or the order, and the day on which it ends.",
        )
    )
    yield Paragraph("What you can say of a request; anybody can try it out with `privity legal explain`:")
    stated = [(name, fact.says) for name, fact in FACTS.items() if not fact.worked_out]
    yield Table(("fact", "what it says"), tuple(stated))


def _verifying() -> Iterator[Block]:
    yield Paragraph(
        "Until we know who asks, everybody gets this answer, whatever they sent and whether there is such an account:"
    )
    yield Code(ACKNOWLEDGEMENT.decode().strip())
    yield Items(
        (
            "An agency is enrolled once: we look it up in an official register, and take its domain and number from"
            " there, never from a request.",
            "Its mail and its switchboard each give back a code; a supervisor makes a passkey and answers for officers;"
            " officers make passkeys, and the age key to which answers are encrypted. A second person here confirms.",
            f"An agency that is idle for {AGENCY_IDLE_DAYS} days files nothing before it was looked at anew. Each is"
            f" attested again every {AGENCY_YEAR_DAYS} days.",
            "Where a device, a country or an hour is new, we call the number of the register.",
            "An emergency is verified like everything else, only faster: without that call nothing leaves.",
            f"In doubt data may be kept apart, unseen, for {QUARANTINE_HOURS} hours at most.",
        )
    )


def _when() -> Iterator[Block]:
    yield Paragraph(
        "All times are in UTC. The day on which something comes is day 0, and no weekend makes anything later."
    )
    yield Table(
        ("what", "by when"),
        (
            ("that it arrived", f"{MOMENTS[Clock.ACKNOWLEDGE] // MINUTE_MS} minute, by itself"),
            ("a person looks at it", "the end of the next working day"),
            ("a person looks at an emergency", f"{MOMENTS[Clock.FIRST_LOOK_EMERGENCY] // MINUTE_MS} minutes"),
            ("data are kept apart, where they are to be", f"{MOMENTS[Clock.TAKE] // HOUR_MS} hours"),
            (
                "you answer a question of ours",
                f"the end of day {DAYS[Clock.CLARIFICATION]}, unless the question says otherwise",
            ),
            ("you fetch what is ready", f"{OFFERED_MS // DAY_MS} days, {DOWNLOADS} times at most"),
            ("our copy is shredded", f"{KEPT_MS // DAY_MS} days after you fetched it, or could no more"),
            ("what we decided holds", f"{VERDICT_DAYS} days at most; then it is judged anew"),
        ),
    )
    yield Paragraph("The terms of each instrument stand with it.")


def _notice() -> Iterator[Block]:
    yield Paragraph(
        "As a rule a person is told before data about them leave: what was asked for, by whom and by what, and how to"
        f" object, with {DAYS[Clock.NOTICE]} days to do so. Their answer is read before anything goes on."
    )
    yield Items(
        (
            "A law or an order that names an end bars that until then, or until it is lifted. Whether it still stands"
            f" is looked at every {DAYS[Clock.GAG_REVIEW]} days; when it ends, the notice goes by itself.",
            "Secrecy without a basis or without an end is a wish: we ask for both, and bar nothing meanwhile.",
            "In an emergency the notice waits, to the 90th day at the latest.",
            "Where the law has the authority tell the person, we leave it to them.",
            "So nobody, neither a person nor an authority, may rely on a notice in every case.",
        )
    )


def _package(sources: Sources) -> Iterator[Block]:
    if not sources.published:
        yield Paragraph("This house releases nothing so far: requests are looked at, and answered in writing by hand.")
    yield Paragraph(
        "An answer is a package of files: a page to read, tables as CSV and JSON, a letter, what is not held, proofs of"
        " who released what and when. It is encrypted to the key of the officer who asked. Two people release it."
    )
    yield Paragraph(
        "Anybody checks it without us: with the program in it, the keys that we publish, and the roots of its stamp:"
    )
    yield Code("python -I verify_package.py PACKAGE --keys keys.json --tsa tsa-roots.pem")
    if sources.published:
        yield Paragraph(f"The keys are published at {sources.published}. Those of the house:")
        yield Table(
            ("use", "valid from", "id", "public key (SubjectPublicKeyInfo)"),
            tuple((words.said(key.use), key.valid_from, key.id, key.public_key) for key in sources.keys)
            or (("none yet", "-", "-", "-"),),
        )
    yield Paragraph("Each release stands in our audit log before it happens. The log signs with this key:")
    yield Code(sources.log_key)
    yield Paragraph(
        "Everything that can be collected at all is listed in the manifest of collectors of this version. This is its"
        " SHA-256, which each package names; `privity legal capabilities` prints it:"
    )
    yield Code(sources.capabilities_sha256)
