# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Requests by which something leaves: all that is held and reached, nothing else, and the person hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import msgspec

from privity.desk.audit import export, log
from privity.desk.audit.entry import Entry
from privity.desk.intake.receipts import number_of
from privity.desk.legal.notices import service as notices
from privity.desk.legal.requests import judging
from privity.desk.legal.requests.clocks import DAY_MS
from privity.desk.legal.requests.model import Ground, Outcome, State
from privity.desk.legal.rulebook.facts import Target
from privity.desk.legal.rulebook.model import Action
from privity.desk.legal.vault import service as vault
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.legal import asked
from privity.faces.drill.legal.handing_over import WINDOW_DAYS, handed_over, triaged
from privity.faces.drill.legal.house import WAIT_S
from privity.faces.drill.legal.package import must_release
from privity.faces.drill.legal.scene import Told, expect, verdict_line
from privity.faces.drill.legal.stage import Stage
from privity.faces.drill.people import Person, until
from privity.message.report import Reason
from privity.production.classes import Releasable
from privity.production.model import Kind
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.note import SignedNote
from privity.wire.standing import Statement, StatementKind

DROPPED_S: Final = 5.0
"""How long a notice that is never sent is waited for."""
GAG_DAYS: Final = 12
REPORTED: Final = "give me the teapot or I will break your cups"
PRIVATE: Final = "between us: the blue teapot is behind the books"


async def warrant(here: Stage) -> Told:
    """A warrant on somebody of whose messages one was reported: that one is handed over, and no other."""
    alice, bob = await here.person("Alice"), await here.person("Bob")
    await here.says("warrant", alice, bob, PRIVATE, private=True)
    said = await here.says("warrant", alice, bob, REPORTED)
    receipt = await bob.device.report(await here.room("warrant", alice, bob), (said,), Reason.THREAT)
    db = here.work.db
    await until(lambda: number_of(db, receipt, bob.user_uri) is not None, "warrant", "the report to be there", WAIT_S)
    line = "US, a court: warrant for everything that is held of one account, of whose messages one was reported"
    paper = asked.warrant(here.work.today, alice.handle, line)
    told = Told(line)
    number, team, judged = await triaged(here, paper)
    told.verdict = verdict_line(judged.verdict)
    expect("warrant", judged.verdict.action is Action.PROCEED, f"expected proceed, the verdict is {told.verdict}")
    here.work.judged(number, judged, Outcome.ACCEPT)
    await here.until_request("warrant", number, State.COLLECTED)
    told.notice = await _told(here, "warrant", alice, number)
    here.pass_days(0 if here.is_wrong("early-release") else WINDOW_DAYS)
    kept = here.signing.sign()
    found = await handed_over(here, "warrant", number, team, told)
    must_release("warrant", found, Releasable)
    expect("warrant", Releasable.CONTENT_REPORTED in found.released, "the reported message is not in the package")
    whole = b"".join(found.files[f"bag/data/{path}"] for path in found.data)
    expect("warrant", REPORTED.encode() in whole, "the package does not hold what was reported")
    expect("warrant", bob.user_uri.encode() not in whole, "the package names whoever reported")
    told.checks += ["the reported message is in it; the one beside it and the reporter's name are not"]
    told.checks.append(_log_holds(here, kept))
    return told


