# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""SQL of rooms, their members and participants. No decisions here."""

from __future__ import annotations

from collections.abc import Sequence

from privity.server.db.database import Query, Tx
from privity.server.delivery.model import Head
from privity.server.rooms.model import MadeCommit, Right, Room, StoredGroup, Summary

_ROOM = "SELECT id, room_uri, direct_pair, suite, epoch, epoch_seq, last_seq, last_ts_ms, franking_key FROM room"


def find(query: Query, room_uri: str) -> Room | None:
    row = query.one(_ROOM + " WHERE room_uri = ?", (room_uri,))
    return None if row is None else Room(*row)


def find_direct(query: Query, direct_pair: str) -> Room | None:
    row = query.one(_ROOM + " WHERE direct_pair = ?", (direct_pair,))
    return None if row is None else Room(*row)


def add(tx: Tx, room_uri: str, direct_pair: str | None, suite: int, ts_ms: int, franking_key: bytes) -> int:
    row = tx.one(
        "INSERT INTO room (room_uri, direct_pair, suite, epoch, epoch_seq, last_seq, last_ts_ms, franking_key)"
        " VALUES (?, ?, ?, 0, 0, 0, ?, ?) RETURNING id",
        (room_uri, direct_pair, suite, ts_ms, franking_key),
    )
    tx.execute("INSERT INTO agent_key (franking_key) VALUES (?) ON CONFLICT DO NOTHING", (franking_key,))
    return 0 if row is None else int(row[0])


def set_epoch(tx: Tx, room_id: int, epoch: int, epoch_seq: int) -> None:
    tx.execute("UPDATE room SET epoch = ?, epoch_seq = ? WHERE id = ?", (epoch, epoch_seq, room_id))


# Which franking key rooms name.


def set_agent(tx: Tx, room_id: int, franking_key: bytes) -> None:
    tx.execute("UPDATE room SET franking_key = ? WHERE id = ?", (franking_key, room_id))
    tx.execute("INSERT INTO agent_key (franking_key) VALUES (?) ON CONFLICT DO NOTHING", (franking_key,))


def with_other_agent(query: Query, franking_key: bytes, after_id: int, limit: int) -> list[Room]:
    """Rooms beyond this id that name another key than this one."""
    rows = query.all(
        _ROOM + " WHERE (franking_key < ? OR franking_key > ?) AND id > ?"  # noqa: S608  # names of columns
        " AND EXISTS (SELECT 1 FROM room_group WHERE room_id = room.id) ORDER BY id LIMIT ?",
        (franking_key, franking_key, after_id, limit),
    )
    return [Room(*row) for row in rows]


def agents(query: Query) -> list[bytes]:
    """Every key that any room has named."""
    return [bytes(row[0]) for row in query.all("SELECT franking_key FROM agent_key", ())]


# Rooms that end.


def end_room(tx: Tx, room_id: int, now_ms: int) -> None:
    """Everybody's participation ends. The pair that it was for is forgotten, and so is its group."""
    tx.execute("UPDATE participation SET until_ms = ? WHERE room_id = ? AND until_ms IS NULL", (now_ms, room_id))
    tx.execute("UPDATE room SET direct_pair = NULL WHERE id = ?", (room_id,))
    _forget_group(tx, room_id)


def empty(query: Query, limit: int) -> list[int]:
    """Rooms with a group that nobody is in: nobody can enter one again."""
    rows = query.all(
        "SELECT g.room_id FROM room_group g WHERE NOT EXISTS"
        " (SELECT 1 FROM participation p WHERE p.room_id = g.room_id AND p.until_ms IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM room_member m WHERE m.room_id = g.room_id AND m.until_seq IS NULL) LIMIT ?",
        (limit,),
    )
    return [int(row[0]) for row in rows]


