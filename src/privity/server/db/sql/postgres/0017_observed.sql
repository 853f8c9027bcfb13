-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- As the file of this number for SQLite says.

CREATE TABLE observed (
    number BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    born_ms BIGINT NOT NULL,
    age TEXT COLLATE "C" NOT NULL,
    other TEXT COLLATE "C" NOT NULL,
    other_age TEXT COLLATE "C" NOT NULL,
    mutual BIGINT NOT NULL,
    together BIGINT NOT NULL,
    room TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    people BIGINT NOT NULL,
    rooms BIGINT NOT NULL,
    largest BIGINT NOT NULL,
    network TEXT COLLATE "C" NOT NULL
);
CREATE INDEX observed_age ON observed (at_ms);
CREATE INDEX observed_of ON observed (account);
CREATE INDEX observed_about ON observed (other) WHERE other <> '';

CREATE TABLE observed_head (
    only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
    last BIGINT NOT NULL
);
INSERT INTO observed_head (only_one, last) VALUES (1, 0);
