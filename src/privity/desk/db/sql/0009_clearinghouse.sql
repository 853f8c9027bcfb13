-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A report to a clearinghouse or an authority, and how far it has come. Its state is changed only where it is the one
-- that was read, by who holds the lease.
CREATE TABLE referral (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL CHECK (destination IN ('cybertip', 'agency', 'eu_statements')),
    kind TEXT NOT NULL,
    bundle TEXT NOT NULL,
    mandatory INTEGER NOT NULL CHECK (mandatory IN (0, 1)),
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 2),
    state TEXT NOT NULL CHECK (state IN ('drafted', 'approved', 'awaiting_credentials', 'opened', 'uploading',
        'described', 'finished', 'withdrawn', 'blocked')),
    before_blocked TEXT CHECK (before_blocked IN ('approved', 'opened', 'uploading', 'described')),
    withdrawing INTEGER NOT NULL DEFAULT 0 CHECK (withdrawing IN (0, 1)),
    remote_id TEXT,
    attempt INTEGER NOT NULL DEFAULT 1,
    drafted_ms INTEGER NOT NULL,
    approved_ms INTEGER,
    approved_by TEXT,
    opened_ms INTEGER,
    touched_ms INTEGER,
    finished_ms INTEGER,
    next_ms INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',
    missing TEXT NOT NULL DEFAULT '[]',
    holder TEXT,
    lease_until_ms INTEGER NOT NULL DEFAULT 0,
    CHECK ((state = 'finished') = (finished_ms IS NOT NULL)),
    CHECK (state NOT IN ('opened', 'uploading', 'described') OR remote_id IS NOT NULL),
    CHECK (state = 'drafted' OR state = 'withdrawn' OR approved_by IS NOT NULL)
) STRICT;

-- What is drafted about one account goes into one referral.
CREATE UNIQUE INDEX referral_of_bundle ON referral (destination, bundle) WHERE state = 'drafted';

CREATE INDEX referral_due ON referral (next_ms, n) WHERE state IN ('approved', 'opened', 'uploading', 'described');

CREATE INDEX referral_in_state ON referral (state, destination);

-- Nothing goes back from where it ended.
CREATE TRIGGER referral_stays_finished BEFORE UPDATE OF state ON referral WHEN OLD.state IN ('finished', 'withdrawn')
BEGIN
    SELECT RAISE(ABORT, 'a referral that was finished or withdrawn stays so');
END;

-- The cases in a referral: each a snapshot of its own, and who drafted it.
CREATE TABLE referral_case (
    referral INTEGER NOT NULL REFERENCES referral (n),
    position INTEGER NOT NULL,
    case_number INTEGER NOT NULL,
    subject TEXT NOT NULL,
    drafted_by TEXT NOT NULL,
    drafted_ms INTEGER NOT NULL,
    PRIMARY KEY (referral, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX referral_of_case ON referral_case (case_number);
CREATE INDEX referral_of_subject ON referral_case (subject);

-- Snapshots, documents, files, and the exact bytes of every request and answer, each under a key of its own.
CREATE TABLE referral_sealed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    referral INTEGER NOT NULL REFERENCES referral (n),
    kind TEXT NOT NULL CHECK (kind IN ('snapshot', 'document', 'facts', 'file', 'request', 'answer')),
    position INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (referral, kind, position)
) STRICT;

CREATE INDEX referral_sealed_bytes ON referral_sealed (referral, kind, sha256);

-- Files of a report, or statements of a batch.
CREATE TABLE referral_item (
    referral INTEGER NOT NULL REFERENCES referral (n),
    item INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'unknown', 'missing', 'sent', 'described')),
    remote_id TEXT,
    evidence INTEGER,
    PRIMARY KEY (referral, item)
) STRICT, WITHOUT ROWID;

-- Everything that was asked and answered, in order; each link holds the hash of the one before.
CREATE TABLE referral_call (
    referral INTEGER NOT NULL REFERENCES referral (n),
    n INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'answered', 'unanswered')),
    attempt INTEGER NOT NULL,
    verb TEXT NOT NULL CHECK (verb IN ('open', 'upload', 'describe', 'finish', 'retract', 'look_up')),
    item INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reaction TEXT NOT NULL,
    sealed INTEGER REFERENCES referral_sealed (id),
    sha256 BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (referral, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER referral_call_keeps_rows BEFORE UPDATE ON referral_call
BEGIN
    SELECT RAISE(ABORT, 'what was sent and answered is not changed');
END;

CREATE TRIGGER referral_call_loses_none BEFORE DELETE ON referral_call
BEGIN
    SELECT RAISE(ABORT, 'what was sent and answered is not removed');
END;

-- Reports that were opened at the other side and never finished: they expire there.
CREATE TABLE referral_abandoned (
    referral INTEGER NOT NULL REFERENCES referral (n),
    attempt INTEGER NOT NULL,
    remote_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (referral, remote_id)
) STRICT, WITHOUT ROWID;

-- A queue that stopped waits for a person; one that pauses goes on by itself.
CREATE TABLE clearinghouse_queue (
    destination TEXT PRIMARY KEY CHECK (destination IN ('cybertip', 'agency', 'eu_statements')),
    stopped_ms INTEGER,
    why TEXT NOT NULL DEFAULT '',
    paused_until_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Evidence that may not be deleted yet. The reference alone keeps SQLite from deleting it.
CREATE TABLE evidence_hold (
    evidence_id INTEGER NOT NULL REFERENCES evidence (id),
    because TEXT NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (evidence_id, because)
) STRICT, WITHOUT ROWID;

-- Which file was looked at stands in the audit log and nowhere else. An entry begins with what it is about.
CREATE INDEX audit_entry_viewed ON audit_entry (entry)
    WHERE instr(entry, CAST('"act":"media.viewed"' AS BLOB)) > 0;

-- What it says of the calls of a finished referral is looked up whenever these are checked.
CREATE INDEX audit_entry_finished ON audit_entry (entry)
    WHERE instr(entry, CAST('"act":"referral.finished"' AS BLOB)) > 0;
