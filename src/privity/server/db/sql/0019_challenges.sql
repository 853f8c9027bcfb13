-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Challenges of accounts, each by the decision it is of, until a time (milliseconds since 1970). They stand beside
-- `restriction`, which a version before this one reads, too, and would not know what to make of them.

CREATE TABLE challenge (
    user_uri TEXT NOT NULL,
    decision TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX challenge_end ON challenge (until_ms);

-- Puzzles whose work was taken, by their seed, a MAC under a key of the hub; until they would be too old in any case.
CREATE TABLE spent_puzzle (
    seed BLOB PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_puzzle_end ON spent_puzzle (until_ms);