def bare(query: Query, limit: int) -> list[int]:
    """Rooms of which nothing else is left."""
    rows = query.all(
        "SELECT r.id FROM room r WHERE NOT EXISTS (SELECT 1 FROM room_group g WHERE g.room_id = r.id)"
        " AND NOT EXISTS (SELECT 1 FROM room_member m WHERE m.room_id = r.id)"
        " AND NOT EXISTS (SELECT 1 FROM participation p WHERE p.room_id = r.id)"
        " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.room_id = r.id) LIMIT ?",
        (limit,),
    )
    return [int(row[0]) for row in rows]


def forget(tx: Tx, empty: Sequence[int], bare: Sequence[int]) -> None:
    """The groups of the first, and the others themselves."""
    for room_id in empty:
        _forget_group(tx, room_id)
    tx.executemany("DELETE FROM room WHERE id = ?", [(room_id,) for room_id in bare])


def _forget_group(tx: Tx, room_id: int) -> None:
    for table in ("room_group", "room_commit", "room_tree", "broken_notice"):
        tx.execute(f"DELETE FROM {table} WHERE room_id = ?", (room_id,))  # noqa: S608  # names of tables


# Groups.


def group(query: Query, room_id: int) -> StoredGroup | None:
    row = query.one("SELECT version, state, group_info FROM room_group WHERE room_id = ?", (room_id,))
    return None if row is None else StoredGroup(*row)


def put_group(tx: Tx, room_id: int, stored: StoredGroup) -> None:
    tx.execute(
        "INSERT INTO room_group (room_id, version, state, group_info) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (room_id) DO UPDATE SET version = excluded.version, state = excluded.state,"
        " group_info = excluded.group_info",
        (room_id, stored.version, stored.state, stored.group_info),
    )


def group_version(query: Query, room_id: int) -> int:
    row = query.one("SELECT version FROM room_group WHERE room_id = ?", (room_id,))
    return 0 if row is None else int(row[0])


# Trees for newcomers.


def put_tree(tx: Tx, room_id: int, seq: int, ts_ms: int, tree: bytes) -> None:
    """Keep the tree of the epoch that began with this event."""
    tx.execute("INSERT INTO room_tree (room_id, seq, ts_ms, tree) VALUES (?, ?, ?, ?)", (room_id, seq, ts_ms, tree))


def tree_for(query: Query, room_uri: str, client_uri: str, seq: int) -> bytes | None:
    """The tree of that event, for a device that came with it."""
    row = query.one(
        "SELECT t.tree FROM room_tree t JOIN room r ON r.id = t.room_id"
        " JOIN room_member m ON m.room_id = t.room_id AND m.from_seq = t.seq"
        " WHERE r.room_uri = ? AND m.client_uri = ? AND t.seq = ?",
        (room_uri, client_uri, seq),
    )
    return None if row is None else bytes(row[0])


def forget_trees(tx: Tx, before_ms: int) -> None:
    """Those that no device still has to fetch, and old ones: who comes back after that enters from outside."""
    tx.execute(
        "DELETE FROM room_tree WHERE ts_ms < ? OR NOT EXISTS (SELECT 1 FROM room_member m"
        " WHERE m.room_id = room_tree.room_id AND m.from_seq = room_tree.seq AND m.acked_seq <= room_tree.seq)",
        (before_ms,),
    )


# Members are devices.


def sending_right(query: Query, room_uri: str, client_uri: str) -> Right | None:
    """The end of the room's log and its epoch, if the device is a member."""
    row = query.one(
        "SELECT r.id, r.last_seq, r.last_ts_ms, r.epoch, r.suite, r.direct_pair, r.franking_key"
        " FROM room r JOIN room_member m ON m.room_id = r.id"
        " WHERE r.room_uri = ? AND m.client_uri = ? AND m.until_seq IS NULL",
        (room_uri, client_uri),
    )
    return None if row is None else Right(Head(row[0], room_uri, row[1], row[2]), *row[3:])


