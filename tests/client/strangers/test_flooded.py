# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much of a conversation is looked at: enough that a threat cannot be talked away, and never more than a bound."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from privity.client.engine.shown import Kind, State
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.client.strangers.phrases import MAX_LOOKED_AT
from privity.client.strangers.warnings import MAX_LETTERS, MAX_MESSAGES, newest
from tests.client.entries import ROOM, entry, make, rows

LONG = "x" * (2 * MAX_LOOKED_AT)


def numbers(store: Store) -> list[int]:
    return [item.seq for item in newest(cast(Device, SimpleNamespace(host=SimpleNamespace(store=store))), ROOM)]


def test_the_newest_messages_are_looked_at_in_rising_order_and_no_more(tmp_path: Path) -> None:
    store = make(tmp_path)
    assert numbers(store) == []
    store.save(rows(*(entry(seq, "short") for seq in range(MAX_MESSAGES + 5))))
    assert numbers(store) == list(range(5, MAX_MESSAGES + 5))
    store.close()


def test_long_messages_cost_a_bound_and_do_not_hide_what_came_before_them_at_once(tmp_path: Path) -> None:
    store = make(tmp_path)
    most = MAX_LETTERS // MAX_LOOKED_AT
    store.save(rows(entry(0, "the threat"), *(entry(seq, LONG) for seq in range(1, most))))
    assert numbers(store)[0] == 0 and most >= 50
    store.save(rows(*(entry(seq, LONG) for seq in range(most, 2 * most))))
    assert numbers(store) == list(range(most, 2 * most))
    store.close()


def test_what_is_gone_or_no_message_is_not_looked_at(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(
        rows(
            entry(0, "shown"),
            entry(1, "", state=State.DELETED),
            entry(2, "", state=State.EXPIRED),
            entry(3, "edited", state=State.EDITED),
        )
    )
    line = entry(4, "a line of the program")
    store.save(rows(type(line)(line.room_uri, line.seq, line.ts_ms, Kind.LINE, text=line.text)))
    assert numbers(store) == [0, 3]
    store.close()
