-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Whom the person saw who judged a cluster a campaign. A look that finds it again may find others in it.
CREATE TABLE coordination_seen (
    cluster INTEGER NOT NULL REFERENCES coordination_cluster (number),
    account TEXT NOT NULL,
    PRIMARY KEY (cluster, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX coordination_seen_of ON coordination_seen (account);

-- That another person confirmed it: until then its members carry a word that rules read.
CREATE TABLE coordination_confirmed (
    cluster INTEGER PRIMARY KEY REFERENCES coordination_cluster (number),
    judged_by TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    confirmed_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL CHECK (until_ms > confirmed_ms),
    accounts INTEGER NOT NULL CHECK (accounts >= 0),
    words TEXT NOT NULL CHECK (length(trim(words)) > 0),
    CHECK (confirmed_by <> judged_by AND NOT (confirmed_by GLOB 'command:*' AND judged_by GLOB 'command:*'))
) STRICT;

CREATE TRIGGER coordination_confirmed_comes_second BEFORE INSERT ON coordination_confirmed
WHEN NOT EXISTS (
    SELECT 1 FROM coordination_cluster
    WHERE number = NEW.cluster AND state = 'confirmed' AND judged_by = NEW.judged_by
)
BEGIN
    SELECT RAISE(ABORT, 'somebody judges a cluster a campaign, and then another confirms it');
END;

CREATE TRIGGER coordination_confirmed_keeps_rows BEFORE UPDATE ON coordination_confirmed
BEGIN
    SELECT RAISE(ABORT, 'what was confirmed is taken back, and never changed');
END;

CREATE TRIGGER coordination_judged_after_taking_back BEFORE UPDATE OF state, judged_by, judged_ms ON coordination_cluster
WHEN EXISTS (SELECT 1 FROM coordination_confirmed WHERE cluster = OLD.number)
BEGIN
    SELECT RAISE(ABORT, 'what was confirmed is taken back before something else is said');
END;