def has_more_people(query: Query, room_id: int, most: int) -> bool:
    """Whether more than so many people are in a room now; of a large one not all are looked at."""
    people = query.all(
        "SELECT 1 FROM participation WHERE room_id = ? AND until_ms IS NULL LIMIT ?", (room_id, most + 1)
    )
    return len(people) > most


def is_member(query: Query, room_id: int, client_uri: str) -> bool:
    row = query.one(
        "SELECT 1 FROM room_member WHERE client_uri = ? AND room_id = ? AND until_seq IS NULL", (client_uri, room_id)
    )
    return row is not None


def put_member(tx: Tx, room_id: int, client_uri: str, user_uri: str, from_seq: int) -> None:
    tx.execute(
        "INSERT INTO room_member (client_uri, room_id, user_uri, from_seq, until_seq, acked_seq)"
        " VALUES (?, ?, ?, ?, NULL, ?) ON CONFLICT (client_uri, room_id) DO UPDATE SET"
        " from_seq = excluded.from_seq, until_seq = NULL, acked_seq = excluded.acked_seq",
        (client_uri, room_id, user_uri, from_seq, from_seq),
    )


def end_member(tx: Tx, room_id: int, client_uri: str, until_seq: int) -> bool:
    """Whether the device was a member until now."""
    found = tx.execute(
        "UPDATE room_member SET until_seq = ? WHERE client_uri = ? AND room_id = ? AND until_seq IS NULL",
        (until_seq, client_uri, room_id),
    )
    return found.rowcount == 1


def devices_in_room(query: Query, room_id: int, user_uri: str) -> list[str]:
    """The user's devices that are members."""
    rows = query.all(
        "SELECT client_uri FROM room_member WHERE room_id = ? AND user_uri = ? AND until_seq IS NULL",
        (room_id, user_uri),
    )
    return [row[0] for row in rows]


def members(query: Query, room_id: int) -> list[str]:
    """All devices that are members."""
    rows = query.all("SELECT client_uri FROM room_member WHERE room_id = ? AND until_seq IS NULL", (room_id,))
    return [row[0] for row in rows]


def rooms_of_device(query: Query, client_uri: str) -> list[Room]:
    rows = query.all(
        "SELECT r.id, r.room_uri, r.direct_pair, r.suite, r.epoch, r.epoch_seq, r.last_seq, r.last_ts_ms,"
        " r.franking_key FROM room r JOIN room_member m ON m.room_id = r.id"
        " WHERE m.client_uri = ? AND m.until_seq IS NULL",
        (client_uri,),
    )
    return [Room(*row) for row in rows]


def rooms_of_user(query: Query, user_uri: str) -> list[Room]:
    """The rooms the user participates in, with a device or without."""
    rows = query.all(
        "SELECT r.id, r.room_uri, r.direct_pair, r.suite, r.epoch, r.epoch_seq, r.last_seq, r.last_ts_ms,"
        " r.franking_key FROM room r JOIN participation p ON p.room_id = r.id"
        " WHERE p.user_uri = ? AND p.until_ms IS NULL",
        (user_uri,),
    )
    return [Room(*row) for row in rows]


def devices_beside(query: Query, user_uri: str) -> list[str]:
    """The devices that are members of any room together with one of the user's."""
    rows = query.all(
        "SELECT DISTINCT other.client_uri FROM participation p JOIN room_member other ON other.room_id = p.room_id"
        " WHERE p.user_uri = ? AND p.until_ms IS NULL AND other.until_seq IS NULL",
        (user_uri,),
    )
    return [row[0] for row in rows]


# Participants are people.


def start_participation(tx: Tx, room_id: int, user_uri: str, from_ms: int) -> None:
    tx.execute(
        "INSERT INTO participation (room_id, user_uri, from_ms, until_ms) VALUES (?, ?, ?, NULL)",
        (room_id, user_uri, from_ms),
    )


