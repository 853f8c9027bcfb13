# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody of an agency shows a passkey to see what they can do: once, in one browser, and nothing is used by it."""

from __future__ import annotations

import hashlib

import pytest

from privity.desk.legal.agencies import proving, service
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.staff.errors import ChallengeRefused, PasskeyCopied, PasskeyUnknown
from tests.desk.legal.agencies.bureau import BROWSER, DAY_MS, PLACE, RELEASER, Bureau
from tests.desk.staff.authenticator import Authenticator

OTHER = hashlib.sha256(b"another browser").digest()


def answer(bureau: Bureau, key: Authenticator, browser: bytes = BROWSER) -> str:
    return key.get(proving.ask_who(bureau.door, browser, bureau.now_ms), PLACE.origin)


def test_who_comes_is_known_and_nothing_is_used_by_it(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.days(80)
    for number in (team.officer, team.supervisor):
        shown = answer(bureau, bureau.keys[number])
        assert proving.who(bureau.db, bureau.door, shown, BROWSER, bureau.now_ms).number == number
    assert service.of(bureau.db, team.agency.number).used_ms == bureau.now_ms - 80 * DAY_MS
    assert service.officer(bureau.db, team.officer).person.used_ms == bureau.now_ms - 80 * DAY_MS


def test_what_was_asked_of_one_browser_is_answered_once_and_by_it(bureau: Bureau) -> None:
    team = bureau.enrolled()
    key = bureau.keys[team.officer]
    with pytest.raises(ChallengeRefused):
        proving.who(bureau.db, bureau.door, answer(bureau, key), OTHER, bureau.now_ms)
    shown = answer(bureau, key)
    proving.who(bureau.db, bureau.door, shown, BROWSER, bureau.now_ms)
    with pytest.raises(ChallengeRefused):
        proving.who(bureau.db, bureau.door, shown, BROWSER, bureau.now_ms)
    with pytest.raises(ChallengeRefused):
        proving.who(bureau.db, bureau.door, bureau.answer(team.officer, b"a request"), BROWSER, bureau.now_ms)


def test_a_copy_of_the_passkey_is_noticed_at_the_door_as_well(bureau: Bureau) -> None:
    team = bureau.enrolled()
    key = bureau.keys[team.officer]
    copied = key.copy()
    proving.who(bureau.db, bureau.door, answer(bureau, key), BROWSER, bureau.now_ms)
    with pytest.raises(PasskeyCopied):
        proving.who(bureau.db, bureau.door, answer(bureau, copied), BROWSER, bureau.now_ms)


def test_whoever_was_revoked_comes_no_more(bureau: Bureau) -> None:
    team = bureau.enrolled()
    shown = answer(bureau, bureau.keys[team.officer])
    bureau.revoke(Whom(number=team.agency.number), RELEASER)
    with pytest.raises(PasskeyUnknown):
        proving.who(bureau.db, bureau.door, shown, BROWSER, bureau.now_ms)
