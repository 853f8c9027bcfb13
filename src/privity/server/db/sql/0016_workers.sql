-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Several processes that serve one database: who is there, and who owns which part of the rooms. Times are milliseconds
-- since 1970, by the clock of the database's machine.

CREATE TABLE worker (
    name TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `worker` is empty where nobody owns the shard; `fence` grows with each owner, and a write that names an older one is
-- refused.
CREATE TABLE lease (
    shard INTEGER PRIMARY KEY,
    worker TEXT NOT NULL,
    fence INTEGER NOT NULL
) STRICT;
INSERT INTO lease (shard, worker, fence)
    WITH RECURSIVE shards (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM shards WHERE n < 63)
    SELECT n, '', 0 FROM shards;

-- Requests of the desk that any of them has obeyed: none is obeyed twice.
CREATE TABLE staff_nonce (
    nonce BLOB PRIMARY KEY,
    time_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_nonce_age ON staff_nonce (time_ms);
