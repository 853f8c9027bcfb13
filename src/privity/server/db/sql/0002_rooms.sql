-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Rooms, their event log, members and participants over time, inboxes, sealed reports. Times are milliseconds.

-- What every message reads and writes; kept narrow. `direct_pair` makes direct rooms unique.
CREATE TABLE room (
    id INTEGER PRIMARY KEY,
    room_uri TEXT NOT NULL UNIQUE,
    direct_pair TEXT UNIQUE,
    suite INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    epoch_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_ts_ms INTEGER NOT NULL
) STRICT;

-- The public group. `version` counts every change of it, so that a check made outside of the writer can be trusted.
CREATE TABLE room_group (
    room_id INTEGER PRIMARY KEY REFERENCES room (id),
    version INTEGER NOT NULL,
    state BLOB NOT NULL,
    group_info BLOB NOT NULL
) STRICT;

-- A device's part of a room's log: events after `from_seq`, up to `until_seq` once it is out. `acked_seq` is its cursor.
CREATE TABLE room_member (
    client_uri TEXT NOT NULL,
    room_id INTEGER NOT NULL REFERENCES room (id),
    user_uri TEXT NOT NULL,
    from_seq INTEGER NOT NULL,
    until_seq INTEGER,
    acked_seq INTEGER NOT NULL,
    PRIMARY KEY (client_uri, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_of_room ON room_member (room_id);

-- Who was a participant from when to when: the answer to a report's "was this person in the room".
CREATE TABLE participation (
    room_id INTEGER NOT NULL REFERENCES room (id),
    user_uri TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER
) STRICT;
CREATE INDEX participation_of_room ON participation (room_id, user_uri);
CREATE INDEX participation_of_user ON participation (user_uri) WHERE until_ms IS NULL;

-- The log. `frame` is the encoded socket frame, forgotten (with sender and ref) when all have kept it; the rest stays
-- for the report window, so that messages left out of a report can be counted.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    room_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    ts_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    sender TEXT,
    ref BLOB,
    frame BLOB
) STRICT;
CREATE UNIQUE INDEX event_of_room ON event (room_id, seq);
CREATE UNIQUE INDEX event_ref ON event (sender, ref) WHERE ref IS NOT NULL;
CREATE INDEX event_kept ON event (room_id, seq) WHERE frame IS NOT NULL;

-- The commits of a room: who made which epoch. A repeated commit is found by its event's (sender, ref).
CREATE TABLE room_commit (
    room_id INTEGER NOT NULL REFERENCES room (id),
    epoch INTEGER NOT NULL,
    hash BLOB NOT NULL,
    client_uri TEXT NOT NULL,
    PRIMARY KEY (room_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE broken_notice (
    room_id INTEGER NOT NULL REFERENCES room (id),
    epoch INTEGER NOT NULL,
    user_uri TEXT NOT NULL,
    PRIMARY KEY (room_id, epoch, user_uri)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox_head (
    client_uri TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox (
    client_uri TEXT NOT NULL,
    seq INTEGER NOT NULL,
    frame BLOB NOT NULL,
    PRIMARY KEY (client_uri, seq)
) STRICT;

CREATE TABLE report (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    reporter_uri TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    digest BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX report_same ON report (reporter_uri, digest);
