# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who fetches a package, how often and how long; and that nothing of it is on the disk once its time is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.errors import AgenciesError, ProofRefused
from privity.desk.legal.releasing import delivering, looking, parts, store
from privity.desk.legal.releasing.errors import NotOffered, ProductionGone
from privity.desk.legal.releasing.model import Part, Stage
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.desk.staff.errors import PasskeyRefused
from tests.desk.legal.agencies.bureau import PLACE
from tests.desk.legal.releasing.floor import DAY_MS, Floor


def test_a_package_is_fetched_three_times_and_no_more(floor: Floor) -> None:
    made = floor.ready()
    first = floor.fetch(made)
    assert [floor.fetch(made).left for _ in range(2)] == [1, 0]
    with pytest.raises(NotOffered, match="3 times"):
        floor.fetch(made)
    assert first.left == 2 and first.sha256 == made.package_sha256
    receipts = floor.acts(Act.PRODUCTION_FETCHED)
    assert [entry.said["count"] for entry in receipts] == [1, 2, 3]
    assert {entry.said["package_sha256"] for entry in receipts} == {first.sha256.hex()}
    assert {entry.who.partition(":")[0] for entry in receipts} == {"officer"}
    assert looking.of(floor.db, made.number).stage is Stage.DELIVERED


@pytest.mark.parametrize("late", [0, 1])
def test_a_package_can_be_fetched_for_two_weeks(floor: Floor, late: int) -> None:
    made = floor.ready()
    assert made.ready_ms is not None
    floor.now_ms = made.ready_ms + 14 * DAY_MS + late - 1000
    floor.bureau.now_ms = floor.now_ms
    if late:
        with pytest.raises(NotOffered, match="two weeks"):
            floor.fetch(made)
        assert delivering.offered(floor.db, floor.team().officer, floor.now_ms) == ()
        with pytest.raises(IntegrityError):
            store.add_download(floor.db, made.number, 1, floor.team().officer, floor.now_ms)
    else:
        assert delivering.offered(floor.db, floor.team().officer, floor.now_ms) == (made,)
        assert floor.fetch(made).left == 2


def test_another_officer_learns_nothing_and_gets_nothing(floor: Floor) -> None:
    made = floor.ready()
    other, _ = floor.bureau.officer(floor.team().supervisor, "Otto Officer")
    stranger = floor.bureau.enrolled(country="US", kind="state_agency", domain="kettles.example", name="Kettles")
    for officer in (other, stranger.officer):
        assert delivering.offered(floor.db, officer, floor.now_ms) == ()
        with pytest.raises(NotOffered, match="nothing here"):
            floor.fetch(made, officer)
    with pytest.raises(ProofRefused):
        floor.fetch(made, key=floor.bureau.keys[other])
    assert not floor.acts(Act.PRODUCTION_FETCHED)


def test_an_answer_fetches_once(floor: Floor) -> None:
    made = floor.ready()
    officer = floor.team().officer
    options = delivering.ask(floor.db, floor.office, officer, made.number, floor.later())
    answer = floor.bureau.keys[officer].get(options, PLACE.origin)
    delivering.fetch(floor.db, floor.office, officer, made.number, answer, floor.now_ms)
    with pytest.raises(PasskeyRefused):
        delivering.fetch(floor.db, floor.office, officer, made.number, answer, floor.later())
    assert store.downloads(floor.db, made.number) == 1


def test_a_desk_that_dies_while_it_gives_one_out_can_be_asked_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = floor.ready()

    class Killed(BaseException):
        """The desk's process ends here."""

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(store, "delivered", dies)
        with pytest.raises(Killed):
            floor.fetch(made)
    assert (store.downloads(floor.db, made.number), floor.acts(Act.PRODUCTION_FETCHED)) == (0, [])
    assert floor.fetch(made).left == 2


def test_the_answer_to_one_package_fetches_no_other(floor: Floor) -> None:
    one, two = floor.ready(), floor.ready()
    officer = floor.team().officer
    options = delivering.ask(floor.db, floor.office, officer, one.number, floor.later())
    answer = floor.bureau.keys[officer].get(options, PLACE.origin)
    with pytest.raises(PasskeyRefused):
        delivering.fetch(floor.db, floor.office, officer, two.number, answer, floor.now_ms)


def test_lp_14_a_revoked_agency_fetches_nothing(floor: Floor) -> None:
    made = floor.ready()
    officer = floor.team().officer
    options = delivering.ask(floor.db, floor.office, officer, made.number, floor.later())
    answer = floor.bureau.keys[officer].get(options, PLACE.origin)
    floor.revoke()
    with pytest.raises((NotOffered, PasskeyRefused, AgenciesError)):
        delivering.fetch(floor.db, floor.office, officer, made.number, answer, floor.now_ms)
    assert not floor.acts(Act.PRODUCTION_FETCHED)