def end_participation(tx: Tx, room_id: int, user_uri: str, until_ms: int) -> None:
    tx.execute(
        "UPDATE participation SET until_ms = ? WHERE room_id = ? AND user_uri = ? AND until_ms IS NULL",
        (until_ms, room_id, user_uri),
    )


def participates(query: Query, room_id: int, user_uri: str) -> bool:
    row = query.one(
        "SELECT 1 FROM participation WHERE room_id = ? AND user_uri = ? AND until_ms IS NULL", (room_id, user_uri)
    )
    return row is not None


def participants(query: Query, room_id: int) -> list[str]:
    rows = query.all(
        "SELECT user_uri FROM participation WHERE room_id = ? AND until_ms IS NULL ORDER BY from_ms, user_uri",
        (room_id,),
    )
    return [str(row[0]) for row in rows]


def participates_since(query: Query, room_id: int, user_uri: str) -> int:
    """From when on the user is a participant, who is one."""
    row = query.one(
        "SELECT MIN(from_ms) FROM participation WHERE room_id = ? AND user_uri = ? AND until_ms IS NULL",
        (room_id, user_uri),
    )
    return int(row[0]) if row is not None and row[0] is not None else 0


def ever_participated(query: Query, room_id: int, user_uri: str) -> bool:
    return query.one("SELECT 1 FROM participation WHERE room_id = ? AND user_uri = ?", (room_id, user_uri)) is not None


def participated(query: Query, room_id: int, user_uri: str, ts_ms: int) -> bool:
    row = query.one(
        "SELECT 1 FROM participation WHERE room_id = ? AND user_uri = ? AND from_ms <= ?"
        " AND coalesce(until_ms, ?) >= ?",
        (room_id, user_uri, ts_ms, ts_ms, ts_ms),
    )
    return row is not None


def summaries(query: Query, user_uri: str, client_uri: str) -> list[Summary]:
    rows = query.all(
        "SELECT r.room_uri, r.epoch, r.last_seq, EXISTS (SELECT 1 FROM room_member m WHERE m.room_id = r.id"
        " AND m.client_uri = ? AND m.until_seq IS NULL)"
        " FROM participation p JOIN room r ON r.id = p.room_id"
        " WHERE p.user_uri = ? AND p.until_ms IS NULL ORDER BY r.id",
        (client_uri, user_uri),
    )
    return [Summary(row[0], row[1], row[2], bool(row[3])) for row in rows]


# Commits, and notices about them.


def add_commit(tx: Tx, room_id: int, epoch: int, commit_hash: bytes, client_uri: str, keep: int) -> None:
    """Note who made this commit of `epoch`; what is more than `keep` epochs old is forgotten."""
    tx.execute(
        "INSERT INTO room_commit (room_id, epoch, hash, client_uri) VALUES (?, ?, ?, ?)",
        (room_id, epoch, commit_hash, client_uri),
    )
    tx.execute("DELETE FROM room_commit WHERE room_id = ? AND epoch <= ?", (room_id, epoch - keep))
    tx.execute("DELETE FROM broken_notice WHERE room_id = ? AND epoch <= ?", (room_id, epoch - keep))


def commit_of(query: Query, room_id: int, epoch: int) -> MadeCommit | None:
    row = query.one("SELECT client_uri, hash FROM room_commit WHERE room_id = ? AND epoch = ?", (room_id, epoch))
    return None if row is None else MadeCommit(row[0], row[1])


def add_notice(tx: Tx, room_id: int, epoch: int, user_uri: str) -> None:
    tx.execute(
        "INSERT INTO broken_notice (room_id, epoch, user_uri) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (room_id, epoch, user_uri),
    )


def notices(query: Query, room_id: int, epoch: int) -> set[str]:
    rows = query.all("SELECT user_uri FROM broken_notice WHERE room_id = ? AND epoch = ?", (room_id, epoch))
    return {row[0] for row in rows}
