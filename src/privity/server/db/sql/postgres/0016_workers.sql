-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- As the file of this number for SQLite says.

CREATE TABLE worker (
    name TEXT COLLATE "C" PRIMARY KEY,
    until_ms BIGINT NOT NULL
);

CREATE TABLE lease (
    shard BIGINT PRIMARY KEY,
    worker TEXT COLLATE "C" NOT NULL,
    fence BIGINT NOT NULL
);
INSERT INTO lease (shard, worker, fence) SELECT n, '', 0 FROM generate_series(0, 63) AS shards (n);

CREATE TABLE staff_nonce (
    nonce BYTEA PRIMARY KEY,
    time_ms BIGINT NOT NULL
);
CREATE INDEX staff_nonce_age ON staff_nonce (time_ms);