def test_what_is_not_ready_is_not_offered(floor: Floor) -> None:
    made = floor.logged()
    with pytest.raises(NotOffered, match="nothing here"):
        floor.fetch(made)


def test_a_package_that_was_changed_where_it_lies_is_not_given_out(floor: Floor) -> None:
    made = floor.ready()
    floor.db.execute("DROP TRIGGER production_keeps_its_times")
    floor.db.execute("UPDATE production SET package_sha256 = zeroblob(32)")
    with pytest.raises(ProductionGone, match="not the package"):
        floor.fetch(made)


@pytest.mark.parametrize("fetched", [True, False])
def test_the_desks_copy_is_shredded_when_its_time_is_over(floor: Floor, fetched: bool, tmp_path: Path) -> None:
    """Thirty days after it was fetched; where nobody came, thirty days after nobody could."""
    made = floor.ready()
    if fetched:
        floor.fetch(made)
    found = looking.of(floor.db, made.number)
    begins = found.delivered_ms if fetched else (found.ready_ms or 0) + 14 * DAY_MS
    assert begins is not None
    sealed = [ciphertext(floor, made.number, Part.PACKAGE), *files_of(floor, made.number)]
    assert len(sealed) > 10
    ends = begins + 30 * DAY_MS
    assert delivering.step(floor.db, ends - 1) == 0
    assert delivering.step(floor.db, ends) == 1
    assert delivering.step(floor.db, ends) == 0
    after = looking.of(floor.db, made.number)
    assert (after.gone_ms, after.manifest_sha256, after.dsse_sha256) == (ends, made.manifest_sha256, made.dsse_sha256)
    for part in (Part.PREPARED, Part.PACKAGE, Part.MANIFEST):
        with pytest.raises(ProductionGone):
            parts.read(floor.db, floor.keys.evidence, made.number, part)
    assert parts.read(floor.db, floor.keys.evidence, made.number, Part.PROOF)
    keys = floor.db.execute(
        "SELECT id, wrapped_key FROM production_key JOIN production_part ON id = production_key.part"
        " WHERE gone_ms IS NOT NULL"
    ).fetchall()
    assert len(keys) == 3 and all(set(key) == {0} for _, key in keys)
    assert all(len(one) > 16 for one in sealed)
    assert not any(files_of(floor, made.number)), "with their key the files are gone, too"
    with pytest.raises(ProductionGone):
        parts.read_file(floor.db, floor.keys.evidence, made.number, 0)
    with pytest.raises(ProductionGone):
        floor.fetch(made)
    (entry,) = floor.acts(Act.PRODUCTION_SHREDDED)
    assert entry.said["parts"] == 3


def files_of(floor: Floor, production: int) -> list[bytes]:
    """The files of the bag, as they are kept: nothing where they are gone."""
    rows = floor.db.execute("SELECT wrapped_key, ciphertext FROM production_file WHERE production = ?", (production,))
    return [bytes(key) + bytes(data) for key, data in rows.fetchall()]


def ciphertext(floor: Floor, production: int, part: Part) -> bytes:
    (found,) = floor.db.execute(
        "SELECT ciphertext FROM production_part WHERE production = ? AND part = ?", (production, part.value)
    ).fetchone()
    return bytes(found)


def test_a_request_that_is_purged_takes_its_packages_along(floor: Floor) -> None:
    made = floor.ready()
    floor.fetch(made)
    floor.now_ms += 31 * DAY_MS
    ended = requests.step(floor.db, floor.now_ms, [delivering.purge])
    assert ended == 1
    assert floor.state(made.request) is State.PURGED
    with pytest.raises(ProductionGone):
        parts.read(floor.db, floor.keys.evidence, made.number, Part.MANIFEST)
    assert parts.read(floor.db, floor.keys.evidence, made.number, Part.PROOF)


def test_nothing_that_is_gone_comes_back(floor: Floor) -> None:
    made = floor.ready()
    assert delivering.step(floor.db, (made.ready_ms or 0) + 44 * DAY_MS) == 1
    for statement in (
        "UPDATE production_part SET gone_ms = NULL",
        "UPDATE production_part SET ciphertext = x'00'",
        "UPDATE production_key SET wrapped_key = randomblob(48)",
        "UPDATE production SET gone_ms = NULL",
        "DELETE FROM production_part",
        "DELETE FROM production_key",
    ):
        with pytest.raises(IntegrityError):
            floor.db.execute(statement)
