-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What the hub observed (wire.observed), and who reported whom; deleted after seven days. `number` is this desk's own.
CREATE TABLE observed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
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
    network TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX observed_over ON observed (until_ms);
CREATE INDEX observed_of ON observed (account, number);

CREATE TABLE observed_position (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    hub_number INTEGER NOT NULL
) STRICT;
INSERT INTO observed_position (only_one, hub_number) VALUES (1, 0);
