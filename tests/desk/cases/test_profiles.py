# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Copies of what an account shows: kept sealed, each with an entry, opened with a reason, and not without end."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.cases import own, profiles
from privity.desk.cases.errors import CaseUnknown, NotAboutThem, TooManyCopies
from privity.desk.cases.profiles import Copy
from privity.desk.errors import ReasonMissing
from privity.desk.evidence.records import open_record
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.message.report import Reason
from privity.wire.staff import ProfileFacts
from tests.desk.contents import contents
from tests.desk.house import MODERATOR, House

PICTURE = b"an invented picture"
ADMIN = Acting.member(6, frozenset({Role.ADMIN}))


def facts(uri: str, picture: bytes | None = PICTURE, name: str = "An invented name") -> ProfileFacts:
    return ProfileFacts(uri, "teapot", name, "I sell teapots", picture, True, False)


def keep(house: House, case: int, shown: ProfileFacts, acting: Acting = MODERATOR) -> Copy:
    return profiles.keep_copy(house.db, house.keys.evidence, house.random, acting, case, shown, house.clock)


def own_case(house: House) -> tuple[int, str]:
    somebody = house.user()
    return own.open_case(house.db, MODERATOR, {}, somebody, Reason.FRAUD, "why", house.clock), somebody


def test_each_copy_stays_as_it_was(house: House) -> None:
    case, somebody = own_case(house)
    keep(house, case, facts(somebody))
    keep(house, case, facts(somebody, None, "Another name"))
    first, second = profiles.copies(house.db, case)
    assert (first.position, first.picture_size > len(PICTURE), second.picture) == (0, True, None)
    names = [
        profiles.opened(house.db, house.keys.evidence, MODERATOR, case, one.position, "a look", house.clock)
        for one in (first, second)
    ]
    assert [(one.name, one.picture) for one in names] == [("An invented name", None), ("Another name", None)]
    assert first.picture is not None
    kept = open_record(house.db, house.keys.evidence, first.picture, who="staff:1", reason="a look", now_ms=1)
    assert kept.content == PICTURE
    seen = house.acts(Act.PROFILE_SEEN)
    assert [(one.about, one.said["picture"]) for one in seen] == [
        (f"case:{case}", first.picture),
        (f"case:{case}", None),
    ]
    assert len(house.acts(Act.EVIDENCE_OPENED)) == 3


def test_nothing_of_it_lies_open(house: House) -> None:
    case, somebody = own_case(house)
    keep(house, case, facts(somebody))
    everything = repr(contents(house.db)).encode()
    assert b"I sell teapots" not in everything and PICTURE not in everything


def test_another_account_is_none_of_this_case(house: House) -> None:
    case, _ = own_case(house)
    with pytest.raises(NotAboutThem, match="another account"):
        keep(house, case, facts(house.user()))
    with pytest.raises(NotAboutThem, match="no copy 0"):
        profiles.opened(house.db, house.keys.evidence, MODERATOR, case, 0, "a look", house.clock)
    with pytest.raises(CaseUnknown):
        keep(house, 99, facts(house.user()))
    assert profiles.copies(house.db, case) == ()


def test_without_the_right_or_a_reason_nothing_is_kept_and_nothing_seen(house: House) -> None:
    case, somebody = own_case(house)
    with pytest.raises(NotYourRole):
        keep(house, case, facts(somebody), ADMIN)
    keep(house, case, facts(somebody))
    with pytest.raises(NotYourRole):
        profiles.opened(house.db, house.keys.evidence, ADMIN, case, 0, "a look", house.clock)
    with pytest.raises(ReasonMissing):
        profiles.opened(house.db, house.keys.evidence, MODERATOR, case, 0, " ", house.clock)
    assert house.acts(Act.EVIDENCE_OPENED) == []


def test_nobody_fills_the_disk_by_asking_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST_COPIES", 3)
    case, somebody = own_case(house)
    for _ in range(3):
        keep(house, case, facts(somebody))
    with pytest.raises(TooManyCopies, match="3 copies"):
        keep(house, case, facts(somebody))
    assert len(profiles.copies(house.db, case)) == 3
