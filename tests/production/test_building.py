# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Packages of every kind: the same bytes each time, nothing beyond the verdict, and pages that a clerk can read."""

from __future__ import annotations

import json
import os
import random
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from privity.production import building, envelope, statement, writing
from privity.production.building import Contents, Package
from privity.production.classes import CONTENT, Never, Releasable
from privity.production.errors import (
    BadMoment,
    BadName,
    BadPlace,
    DoesNotVerify,
    ReleasesMore,
    Unanswered,
    WrongSigners,
)
from privity.production.model import Answered, Facts, Kind, Released, ThirdParties, Use
from privity.production.records import Table
from tests.production.scene import (
    COLLECTED,
    CONTENTS,
    FACTS,
    PERMITTED,
    SESSIONS,
    Scene,
    beside,
    run,
    saved,
    signer,
)

ROWS = int(os.environ.get("PRIVITY_PROVE_PACKAGE_ROWS", 100_000))
OPERATORS = (Kind.PRODUCTION, Kind.PRESERVATION_RECEIPT, Kind.REFUSAL)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


def test_pp_1_the_same_records_make_the_same_bag(scene: Scene) -> None:
    others = {"b.txt": b"two", "request/instrument.txt": b"one", "a.txt": b""}
    first = scene.prepared(contents=replace(CONTENTS, others=others))
    again = scene.prepared(contents=replace(CONTENTS, others=dict(reversed(others.items()))))
    assert dict(first.bag) == dict(again.bag)
    assert list(first.bag) == list(again.bag) == sorted(first.bag)
    assert first.manifest.encode() == again.manifest.encode()
    assert b"Bagging-Date: 2026-11-22\n" in first.bag["bag-info.txt"]
    other = scene.prepared(contents=replace(CONTENTS, tables=(SESSIONS,)))
    assert other.manifest.digest() != first.manifest.digest()


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_3_nothing_is_released_beyond_the_verdict(scene: Scene, kind: Kind) -> None:
    for more in sorted(set(Releasable) - (PERMITTED if kind is Kind.PRODUCTION else frozenset())):
        with pytest.raises(ReleasesMore, match=f"release {more}, which the verdict does not"):
            scene.prepared(kind, contents=Contents(), released=(Released(named=more),))


def test_pp_3_no_verdict_lets_a_refusal_release(scene: Scene) -> None:
    facts = msgspec.structs.replace(FACTS[Kind.REFUSAL], released=(Released(named=Releasable.SUBSCRIBER),))
    with pytest.raises(ReleasesMore):
        building.prepare(facts, Contents(), scene.keys(), frozenset(Releasable))


def test_lp_1_what_nobody_holds_cannot_be_named_as_released() -> None:
    assert {one.value for one in Never} == {"content_e2ee", "key_material"}
    assert not {one.value for one in Never} & {one.value for one in Releasable}
    for one in Never:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"class": one.value}, Released)
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(json.dumps({"released": [{"class": one.value}]}), type=Facts)


def test_pp_3_no_file_is_of_a_class_that_is_not_released(scene: Scene) -> None:
    """Whatever the statement says: what lies in the bag is what leaves."""
    subscriber = (Released(named=Releasable.SUBSCRIBER),)
    denied = (*FACTS[Kind.PRODUCTION].denied, Answered(named=Releasable.SESSION_IP))
    with pytest.raises(ReleasesMore, match="files of session_ip"):
        scene.prepared(released=subscriber, denied=denied)
    reported = Contents(evidence={Releasable.CONTENT_REPORTED: {"reported/message.json": b"{}"}})
    for kind in Kind:
        with pytest.raises(ReleasesMore, match="files of content_reported"):
            scene.prepared(kind, contents=reported)
    allowed = Contents(evidence={Releasable.SUBSCRIBER: {"note.txt": b"a teapot"}})
    assert scene.prepared(contents=allowed).bag["data/note.txt"] == b"a teapot"


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        (ThirdParties.NAMED_BY_ORDER, (Releasable.DELIVERY_METADATA,)),
        (ThirdParties.NAMED_BY_ORDER, ()),
        (ThirdParties.PSEUDONYMISED, (Releasable.SUBSCRIBER,)),
    ],
    ids=["not released", "in nothing", "not said"],
)
def test_others_are_named_where_it_is_said_and_released(
    scene: Scene, stated: ThirdParties, named: tuple[Releasable, ...]
) -> None:
    with pytest.raises(ReleasesMore, match="others would be"):
        scene.prepared(third_parties=stated, named_in=named)
    fits = scene.prepared(third_parties=ThirdParties.NAMED_BY_ORDER, named_in=(Releasable.SUBSCRIBER,))
    assert json.loads(fits.manifest.encode())["predicate"]["named_in"] == ["subscriber"]
    assert b"Other people are named where the order says so" in fits.bag["data/index.html"]


