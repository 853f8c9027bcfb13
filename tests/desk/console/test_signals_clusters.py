# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of clusters: evidence and members as they are, and people who say what it is."""

from __future__ import annotations

import re

import pytest

from privity.desk.audit import reading
from privity.desk.console.signals_clusters import weighs
from privity.desk.limits import CONFIRM_WITHIN_MS, CONFIRMED_YOUNGER_MS
from privity.desk.signals.coordination import confirming, service
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.coordination.model import Kind, Why
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.scene import somebody
from tests.desk.signals.coordination.made import Slowed, cluster, member

MODERATOR = Acting.member(911, frozenset({Role.MODERATOR}))


@pytest.fixture
def members(console: Pages) -> list[str]:
    """Seven accounts of one cluster; the last has a standing of its own."""
    accounts = [somebody() for _ in range(7)]
    found = cluster(*(member(each, standing=each == accounts[6]) for each in accounts), kind=Kind.KNOCKED)
    service.keep(console.db, [found], Slowed(), election=False, now_ms=console.clock.now_ms)
    return accounts


async def test_without_clusters_every_list_says_so(console: Pages) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    for state, words in (("proposed", "No cluster waits."), ("confirmed", "a campaign."), ("benign", "harmless.")):
        assert words in (await visitor.get(f"/clusters?state={state}")).text
    assert (await visitor.get("/clusters?state=guilty")).status == 400
    assert (await visitor.get("/clusters/9")).status == 404


