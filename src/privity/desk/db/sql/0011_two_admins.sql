-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What one admin has asked for while another has not agreed. A row is there only as long as it waits.
CREATE TABLE staff_proposal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('invite', 'roles', 'code')),
    member INTEGER REFERENCES staff_member (number),
    name TEXT CHECK (length(name) BETWEEN 1 AND 80),
    roles TEXT NOT NULL CHECK (length(roles) > 0),
    half BLOB CHECK (length(half) = 32),
    proposed_by INTEGER NOT NULL REFERENCES staff_member (number),
    proposed_ms INTEGER NOT NULL,
    CHECK ((kind = 'invite') = (member IS NULL)),
    CHECK ((kind = 'invite') = (name IS NOT NULL)),
    CHECK ((kind = 'roles') = (half IS NULL)),
    CHECK (member IS NULL OR member <> proposed_by)
) STRICT;

CREATE UNIQUE INDEX staff_proposal_about ON staff_proposal (member) WHERE member IS NOT NULL;

CREATE TRIGGER staff_proposal_says_one_thing BEFORE UPDATE ON staff_proposal
BEGIN
    SELECT RAISE(ABORT, 'what one admin asked for is never changed under the eyes of the other');
END;

-- The hash of the half of a code that the first voucher was shown. What waits without one counts no more.
ALTER TABLE staff_recovery ADD COLUMN half BLOB CHECK (half IS NULL OR length(half) = 32);

-- Decisions that an appeal of whoever reported has shown to be wrong or too mild: whoever had a part in one proposes nothing
-- more in its case.
CREATE TABLE decision_reopened (
    decision INTEGER PRIMARY KEY REFERENCES decision (n),
    appeal INTEGER NOT NULL REFERENCES appeal (n),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER decision_reopened_keeps_rows BEFORE UPDATE ON decision_reopened
BEGIN
    SELECT RAISE(ABORT, 'that a decision was looked at again is never changed');
END;

CREATE TRIGGER decision_reopened_loses_none BEFORE DELETE ON decision_reopened
BEGIN
    SELECT RAISE(ABORT, 'that a decision was looked at again is never removed');
END;
