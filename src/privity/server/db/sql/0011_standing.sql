-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- What decisions of the desk do to accounts and rooms. Times are milliseconds since 1970.

-- What stands against an account (its URI) or a room, each by the decision it is of; several may say the same.
CREATE TABLE restriction (
    subject TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('limited', 'suspended', 'banned', 'hidden', 'closed', 'unlinked')),
    decision TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (subject, what, decision)
) STRICT, WITHOUT ROWID;
CREATE INDEX restriction_end ON restriction (until_ms) WHERE until_ms IS NOT NULL;

-- Profiles as others may see them at most: neither of these two ends by time.
CREATE VIEW shown_profile AS
    SELECT user_uri, listed, name, bio, picture FROM profile WHERE NOT EXISTS (
        SELECT 1 FROM restriction WHERE subject = profile.user_uri AND what IN ('hidden', 'banned')
    );

CREATE TABLE warning (
    user_uri TEXT NOT NULL,
    decision TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, decision)
) STRICT, WITHOUT ROWID;

-- What people were told of decisions about them, once for each person. `statement` is a wire.standing.Statement.
CREATE TABLE statement (
    user_uri TEXT NOT NULL,
    effect TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (user_uri, effect)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_age ON statement (at_ms);

-- Effects that were applied or refused, so that none is done twice. `digest` is of all that was asked.
CREATE TABLE staff_effect (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    decision TEXT NOT NULL,
    digest BLOB NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'already', 'refused')),
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_effect_of ON staff_effect (subject, decision, number);
CREATE INDEX staff_effect_age ON staff_effect (at_ms);

-- Marks (accounts.closed) of the handle and the recovery key of accounts that were closed while suspended or banned:
-- nobody begins again with either before the time.
CREATE TABLE barred (
    mark BLOB PRIMARY KEY,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX barred_end ON barred (until_ms);
