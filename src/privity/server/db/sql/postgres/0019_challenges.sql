-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- As the file of this number for SQLite says.

CREATE TABLE challenge (
    user_uri TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C" NOT NULL,
    since_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (user_uri, decision)
);
CREATE INDEX challenge_end ON challenge (until_ms);

CREATE TABLE spent_puzzle (
    seed BYTEA PRIMARY KEY,
    until_ms BIGINT NOT NULL
);
CREATE INDEX spent_puzzle_end ON spent_puzzle (until_ms);
