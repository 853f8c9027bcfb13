-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Links into rooms, of which only a hash of the public half is here, and who knocks and waits. By the room's URI, since
-- numbers of rooms that are forgotten come again. Times are milliseconds since 1970.

CREATE TABLE room_link (
    room_uri TEXT NOT NULL,
    hash BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (room_uri, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_link_expiry ON room_link (expires_ms);

CREATE TABLE knock (
    room_uri TEXT NOT NULL,
    user_uri TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    came_ms INTEGER NOT NULL,
    PRIMARY KEY (room_uri, user_uri)
) STRICT, WITHOUT ROWID;
CREATE INDEX knock_of_user ON knock (user_uri);
CREATE INDEX knock_kept ON knock (came_ms);
