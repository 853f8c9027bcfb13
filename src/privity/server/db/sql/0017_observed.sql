-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- What accounts did, without a word of what they said (wire.observed), until the desk has taken it. Times are milliseconds
-- since 1970.

CREATE TABLE observed (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    born_ms INTEGER NOT NULL,
    age TEXT NOT NULL,
    other TEXT NOT NULL,
    other_age TEXT NOT NULL,
    mutual INTEGER NOT NULL,
    together INTEGER NOT NULL,
    room TEXT NOT NULL,
    count INTEGER NOT NULL,
    people INTEGER NOT NULL,
    rooms INTEGER NOT NULL,
    largest INTEGER NOT NULL,
    network TEXT NOT NULL
) STRICT;
CREATE INDEX observed_age ON observed (at_ms);
CREATE INDEX observed_of ON observed (account);
CREATE INDEX observed_about ON observed (other) WHERE other <> '';

-- The last number that was given out. It stands in a row, so that numbers come to be in the order of the commits.
CREATE TABLE observed_head (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO observed_head (only_one, last) VALUES (1, 0);