async def preserved(here: Stage) -> Told:
    """Kept apart before the person closed the account, and produced by a warrant that came after."""
    carol = await here.person("Carol")
    await carol.device.profiles.put("Carol", "I collect invented teapots", None, False)
    line = "US, a prosecutor: preserve one account; later, US, a court: warrant for the same. In between it is closed"
    told, work = Told(line), here.work
    first, team, judged = await triaged(here, asked.preserve(work.today, carol.handle, line))
    work.judged(first, judged, Outcome.PRESERVE)
    await until(lambda: work.held(first) is not None, "preserved", "what there is to be kept apart", WAIT_S)
    hold = work.held(first)
    assert hold is not None  # waited for
    receipt = Told(line)
    from_receipt = await handed_over(here, "preserved", first, team, receipt, Kind.PRESERVATION_RECEIPT, hold.number)
    expect("preserved", not from_receipt.rows, "the receipt holds records")
    told.checks += [f"first {receipt.left}", *receipt.checks]
    await carol.device.leaving.at_once(carol.phrase)
    here.pass_days(85 if here.is_wrong("expired-hold-read") else 2)
    paper = asked.warrant(work.today, carol.handle, line)
    paper = replace(paper, facts={**paper.facts, "time_range": _since(work.today, 100)})
    second, team, after = await triaged(here, paper)
    told.verdict = f"{verdict_line(judged.verdict)}; then {verdict_line(after.verdict)}"
    expect("preserved", after.verdict.action is Action.PROCEED, f"expected proceed, the verdict is {told.verdict}")
    work.judged_with_what_was_kept(second, after, hold.number)
    await here.until_request("preserved", second, State.COLLECTED)
    if here.is_wrong("expired-hold-read"):
        _read_too_late(here, second, hold.number, carol)
    await until(lambda: work.nobody_to_tell(second), "preserved", "the hub to say that nobody is there", WAIT_S)
    found = await handed_over(here, "preserved", second, team, told)
    must_release("preserved", found, Releasable)
    whole = b"".join(found.files.values())
    expect("preserved", b"I collect invented teapots" in whole, "what was kept of the profile is not in the package")
    told.notice = "the account is closed; the hub knows nobody to tell, and a person has looked"
    told.checks.append("what the hub has no more is in the package, as it was kept")
    return told


