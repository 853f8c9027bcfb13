# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person set is on disk at once and stays as it was set."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.client.errors import CommandRefused
from privity.client.preferences import MAX_DRAFT, MAX_SETTING, Preferences
from privity.client.store.database import Store
from privity.message.receipts import Status
from tests.client.entries import PASSPHRASE, ROOM, kill, make

OTHER = "mimi://hub.example/r/b"


def test_preferences_are_there_after_a_kill(tmp_path: Path) -> None:
    store = make(tmp_path)
    kept = Preferences(store)
    kept.set_draft(ROOM, "half a sent\ud800ence")
    kept.set_muted(ROOM, True)
    kept.set_archived(OTHER, True)
    kept.set_sends(Status.READ, False)
    kept.set_setting("theme", "dark")
    kill(store)
    store = Store.open(tmp_path, PASSPHRASE)
    kept = Preferences(store)
    assert kept.draft(ROOM) == "half a sent?ence" and kept.drafts() == {ROOM: "half a sent?ence"}
    assert (kept.muted(ROOM), kept.muted(OTHER)) == (True, False)
    assert (kept.archived(ROOM), kept.archived(OTHER)) == (False, True)
    assert (kept.sends(Status.READ), kept.sends(Status.DELIVERED)) == (False, True)
    assert (kept.setting("theme"), kept.setting("font")) == ("dark", "")
    store.close()


def test_preferences_are_taken_back(tmp_path: Path) -> None:
    store = make(tmp_path)
    kept = Preferences(store)
    for on in (True, False):
        kept.set_draft(ROOM, "text" if on else "")
        kept.set_muted(ROOM, on)
        kept.set_archived(ROOM, on)
        kept.set_sends(Status.DELIVERED, not on)
        kept.set_setting("theme", "dark" if on else "")
    assert (kept.draft(ROOM), kept.muted(ROOM), kept.archived(ROOM), kept.setting("theme")) == ("", False, False, "")
    assert kept.sends(Status.DELIVERED) and kept.drafts() == {}
    store.close()


def test_what_is_too_long_is_refused_and_what_was_there_stays(tmp_path: Path) -> None:
    store = make(tmp_path)
    kept = Preferences(store)
    kept.set_draft(ROOM, "short")
    with pytest.raises(CommandRefused):
        kept.set_draft(ROOM, "x" * (MAX_DRAFT + 1))
    with pytest.raises(CommandRefused):
        kept.set_setting("theme", "x" * (MAX_SETTING + 1))
    assert kept.draft(ROOM) == "short"
    store.close()


def test_a_setting_of_a_face_cannot_be_one_of_the_client(tmp_path: Path) -> None:
    store = make(tmp_path)
    kept = Preferences(store)
    kept.set_setting("read receipts", "off")
    assert kept.sends(Status.READ)
    store.close()
