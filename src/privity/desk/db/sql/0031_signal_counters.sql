-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- How far rules have counted what the hub observed, what they count of no single account, and the key of the marks.
CREATE TABLE signal_position (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL CHECK (number >= 0),
    commons BLOB NOT NULL,
    marks_key BLOB NOT NULL CHECK (length(marks_key) = 32)
) STRICT;

-- What is counted about an account: numbers and marks, no names of others.
CREATE TABLE signal_account (
    account TEXT PRIMARY KEY,
    counters BLOB NOT NULL
) STRICT, WITHOUT ROWID;