@pytest.mark.parametrize("content", sorted(CONTENT))
def test_in_what_people_said_or_show_nobody_else_is_named_whatever_is_released(
    scene: Scene, content: Releasable
) -> None:
    facts = msgspec.structs.replace(
        FACTS[Kind.PRODUCTION],
        requested=(Answered(named=content),),
        released=(Released(named=content),),
        denied=(),
        not_held=(),
        preserved=(),
    )
    assert building.prepare(facts, Contents(), scene.keys(), frozenset(Releasable)).bag
    named = msgspec.structs.replace(facts, third_parties=ThirdParties.NAMED_BY_ORDER, named_in=(content,))
    with pytest.raises(ReleasesMore, match=f"others would be named in {content}"):
        building.prepare(named, Contents(), scene.keys(), frozenset(Releasable))


@pytest.mark.parametrize(
    ("since", "until"),
    [(None, "2026-10-31T00:00:00Z"), ("2026-09-30T23:59:59Z", "2026-10-31T00:00:00Z"), ("2026-10-01T00:00:00Z", None)],
)
def test_pp_3_nothing_is_released_of_a_time_that_nobody_asked_for(
    scene: Scene, since: str | None, until: str | None
) -> None:
    released = (Released(named=Releasable.SUBSCRIBER), Released(named=Releasable.SESSION_IP, since=since, until=until))
    with pytest.raises(ReleasesMore, match="which nobody asked for"):
        scene.prepared(released=released)


def test_everything_asked_for_is_answered_and_nothing_else(scene: Scene) -> None:
    with pytest.raises(Unanswered, match="delivery_metadata"):
        scene.prepared(denied=())
    with pytest.raises(Unanswered, match="account_state"):
        scene.prepared(preserved=(Answered(named=Releasable.ACCOUNT_STATE),))


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_10_every_kind_has_one_format_and_verifies(scene: Scene, kind: Kind, tmp_path: Path) -> None:
    package = scene.package(kind)
    found = run(saved(package, tmp_path / "package"), beside(scene, tmp_path))
    assert found.code == 0
    assert kind.value in found.checks["statement"][1]
    absent = {name for name, (status, _) in found.checks.items() if status == "absent"}
    own = {"time-stamp", "approvals", "log", "letter"} if kind is Kind.PARTICIPANT_DISCLOSURE else set()
    assert absent == {"rulebook"} | own
    assert {"bag/data/index.html", "bag/data/not_held.json", "bag/data/provenance.json"} < set(package.files)


def test_pp_9_a_correction_names_the_package_that_it_replaces(scene: Scene, tmp_path: Path) -> None:
    first = scene.package()
    second = scene.package(supersedes=first.dsse_sha256, case="LP-2026-0001-2")
    arguments = beside(scene, tmp_path)
    before, after = (run(saved(one, tmp_path / one.case), arguments) for one in (first, second))
    assert (before.code, after.code) == (0, 0)
    assert first.dsse_sha256 in after.checks["statement"][1]
    assert first.dsse_sha256 in second.files["bag/data/index.html"].decode()
    assert "replaces nothing" in before.checks["statement"][1]


