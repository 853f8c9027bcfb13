-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Public notices of people without an account. What they wrote is sealed to the desk and waits in `report`; here is how
-- they find out what became of it. Times are milliseconds since 1970.

CREATE TABLE notice (
    receipt TEXT PRIMARY KEY,
    code_hash BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    appealed_ms INTEGER
) STRICT;
CREATE INDEX notice_age ON notice (received_ms);

-- What the desk told them, once for each effect.
CREATE TABLE notice_line (
    receipt TEXT NOT NULL REFERENCES notice (receipt) ON DELETE CASCADE,
    effect TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (receipt, effect)
) STRICT, WITHOUT ROWID;
