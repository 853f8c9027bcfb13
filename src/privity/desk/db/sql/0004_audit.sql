-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Every act of this desk, in order, with the exact bytes that the tree is made of. Nothing here is changed or removed.
CREATE TABLE audit_entry (
    n INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- Hashes of the complete subtrees (RFC 6962): what proofs are made of.
CREATE TABLE audit_node (
    level INTEGER NOT NULL,
    i INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, i)
) STRICT, WITHOUT ROWID;

-- The newest signed checkpoint: one row.
CREATE TABLE audit_checkpoint (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    size INTEGER NOT NULL,
    note BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_entry_keeps_rows BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_entry_loses_none BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Openings of evidence are acts like all others and stand in the audit log.
DROP TABLE evidence_access;
