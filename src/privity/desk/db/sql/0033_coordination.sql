-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Accounts that acted as one, as far as acts show it; each is looked at by people as a whole, as one case.
CREATE TABLE coordination_cluster (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'benign')),
    case_number INTEGER NOT NULL REFERENCES safety_case (number),
    found_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    score REAL NOT NULL CHECK (score > 0 AND score <= 100),
    views TEXT NOT NULL,
    why TEXT NOT NULL,
    judged_by TEXT,
    judged_ms INTEGER,
    words TEXT NOT NULL,
    CHECK ((state = 'proposed') = (judged_by IS NULL) AND (judged_by IS NULL) = (judged_ms IS NULL))
) STRICT;

CREATE INDEX coordination_cluster_state ON coordination_cluster (state, number);

CREATE INDEX coordination_cluster_seen ON coordination_cluster (seen_ms);

CREATE TABLE coordination_member (
    cluster INTEGER NOT NULL REFERENCES coordination_cluster (number),
    account TEXT NOT NULL,
    born_ms INTEGER NOT NULL,
    shared INTEGER NOT NULL,
    first_of INTEGER NOT NULL,
    standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
    PRIMARY KEY (cluster, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX coordination_member_of ON coordination_member (account);

-- What they did in common, and when.
CREATE TABLE coordination_shared (
    cluster INTEGER NOT NULL REFERENCES coordination_cluster (number),
    object TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    members INTEGER NOT NULL,
    others INTEGER NOT NULL,
    outward INTEGER NOT NULL CHECK (outward IN (0, 1)),
    PRIMARY KEY (cluster, object)
) STRICT, WITHOUT ROWID;

-- When what is kept of observations was looked through last, and how much that was.
CREATE TABLE coordination_run (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    at_ms INTEGER NOT NULL,
    acts INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    clusters INTEGER NOT NULL
) STRICT;
