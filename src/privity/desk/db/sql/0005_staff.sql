-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The people of this desk. A number is never given again, because the audit log names people by it.
CREATE TABLE staff_member (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 32),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'ended')),
    letter_keys INTEGER NOT NULL DEFAULT 1 CHECK (letter_keys IN (0, 1)),
    invited_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    CHECK ((state = 'ended') = (ended_ms IS NOT NULL))
) STRICT;

CREATE TABLE staff_role (
    member INTEGER NOT NULL REFERENCES staff_member (number),
    role TEXT NOT NULL CHECK (role IN ('moderator', 'senior', 'appeals', 'referrals', 'admin', 'auditor')),
    PRIMARY KEY (member, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_passkey (
    id BLOB PRIMARY KEY,
    member INTEGER NOT NULL REFERENCES staff_member (number),
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL CHECK (sign_count >= 0),
    label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
    added_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT;

CREATE INDEX staff_passkey_of ON staff_passkey (member, added_ms);

-- Whoever opens the pages, by the hash of what their browser shows.
CREATE TABLE staff_session (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    member INTEGER NOT NULL REFERENCES staff_member (number),
    passkey BLOB NOT NULL REFERENCES staff_passkey (id) ON DELETE CASCADE,
    began_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX staff_session_of ON staff_session (member, began_ms);

-- Two colleagues say that somebody has lost every passkey. A voucher is never the one who lost it, nor twice the same.
CREATE TABLE staff_recovery (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    member INTEGER NOT NULL REFERENCES staff_member (number),
    first INTEGER NOT NULL REFERENCES staff_member (number),
    first_ms INTEGER NOT NULL,
    second INTEGER REFERENCES staff_member (number),
    second_ms INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'granted', 'over')),
    CHECK (first <> member AND second <> member AND first <> second),
    CHECK (state <> 'granted' OR second IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX staff_recovery_of ON staff_recovery (member) WHERE state <> 'over';

-- What lets somebody make a passkey without one: at most one for each member, by its hash, gone once it is used.
CREATE TABLE staff_code (
    member INTEGER PRIMARY KEY REFERENCES staff_member (number),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    expires_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER staff_member_stays BEFORE DELETE ON staff_member
BEGIN
    SELECT RAISE(ABORT, 'a member of staff is ended, never deleted');
END;

CREATE TRIGGER staff_member_does_not_return BEFORE UPDATE OF state ON staff_member WHEN OLD.state = 'ended'
BEGIN
    SELECT RAISE(ABORT, 'a member of staff who was ended stays ended');
END;