async def test_a_cluster_shows_what_it_rests_on_and_links_to_its_members(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    listed = (await visitor.get("/clusters")).text
    assert 'href="/clusters/1">Cluster 1' in listed and "score 90 of 100" in listed
    assert re.search(r"<span>Clusters</span>\s*<span class=\"count\">1<", listed)
    page = (await visitor.get("/clusters/1")).text
    assert "7 accounts asked to be let into the same conversations at the same times" in page
    assert "90% of the accounts; by chance once in 10 to the 9" in page
    assert "they did the same within the same minutes" in page
    assert "Score</dt><dd>90 of 100" in page and "yes: a cluster takes nothing from them" in page
    links = re.findall(r'href="(/account\?uri=[^"]+)">([^<]+)</a>', page)
    assert {name for _, name in links} == set(members) and links[-1][1] == members[6], "whoever has a standing is last"
    account = (await visitor.get(links[0][0])).text
    assert 'href="/clusters/1">Cluster 1' in account
    assert "knocked:" not in page and "mimi://x/u/0" in page


async def test_its_case_says_cluster_and_leads_to_it(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    assert "cluster of accounts" in (await visitor.get("/queue")).text
    case = (await visitor.get("/case/1")).text
    assert "About the cluster of accounts" in case and 'href="/clusters/1"' in case
    assert "public notice" not in case


async def test_people_say_what_it_is_and_may_say_something_else_later(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    page = await visitor.get("/clusters/1")
    benign, campaign = [form for form in page.forms if form.action == "/clusters/1/judge"]
    assert (await visitor.fill(campaign, words="They sell invented coins.")).location == "/clusters/1"
    kept = service.cluster(console.db, MODERATOR, 1)
    assert (kept.state, kept.judged_by, kept.words) == (
        State.CONFIRMED,
        f"staff:{visitor.number}",
        "They sell invented coins.",
    )
    again = await visitor.fill(campaign, words="They sell invented coins.")
    assert again.status == 409 and "ClusterJudged" in again.text
    assert (await visitor.fill(benign, words="They are a choir.")).location == "/clusters/1"
    shown = (await visitor.get("/clusters/1")).text
    assert "harmless</strong>, says Member 1" in shown and "They are a choir." in shown
    assert 'href="/clusters/1"' in (await visitor.get("/clusters?state=benign")).text
    entries = reading.page(console.db, after=-1, limit=100, about="cluster:1")
    assert [entry.act for entry in entries][-2:] == ["cluster.judged", "cluster.judged"]


async def test_a_judgement_needs_words_and_one_of_two_states(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    seen = str(console.clock.now_ms)
    assert (await visitor.post("/clusters/1/judge", state="benign", seen=seen, words=" ")).status == 409
    for wrong in ("proposed", "guilty", ""):
        assert (await visitor.post("/clusters/1/judge", state=wrong, seen=seen, words="A choir")).status == 400, wrong
    assert (await visitor.post("/clusters/1/judge", state="benign", words="A choir")).status == 400
    assert service.cluster(console.db, MODERATOR, 1).state is State.PROPOSED


async def test_a_senior_other_than_who_judged_confirms_and_the_page_says_what_that_does(
    console: Pages, members: list[str]
) -> None:
    first, second = await console.visitor(Role.SENIOR), await console.visitor(Role.SENIOR)
    _, campaign = [form for form in (await first.get("/clusters/1")).forms if form.action == "/clusters/1/judge"]
    assert (await first.fill(campaign, words="They sell invented coins.")).location == "/clusters/1"
    alone = await first.get("/clusters/1")
    assert "/clusters/1/confirm" not in alone.text and "A senior other than Member 1 may, until" in alone.text
    itself = await first.post("/clusters/1/confirm", seen=str(console.clock.now_ms), words="They do.")
    assert itself.status == 409 and "SecondPerson" in itself.text
    page = await second.get("/clusters/1")
    assert "Confirm: note 6 of 7" in page.text and "For 30 days" in page.text and "younger than 60 days" in page.text
    (confirm,) = [form for form in page.forms if form.action == "/clusters/1/confirm"]
    assert (await second.fill(confirm, words="I looked at each.")).location == "/clusters/1"
    shown = (await second.get("/clusters/1")).text
    assert "by <strong>Member 2</strong>" in shown and "On 6 of its members" in shown and "I looked at each." in shown
    again = await second.fill(confirm, words="I looked at each.")
    assert again.status == 409 and "CampaignConfirmed" in again.text
    assert "<strong>coordinated</strong>" in (await second.get(f"/account?uri={members[0]}")).text
    moderator = await console.visitor(Role.MODERATOR)
    assert "/clusters/1/confirm" not in (await moderator.get("/clusters/1")).text
    assert (await moderator.fill(confirm, words="Me, too.")).status == 403


async def test_nobody_judges_what_was_found_since_they_looked(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.MODERATOR)
    page = await visitor.get("/clusters/1")
    console.clock.now_ms += 1
    found = cluster(*(member(each) for each in [*members, somebody()]))
    service.keep(console.db, [found], Slowed(), election=False, now_ms=console.clock.now_ms)
    for form in [form for form in page.forms if form.action == "/clusters/1/judge"]:
        late = await visitor.fill(form, words="They sell invented coins.")
        assert late.status == 409 and "ClusterChanged" in late.text


async def test_who_answers_appeals_sees_a_cluster_and_judges_none(console: Pages, members: list[str]) -> None:
    visitor = await console.visitor(Role.APPEALS)
    page = await visitor.get("/clusters/1")
    assert page.status == 200 and "/clusters/1/judge" not in page.text
    assert (await visitor.post("/clusters/1/judge", state="benign", words="A choir")).status == 403


def test_what_chance_gives_is_called_so() -> None:
    said = dict(weighs(Why(0.3, 0.2, 12.4, 0.75, 0.0, 0)))
    assert said["made within 14 days"] == "20% of the accounts; no more than chance gives"
    assert said["came from one network, or by one inviter"] == "75% of the accounts; by chance once in 10 to the 12"


async def test_the_navigation_counts_campaigns_that_wait_for_a_second_person(
    console: Pages, members: list[str]
) -> None:
    counted = re.compile(r"<span>Clusters</span>\s*<span class=\"count\">(\d+)<")
    first, second = await console.visitor(Role.MODERATOR), await console.visitor(Role.SENIOR)
    _, campaign = [form for form in (await first.get("/clusters/1")).forms if form.action == "/clusters/1/judge"]
    assert (await first.fill(campaign, words="They sell invented coins.")).location == "/clusters/1"
    listed = (await second.get("/clusters")).text
    assert counted.findall(listed) == ["1"] and "Campaigns (1 for a second person)" in listed
    assert confirming.count_waiting(console.db, console.clock.now_ms + CONFIRM_WITHIN_MS + 1) == 0, "it is over"
    assert confirming.count_waiting(console.db, console.clock.now_ms + CONFIRMED_YOUNGER_MS) == 0
    console.db.execute("DELETE FROM staff_role WHERE member = ?", (first.number,))
    assert confirming.count_waiting(console.db, console.clock.now_ms) == 0, "it is to be judged anew"
    console.db.execute("INSERT INTO staff_role (member, role) VALUES (?, 'moderator')", (first.number,))
    (confirm,) = [one for one in (await second.get("/clusters/1")).forms if one.action == "/clusters/1/confirm"]
    assert (await second.fill(confirm, words="I looked at each.")).location == "/clusters/1"
    listed = (await second.get("/clusters")).text
    assert counted.findall(listed) == [] and "second person)" not in listed