class _Page(HTMLParser):
    """What a browser would load or run, and what a person would read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_8_the_pages_load_and_run_nothing(scene: Scene, kind: Kind) -> None:
    files = scene.package(kind).files
    for name in ("index.html", "field_guide.html"):
        text = files[f"bag/data/{name}"].decode()
        page = _Page(text)
        assert not page.tags & {"script", "iframe", "img", "link", "object", "embed", "form", "base", "audio", "video"}
        assert not [name for name in page.attributes if name.startswith("on") or name in ("src", "style", "action")]
        assert all(f"bag/data/{link}" in files for link in page.links if not link.startswith("#")), page.links
        assert "url(" not in text and "@import" not in text and 'http-equiv="refresh"' not in text
        assert "default-src 'none'" in text


def test_pp_7_the_first_screen_says_who_what_what_not_and_how_to_check(scene: Scene) -> None:
    page = _Page(scene.package().files["bag/data/index.html"].decode())
    words = " ".join(" ".join(page.words).split())
    for said in (
        "federal_agency, US, by us.sca.subpoena",
        "Teapot House, legal@teapot.example",
        "Addresses and times of connections (session_ip) 2026-10-01 to 2026-10-31, whole days",
        "What is here What is kept about the account Addresses and times of connections, 2026-10-01 to 2026-10-30",
        "What is not here, and why Records of deliveries: US-S1 Content of encrypted conversations: The operator has",
        "Other people stand in the records under names that say nothing",
        "They are not told before 2027-02-20T00:00:00Z; then they are.",
        "What is not here because it may not be released",
        "US-S1",
        "The operator stores neither their text nor a key to it",
        "All times are in UTC",
        "python -I bag/data/verify_package.py",
    ):
        assert said in words, said


def test_what_somebody_wrote_is_text_on_the_page(scene: Scene) -> None:
    page = scene.package(case="<script>alert(1)</script>").files["bag/data/index.html"].decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name", ["", "../up", "/root", "a//b", "a/", ".hidden", "naïve.txt", "a b", "ba\u0440.txt", "nul\0", "x" * 101]
)
def test_pp_6_no_file_gets_a_name_that_the_verifier_refuses(scene: Scene, name: str) -> None:
    with pytest.raises(BadName):
        scene.prepared(contents=Contents(others={name: b""}))


def test_two_files_never_have_one_name(scene: Scene) -> None:
    with pytest.raises(BadName, match="case does not count"):
        scene.prepared(contents=Contents(others={"a.txt": b"", "A.TXT": b""}))
    with pytest.raises(BadName, match="already"):
        scene.prepared(contents=Contents(others={"index.html": b""}))


def test_each_kind_is_signed_by_its_signers(scene: Scene) -> None:
    prepared = scene.prepared()
    for signers in ((), (scene.service,), (scene.service, scene.service), (scene.service, scene.device)):
        with pytest.raises(WrongSigners, match="signed by legal_team and service"):
            scene.finished(prepared, signers=signers)
    private = scene.service._private
    twice = envelope.KeySigner(Use.LEGAL_TEAM, private, COLLECTED)
    with pytest.raises(WrongSigners, match="would sign twice"):
        scene.finished(prepared, signers=(scene.service, twice))
    with pytest.raises(WrongSigners, match="signed by device"):
        building.disclose(scene.prepared(Kind.PARTICIPANT_DISCLOSURE), scene.service)


def test_what_follows_comes_after(scene: Scene) -> None:
    prepared = scene.prepared()
    with pytest.raises(BadMoment, match="before it was collected"):
        scene.finished(prepared, approved_at="2026-11-22T09:59:59Z")
    with pytest.raises(BadMoment, match="the approval is said"):
        scene.finished(prepared, approved_at="2026-11-22T12:00:01Z")
    for text in ("2026-11-22", "2026-11-22T10:00:00+00:00", "2026-13-22T10:00:00Z", ""):
        with pytest.raises(BadMoment, match="a time is written as"):
            scene.prepared(collected_at=text)


def test_lp_9_what_does_not_verify_is_not_released(scene: Scene) -> None:
    package = scene.package()
    report = writing.must_verify(package, scene.trusted(), scene.stamps.roots)
    assert report.verified and report.kind == "production"
    bad = Package(package.case, {**package.files, "bag/data/index.html": b"another page"})
    with pytest.raises(DoesNotVerify, match=r"bag: changed, added or missing: .*index\.html"):
        writing.must_verify(bad, scene.trusted(), scene.stamps.roots)
    stranger = Scene(stamps=scene.stamps)
    with pytest.raises(DoesNotVerify, match="keys"):
        writing.must_verify(package, stranger.trusted(), scene.stamps.roots)


def test_a_verifier_that_says_nothing_has_verified_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE_S", 0.0)
    with pytest.raises(DoesNotVerify, match="did not come to an end"):
        writing.verify(tmp_path, tmp_path / "keys.json", tmp_path / "roots.pem")


def test_a_package_is_never_written_over_something(scene: Scene, tmp_path: Path) -> None:
    place = saved(scene.package(), tmp_path / "package")
    assert place.stat().st_mode & 0o077 == 0
    with pytest.raises(BadPlace, match="exists"):
        writing.write(scene.package(), place)


def test_a_participant_needs_no_operator(scene: Scene) -> None:
    files = scene.package(Kind.PARTICIPANT_DISCLOSURE).files
    assert [path for path in files if path.startswith("attest/")] == ["attest/keys.json", "attest/production.dsse.json"]
    assert statement.attest_of(Kind.PARTICIPANT_DISCLOSURE) == ["keys.json", "production.dsse.json", "production.tsr"]
    assert signer(Use.DEVICE).key.use is Use.DEVICE


def many(count: int) -> Contents:
    rng = random.Random(4)
    rows = tuple((1_795_000_000_000 + n, f"192.0.2.{rng.randrange(256)}", rng.randrange(65536)) for n in range(count))
    return Contents(tables=(Table("sessions", Releasable.SESSION_IP, SESSIONS.columns, rows),))


@pytest.mark.prove
def test_pp_4_a_hundred_thousand_rows(scene: Scene, tmp_path: Path) -> None:
    began = time.process_time()
    package = scene.finished(scene.prepared(contents=many(ROWS)))
    place = saved(package, tmp_path / "package")
    built = time.process_time() - began
    began = time.monotonic()
    assert run(place, beside(scene, tmp_path)).code == 0
    verified = time.monotonic() - began
    assert (built < 60, verified < 10) == (True, True), (built, verified)
