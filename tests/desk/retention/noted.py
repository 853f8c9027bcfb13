# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One of each thing that rules, looks for campaigns and matching note of an account, as of now."""

from __future__ import annotations

from privity.desk.db.transaction import transaction
from privity.desk.matching.lists.model import Category
from privity.desk.matching.looking import store as looking
from privity.desk.matching.surfaces import queue
from privity.desk.periods import DAY_MS
from privity.desk.signals.coordination import confirmed_store
from privity.desk.signals.coordination import service as clusters
from privity.desk.signals.coordination import store as campaigns
from privity.desk.signals.coordination.confirmed_store import Confirmed
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.ladder import store as notes
from privity.desk.signals.ladder.model import Agreement, Done, Hit, Label
from privity.desk.signals.lifecycle import samples_store as samples
from privity.desk.signals.lifecycle.model import Case
from privity.desk.signals.lifecycle.store import add_version
from tests.desk.house import House
from tests.desk.matching.listed import a_list, of_pdq, put, some_bits
from tests.desk.signals.coordination.made import Slowed, cluster, member


def note(house: House) -> str:
    """Whom all of it is about; a cluster is about five more."""
    db, now, user = house.db, house.clock, house.user()
    with transaction(db):
        notes.add_hit(db, Hit(b"d" * 32, user, now // DAY_MS, None, "teapots", now, "three teapots", Done.SHADOW))
        notes.put_label(db, Label(user, "watched", now, now + DAY_MS, b"d" * 32, "three teapots"), now)
        notes.put_agreement(db, user, Agreement(1, 1, 1.0, 1.0, now))
        looking.keep_media(db, user, b"s" * 32, b"m" * 16, [(some_bits(1), True)], now, now + 90 * DAY_MS)
        version = add_version(db, "teapots", "", b"d" * 32, False, "staff:2", now, "", 0, 0)
        samples.put(db, version, [Case("Teapots", user, now, "three teapots", {}, Done.ACTED)], now)
    found = cluster(member(user), *(member(house.user()) for _ in range(5)))
    clusters.keep(db, [found], Slowed(), election=False, now_ms=now)
    with transaction(db):
        campaigns.judge(db, 1, State.CONFIRMED, "staff:2", "They pour invented tea.", now)
        confirmed_store.put_seen(db, 1, [user])
        made = Confirmed(1, "staff:2", "staff:3", now, now + DAY_MS, 0, "They do.")
        confirmed_store.confirm(db, made)
    own = a_list(house, "own", Category.OWN)
    put(house, own, of_pdq(some_bits(1), "one"))
    put(house, own, sources=["one"])
    db.execute(
        "INSERT INTO match (at_ms, surface, about, content, entry, list, list_version, kind, distance, frames, policy,"
        " action, because) VALUES (?, 'profile', ?, ?, 1, ?, 1, 'pdq', 3, 1, 2, 'log', 'teapots')",
        (now, user, b"s" * 32, own.number),
    )
    return user


def due(house: House, user: str) -> None:
    """Their picture is to be looked at."""
    with transaction(house.db):
        queue.ask(house.db, [user], queue.Why.SHOWED, house.clock)