async def gag(here: Stage) -> Told:
    """Secrecy with a basis and an end: it ends by itself, and the person's device is told without anybody's help."""
    dora = await here.person("Dora")
    line = f"US, a court: warrant for subscriber data, secret for {GAG_DAYS} days by an order"
    today = here.work.today
    secret = {"gag_requested": True, "gag_basis": "18 USC 2705(b), invented order 17"}
    until_day = {"gag_until": str(today + timedelta(days=GAG_DAYS))}
    paper = asked.warrant(today, dora.handle, line, ["subscriber"], **secret, **until_day)
    told = Told(line)
    number, team, judged = await triaged(here, paper)
    told.verdict = verdict_line(judged.verdict)
    here.work.judged(number, judged, Outcome.ACCEPT)
    await here.until_request("gag", number, State.COLLECTED)
    bar = here.work.barred(number)
    await until(lambda: here.work.is_planned(number), "gag", "the desk to count whom it is about", WAIT_S)
    found = await handed_over(here, "gag", number, team, told)
    must_release("gag", found, [Releasable.SUBSCRIBER])
    expect("gag", not _statements(dora), "Dora was told although an order bars it")
    here.pass_days((bar.until_ms - here.clock.now_ms()) // DAY_MS)
    expect("gag", here.clock.now_ms() < bar.until_ms and not _statements(dora), "the bar did not hold to its last day")
    here.pass_days(1)
    took_ms = await until(lambda: bool(_statements(dora)), "gag", "Dora's device to be told by itself", WAIT_S)
    (statement,) = _statements(dora)
    expect("gag", statement.at_ms >= bar.until_ms, "Dora was told before the bar had ended")
    expect("gag", "Invented House" in statement.text, "the notice does not say whose it is")
    told.notice = (
        f"in the package: {found.notice}; the day after, Dora's device had it by itself within {took_ms:.0f} ms"
    )
    return told


async def overbroad(here: Stage) -> Told:
    """Two years are asked for: asked back, shortened by the agency, and narrowed once more by the reviewer."""
    erin = await here.person("Erin")
    await erin.device.profiles.put("Erin", "cups and saucers", None, False)
    today, work = here.work.today, here.work
    line = "US, a court: warrant for two years of one account; the agency shortens it, the reviewer narrows it"
    paper = asked.warrant(today, erin.handle, line, ["subscriber", "account_state", "content_profile"])
    paper = replace(paper, facts={**paper.facts, "time_range": _since(today, 730)})
    told = Told(line)
    number, team, wide = await triaged(here, paper)
    expect(
        "overbroad",
        "G12" in wide.verdict.codes,
        f"expected clarify by G12, the verdict is {verdict_line(wide.verdict)}",
    )
    work.judged(number, wide, Outcome.CLARIFY, ground=Ground.OVERBROAD_TIME)
    work.corrected(number, {"time_range": _since(today, 60)}, "The court's clerk says that two months are meant.")
    judged = work.triaged(number)
    told.verdict = f"{verdict_line(wide.verdict)}; after the answer {verdict_line(judged.verdict)}"
    whole = judging.widest(work.db, judged.number)
    week_ms = work.now_ms() - 7 * DAY_MS
    scope = judging.narrower(
        whole, classes=frozenset({Releasable.SUBSCRIBER, Releasable.ACCOUNT_STATE}), since_ms=week_ms
    )
    if here.is_wrong("wider-scope"):
        scope = tuple(replace(each, since_ms=0) for each in scope)
    work.judged(number, judged, Outcome.NARROW, ground=Ground.OVERBROAD_TIME, scope=scope)
    await here.until_request("overbroad", number, State.COLLECTED)
    told.notice = await _told(here, "overbroad", erin, number)
    here.pass_days(WINDOW_DAYS)
    found = await handed_over(here, "overbroad", number, team, told)
    must_release("overbroad", found, [Releasable.SUBSCRIBER, Releasable.ACCOUNT_STATE])
    ranges = {f"{one['class']} from {one['from']}" for one in found.statement["released"] if one["from"]}
    denied = ", ".join(one["class"] for one in found.statement["denied"])
    told.checks.append(f"released: {', '.join(sorted(ranges)) or 'without a range'}; denied by the reviewer: {denied}")
    expect("overbroad", denied == "content_profile", f"expected the profile to be denied, got {denied or 'nothing'}")
    return told


def _read_too_late(here: Stage, request: int, hold: int, person: Person) -> None:
    """A file that the request could read, on the day after the term has ended."""
    work, target = here.work, Target("handle", person.handle)
    name = vault.names(work.db, work.custody, request, hold, target, work.now_ms())[0]
    here.pass_days(6)
    clerk, now_ms = work.staff.clerk.acting, work.now_ms()
    vault.read(work.db, work.custody, clerk, request, hold, target, name, purpose="to see it", now_ms=now_ms)


def _since(today: date, days: int) -> dict[str, str]:
    return {"from": str(today - timedelta(days=days)), "to": str(today)}


def _statements(person: Person) -> list[Statement]:
    return [each for each in person.device.safety.statements() if each.kind is StatementKind.LEGAL_REQUEST]


async def _told(here: Stage, scene: str, person: Person, number: int) -> str:
    """What the person reads on their device, before anything leaves. Raises NobodyTold where nothing came."""

    def there() -> bool:
        return any(each.reference in here.work.references(number) for each in _statements(person))

    wait_s = DROPPED_S if here.is_wrong("dropped-notice") else WAIT_S
    try:
        took_ms = await until(there, scene, f"{person.name} to be told", wait_s)
    except CheckFailed:
        notices.state_for(here.work.db, number, here.clock.now_ms())
        raise
    await until(lambda: here.work.is_told(number), scene, "the hub to say that the notice is there", WAIT_S)
    return f"sent to {person.name}'s device within {took_ms:.0f} ms of the collection; {WINDOW_DAYS} days passed"


def _log_holds(here: Stage, kept: SignedNote) -> str:
    """The whole log against a checkpoint that somebody kept before the release. Raises what it is when it does not."""
    note, file = here.signing.sign(), here.folder / "log.jsonl"
    entries = list(log.entries(here.work.db, 0, Checkpoint.decode(note.text).size))
    if here.is_wrong("reordered-log"):
        one, other = Entry.decode(entries[0]), Entry.decode(entries[1])
        entries[:2] = [_at(0, other), _at(1, one)]
    export.write(file, note, entries)
    found = export.verified(file, here.signing.key, [kept])
    return f"the log of all acts holds: {found.size} entries, and a checkpoint from before the release"


def _at(n: int, entry: Entry) -> bytes:
    """An entry in another's place, with its number."""
    return msgspec.structs.replace(entry, n=n).encode()
