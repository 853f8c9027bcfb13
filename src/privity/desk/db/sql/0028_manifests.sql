-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The manifests of collectors that the desk has run with, one after the other, and who has looked at each.
CREATE TABLE legal_manifest (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    manifest BLOB NOT NULL CHECK (length(manifest) > 0),
    began_ms INTEGER NOT NULL,
    began_entry INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n),
    seen_by TEXT,
    seen_ms INTEGER,
    seen_entry INTEGER UNIQUE REFERENCES audit_entry (n),
    CHECK ((seen_by IS NULL) = (seen_ms IS NULL) AND (seen_by IS NULL) = (seen_entry IS NULL)),
    CHECK (seen_by <> 'desk')
) STRICT;

CREATE TRIGGER legal_manifest_begins_unseen BEFORE INSERT ON legal_manifest
WHEN NEW.seen_by IS NOT NULL OR NEW.sha256 IS (SELECT sha256 FROM legal_manifest ORDER BY n DESC LIMIT 1)
BEGIN
    SELECT RAISE(ABORT, 'a manifest begins when it is another than before, and nobody has looked at it yet');
END;

CREATE TRIGGER legal_manifest_is_seen_once BEFORE UPDATE ON legal_manifest
WHEN NEW.n <> OLD.n OR NEW.sha256 <> OLD.sha256 OR NEW.manifest <> OLD.manifest OR NEW.began_ms <> OLD.began_ms
    OR NEW.began_entry <> OLD.began_entry OR OLD.seen_by IS NOT NULL OR NEW.seen_entry <= OLD.began_entry
BEGIN
    SELECT RAISE(ABORT, 'a manifest never changes, and is looked at once');
END;

CREATE TRIGGER legal_manifest_loses_none BEFORE DELETE ON legal_manifest
BEGIN
    SELECT RAISE(ABORT, 'what the desk ran with stays known');
END;

CREATE TRIGGER legal_collection_is_by_a_manifest_that_was_seen BEFORE INSERT ON legal_collection
WHEN NEW.capabilities_sha256 IS NOT (
    SELECT sha256 FROM legal_manifest WHERE seen_entry IS NOT NULL AND n = (SELECT max(n) FROM legal_manifest)
)
BEGIN
    SELECT RAISE(ABORT, 'nothing is collected by a manifest that nobody has looked at');
END;
