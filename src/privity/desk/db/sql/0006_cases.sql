-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Evidence belongs to whatever the audit log names ('report:12', 'appeal:3', 'referral:5'), not to reports alone. What is
-- there stays sealed as it is: a report's place in the seal does not change.
CREATE TABLE evidence_of_anything (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    about TEXT NOT NULL,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (about, kind, position, part)
) STRICT;

INSERT INTO evidence_of_anything (id, about, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext)
SELECT id, 'report:' || report_seq, kind, position, part, wrap_nonce, wrapped_key, nonce, ciphertext FROM evidence;

DROP TABLE evidence;

ALTER TABLE evidence_of_anything RENAME TO evidence;

-- What a report is about, who relayed it, and for whom it was escalated (a claim of the moderator who did).
ALTER TABLE report ADD COLUMN subject TEXT NOT NULL DEFAULT 'messages'
    CHECK (subject IN ('messages', 'person', 'room', 'profile', 'invitation', 'appeal', 'notice'));

ALTER TABLE report ADD COLUMN source TEXT NOT NULL DEFAULT 'user' CHECK (source IN ('user', 'public', 'moderators'));

ALTER TABLE report ADD COLUMN escalated_for TEXT;

CREATE INDEX report_unread ON report (seq) WHERE state IN ('cannot_open', 'malformed');

-- The same message has the same time wherever it is proven, and reports come soon after: an index by time is written
-- in one place, one by message all over the disk.
DROP INDEX reported_message_id;

CREATE INDEX reported_message_at ON reported_message (ts_ms, message_id) WHERE message_id IS NOT NULL;

-- Cases of several accounts to which the same was reported.
CREATE TABLE campaign (
    number INTEGER PRIMARY KEY,
    found_ms INTEGER NOT NULL
) STRICT;

-- Everything reported about one subject, from the first report until somebody decides.
CREATE TABLE safety_case (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'room', 'public')),
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'taken', 'decided', 'closed')),
    taken_by TEXT CHECK ((taken_by IS NULL) = (state <> 'taken')),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 4),
    because TEXT NOT NULL,
    set_by TEXT,
    opened_ms INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    deadline_basis TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 2),
    reports INTEGER NOT NULL,
    reporters INTEGER NOT NULL,
    weighed INTEGER NOT NULL,
    proven INTEGER NOT NULL,
    omitted INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    campaign INTEGER REFERENCES campaign (number),
    earlier INTEGER REFERENCES safety_case (number),
    joined_to INTEGER REFERENCES safety_case (number),
    outcome TEXT CHECK (outcome IN ('upheld', 'dismissed', 'abusive'))
) STRICT;

CREATE INDEX case_of_subject ON safety_case (subject, number);

CREATE INDEX case_queue ON safety_case (priority, deadline_ms, number) WHERE state IN ('open', 'taken');

CREATE INDEX case_deadline ON safety_case (deadline_ms, number) WHERE state IN ('open', 'taken');

CREATE INDEX case_taken ON safety_case (taken_by, priority, deadline_ms, number) WHERE state = 'taken';

CREATE INDEX case_campaign ON safety_case (campaign, number) WHERE campaign IS NOT NULL;

-- Which report is in which case, and what the weight of its reporter rests on.
CREATE TABLE case_report (
    report_seq INTEGER PRIMARY KEY REFERENCES report (seq),
    case_number INTEGER NOT NULL REFERENCES safety_case (number),
    reporter_uri TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    room_uri TEXT NOT NULL,
    reason INTEGER NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 2),
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    participated INTEGER NOT NULL CHECK (participated IN (0, 1)),
    fresh INTEGER NOT NULL
) STRICT;

CREATE INDEX case_report_of ON case_report (case_number, report_seq);

-- A proven message counts once in its case, however many report it.
CREATE TABLE case_message (
    case_number INTEGER NOT NULL REFERENCES safety_case (number),
    message_id BLOB NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 2),
    PRIMARY KEY (case_number, message_id)
) STRICT, WITHOUT ROWID;

-- Where words or files were first proven, by a digest that only the evidence key can make.
CREATE TABLE campaign_mark (
    mark BLOB PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES safety_case (number)
) STRICT, WITHOUT ROWID;

-- How the reports of a person ended, which is what they weigh.
CREATE TABLE reporter (
    user_uri TEXT PRIMARY KEY,
    reports INTEGER NOT NULL,
    upheld INTEGER NOT NULL,
    dismissed INTEGER NOT NULL,
    abusive INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What happened to a case. Reports that join it stand in case_report.
CREATE TABLE case_event (
    n INTEGER PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES safety_case (number),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    audit_n INTEGER
) STRICT;

CREATE INDEX case_event_of ON case_event (case_number, n);

CREATE TRIGGER case_event_keeps_rows BEFORE UPDATE ON case_event
BEGIN
    SELECT RAISE(ABORT, 'the history of a case is append-only');
END;

CREATE TRIGGER case_event_loses_none BEFORE DELETE ON case_event
BEGIN
    SELECT RAISE(ABORT, 'the history of a case is append-only');
END;
