# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A connection to the database of partitions: checked when it is made, and never waited for without end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

import psycopg
from psycopg import conninfo

from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.errors import StoreShared, StoreUnfit, StoreUnreachable
from privity.desk.signals.running.postgres_store import Connected
from privity.wire.libpq import OLDEST, WANTED, arguments

_SESSION: Final = (
    "-c statement_timeout=60s -c lock_timeout=15s -c idle_in_transaction_session_timeout=60s"
    " -c client_min_messages=warning"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000"
)
"""Waiting ends on the server's side, too: what a machine that is cut off had locked is free again within a minute."""


def connected(address: str, name: str) -> Connected:
    """To another machine only under TLS that proves its name, unless the address says otherwise.

    Raises StoreUnreachable, StoreUnfit or StoreShared.
    """
    try:
        given = conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        raise StoreUnreachable("signals.store is not an address that PostgreSQL's library understands") from None
    told = conninfo.make_conninfo("", **{"options": _SESSION, **arguments(given, f"privity signals {name}")})
    try:
        db: Connected = psycopg.connect(told, autocommit=True)
    except psycopg.Error as err:  # libpq tells no password
        said = str(err).strip().partition("\n")[0] or type(err).__name__
        raise StoreUnreachable(f"the database of signals.store cannot be used: {said}") from None
    with ExitStack() as unfit:
        unfit.callback(db.close)
        _check(db)
        unfit.pop_all()
    return db


def _check(db: Connected) -> None:
    version = db.info.server_version
    if version < OLDEST:
        raise StoreUnfit(f"signals.store needs PostgreSQL 15 or newer, got {version // 10_000}")
    for name, wanted in WANTED.items():
        found = store.shown(db, name)
        if found != wanted:
            raise StoreUnfit(f"signals.store needs a database with {name} = {wanted}, got {found}")
    if store.is_the_hubs(db):
        raise StoreShared("signals.store is the hub's database; make another one, with a role of its own")
