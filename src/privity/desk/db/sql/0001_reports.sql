-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- How far the relayed reports are recorded: one row, moved in the transaction that records a report.
CREATE TABLE relay_cursor (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    seq INTEGER NOT NULL
) STRICT;

INSERT INTO relay_cursor (only_one, seq) VALUES (1, 0);

-- One row for every report the hub relayed, readable or not. No content and no note: those are evidence.
CREATE TABLE report (
    seq INTEGER PRIMARY KEY,
    receipt TEXT NOT NULL,
    reporter_uri TEXT NOT NULL,
    received_ms INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    sealed_sha256 BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('assessed', 'cannot_open', 'malformed', 'undecided')),
    detail TEXT NOT NULL,
    accused_uri TEXT,
    room_uri TEXT,
    reason INTEGER,
    omitted INTEGER
) STRICT;

-- One row for every message of an assessed report.
CREATE TABLE reported_message (
    report_seq INTEGER NOT NULL REFERENCES report (seq),
    position INTEGER NOT NULL,
    message_id BLOB,
    ts_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN (
        'VERIFIED', 'VERIFIED_AUTHORSHIP', 'MALFORMED', 'MISMATCH', 'FRANK_EXPIRED', 'WRONG_ROOM', 'WRONG_SENDER',
        'UNDECIDED'
    )),
    detail TEXT NOT NULL,
    authorship TEXT NOT NULL CHECK (authorship IN ('absent', 'holds', 'fails', 'not_checked')),
    reporter_participated INTEGER CHECK (reporter_participated IN (0, 1)),
    repeats_seq INTEGER REFERENCES report (seq),
    PRIMARY KEY (report_seq, position)
) STRICT;

CREATE INDEX reported_message_id ON reported_message (message_id) WHERE message_id IS NOT NULL;

-- One row for every attachment of a message, by message and part, never by URL or hash.
CREATE TABLE reported_attachment (
    report_seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('OK', 'UNAVAILABLE', 'MISMATCH', 'LINK_ONLY', 'NOT_CHECKED')),
    detail TEXT NOT NULL,
    PRIMARY KEY (report_seq, position, part),
    FOREIGN KEY (report_seq, position) REFERENCES reported_message (report_seq, position)
) STRICT;

-- Evidence, each record under a key of its own, which the evidence key file wraps.
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_seq INTEGER NOT NULL REFERENCES report (seq),
    kind TEXT NOT NULL CHECK (kind IN ('sealed', 'report', 'device_lists', 'attachment')),
    position INTEGER NOT NULL,
    part INTEGER NOT NULL,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (report_seq, kind, position, part)
) STRICT;

-- Who opened which record, when and why. Append-only; each row carries the hash of the one before.
CREATE TABLE evidence_access (
    n INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    evidence_id INTEGER NOT NULL REFERENCES evidence (id),
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER evidence_access_keeps_rows BEFORE UPDATE ON evidence_access
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;

CREATE TRIGGER evidence_access_loses_none BEFORE DELETE ON evidence_access
BEGIN
    SELECT RAISE(ABORT, 'the access log is append-only');
END;
