-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What the desk collected for a request by one decision: a snapshot, which says everything that will be said of it.
CREATE TABLE legal_collection (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    decision INTEGER NOT NULL REFERENCES legal_decision (n),
    collected_ms INTEGER NOT NULL,
    snapshot_sha256 BLOB NOT NULL CHECK (length(snapshot_sha256) = 32),
    capabilities_sha256 TEXT NOT NULL CHECK (length(capabilities_sha256) = 64),
    rows_found INTEGER NOT NULL CHECK (rows_found >= 0),
    withheld INTEGER NOT NULL CHECK (withheld >= 0),
    capped INTEGER NOT NULL CHECK (capped >= 0),
    audit_n INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n),
    gone_ms INTEGER
) STRICT;

CREATE INDEX legal_collection_of ON legal_collection (request, n);

-- The files of a snapshot, sealed, each under a key of its own.
CREATE TABLE legal_collected_file (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES legal_collection (n),
    name TEXT NOT NULL,
    data_class TEXT CHECK (data_class IN (
        'subscriber', 'session_ip', 'account_state', 'delivery_metadata', 'content_profile', 'content_reported'
    )),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (collection, name)
) STRICT;

-- Each key in a row that never changes its length and is never removed: it is overwritten where it stands.
CREATE TABLE legal_collected_key (
    file INTEGER PRIMARY KEY REFERENCES legal_collected_file (n),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

-- Nothing is collected but for a request that is scoped, by the decision that counts, while who asks is active.
CREATE TRIGGER legal_collection_is_scoped BEFORE INSERT ON legal_collection
WHEN NOT EXISTS (
    SELECT 1 FROM legal_request AS r JOIN legal_decision AS d ON d.n = r.decision JOIN legal_verdict AS v ON v.n = d.verdict
    WHERE r.n = NEW.request AND r.state = 'scoped' AND r.on_hold = 0 AND r.decision = NEW.decision
        AND NEW.collected_ms <= v.holds_until_ms
) OR NEW.gone_ms IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'nothing is collected but for a request that is scoped and whose authority holds');
END;

-- Of one class nothing is kept that the scope of this decision does not name.
CREATE TRIGGER legal_collected_file_is_in_scope BEFORE INSERT ON legal_collected_file
WHEN NEW.data_class IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM legal_collection AS c JOIN legal_scope AS s ON s.decision = c.decision
    WHERE c.n = NEW.collection AND s.data_class = NEW.data_class
)
BEGIN
    SELECT RAISE(ABORT, 'a collection is never wider than its scope');
END;

CREATE TRIGGER legal_collected_file_comes_with_its_collection BEFORE INSERT ON legal_collected_file
WHEN (SELECT r.state FROM legal_collection AS c JOIN legal_request AS r ON r.n = c.request WHERE c.n = NEW.collection)
    IS NOT 'scoped'
BEGIN
    SELECT RAISE(ABORT, 'nothing is added to what was collected');
END;

CREATE TRIGGER legal_request_is_collected BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'collected' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM legal_collection WHERE request = OLD.n AND decision = NEW.decision AND gone_ms IS NULL
        AND audit_n > (SELECT max(audit_n) FROM legal_move WHERE request = OLD.n AND new = 'scoped')
)
BEGIN
    SELECT RAISE(ABORT, 'nothing was collected by this decision');
END;

-- A collection ends when its request is purged, or when another took its place.
CREATE TRIGGER legal_collection_only_goes BEFORE UPDATE ON legal_collection
WHEN NEW.n <> OLD.n OR NEW.request <> OLD.request OR NEW.decision <> OLD.decision OR NEW.collected_ms <> OLD.collected_ms
    OR NEW.snapshot_sha256 <> OLD.snapshot_sha256 OR NEW.capabilities_sha256 <> OLD.capabilities_sha256
    OR NEW.rows_found <> OLD.rows_found OR NEW.withheld <> OLD.withheld OR NEW.capped <> OLD.capped
    OR NEW.audit_n <> OLD.audit_n OR OLD.gone_ms IS NOT NULL OR NEW.gone_ms IS NULL
    OR NOT (
        (SELECT state FROM legal_request WHERE n = OLD.request) = 'closed'
        OR EXISTS (SELECT 1 FROM legal_collection WHERE request = OLD.request AND n > OLD.n)
    )
    OR EXISTS (
        SELECT 1 FROM legal_collected_file AS f JOIN legal_collected_key AS k ON k.file = f.n
        WHERE f.collection = OLD.n AND (length(f.ciphertext) > 0 OR k.wrapped_key <> zeroblob(length(k.wrapped_key)))
    )
BEGIN
    SELECT RAISE(ABORT, 'what was collected is never changed, and what is gone does not come back');
END;

CREATE TRIGGER legal_collection_loses_none BEFORE DELETE ON legal_collection
BEGIN
    SELECT RAISE(ABORT, 'a collection is shredded, never removed');
END;

CREATE TRIGGER legal_collected_file_is_shredded_whole BEFORE UPDATE ON legal_collected_file
WHEN NEW.n <> OLD.n OR NEW.collection <> OLD.collection OR NEW.name <> OLD.name OR NEW.data_class IS NOT OLD.data_class
    OR NEW.sha256 <> OLD.sha256 OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM legal_collected_key WHERE file = OLD.n)
BEGIN
    SELECT RAISE(ABORT, 'what was collected is never changed');
END;

CREATE TRIGGER legal_collected_file_loses_none BEFORE DELETE ON legal_collected_file
BEGIN
    SELECT RAISE(ABORT, 'what was collected is shredded, never removed');
END;

CREATE TRIGGER legal_collected_key_is_only_overwritten BEFORE UPDATE ON legal_collected_key
WHEN NEW.file <> OLD.file OR NEW.wrapped_key <> zeroblob(length(OLD.wrapped_key)) OR NOT EXISTS (
    SELECT 1 FROM legal_collected_file AS f JOIN legal_collection AS c ON c.n = f.collection
    JOIN legal_request AS r ON r.n = c.request
    WHERE f.n = OLD.file
        AND (r.state = 'closed' OR EXISTS (SELECT 1 FROM legal_collection WHERE request = c.request AND n > c.n))
)
BEGIN
    SELECT RAISE(ABORT, 'a collection is kept until its request is purged or another takes its place');
END;

CREATE TRIGGER legal_collected_key_loses_none BEFORE DELETE ON legal_collected_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never removed');
END;
