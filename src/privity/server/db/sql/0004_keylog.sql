-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- The key log: changes that wait, published values, the log and the map behind it, the one epoch that is on its way.
-- Hashes and nodes are as the rooms `tlog` and `keylog` define them. Times are milliseconds since 1970.

-- Device lists are the values of the labels `u:USER-URI` now.
DROP TABLE device_list;

-- Accepted and not yet published, in the order in which they came.
CREATE TABLE kl_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    version INTEGER NOT NULL,
    opening BLOB NOT NULL,
    value BLOB NOT NULL,
    queued_ms INTEGER NOT NULL,
    UNIQUE (label, version)
) STRICT;

-- Published. `epoch` is the index of the entry that brought it.
CREATE TABLE kl_value (
    label TEXT NOT NULL,
    version INTEGER NOT NULL,
    opening BLOB NOT NULL,
    value BLOB NOT NULL,
    commitment BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (label, version)
) STRICT;

-- One for each epoch. `audit_update` is what an auditor checks it with.
CREATE TABLE kl_entry (
    idx INTEGER PRIMARY KEY,
    timestamp_ms INTEGER NOT NULL,
    prefix_root BLOB NOT NULL,
    audit_update BLOB NOT NULL
) STRICT;

-- Complete subtrees of the log; level 0 are the leaves.
CREATE TABLE kl_log_node (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- The newest map only: older ones are never asked for, because a leaf names the epoch that brought it.
CREATE TABLE kl_prefix_node (
    path BLOB PRIMARY KEY,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE kl_checkpoint (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;

-- At most one row: the epoch whose checkpoint is signed. It is published, or nothing of its size ever is.
CREATE TABLE kl_prepared (
    idx INTEGER PRIMARY KEY,
    timestamp_ms INTEGER NOT NULL,
    prefix_root BLOB NOT NULL,
    audit_update BLOB NOT NULL,
    note BLOB NOT NULL,
    cut BLOB NOT NULL
) STRICT;

-- Signed checkpoints of this log that contradict what the hub holds, as a witness showed them.
CREATE TABLE kl_evidence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    note BLOB NOT NULL UNIQUE,
    seen_ms INTEGER NOT NULL
) STRICT;

-- What the published lists of a user add up to (identity.account); `due_ms` is when a reset that waits takes effect.
CREATE TABLE account_state (
    user_uri TEXT PRIMARY KEY REFERENCES account (user_uri),
    state BLOB NOT NULL,
    due_ms INTEGER
) STRICT;
CREATE INDEX account_state_due ON account_state (due_ms) WHERE due_ms IS NOT NULL;

-- Resets that took effect: what followed one enters no room by itself in which the person stood before.
CREATE TABLE account_reset (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    effective_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX account_reset_of_user ON account_reset (user_uri, effective_ms);

-- One-time codes of the operator; `used_for` is SHA-256 of the list that came with it.
CREATE TABLE reset_code (
    code_hash BLOB PRIMARY KEY,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    expires_ms INTEGER NOT NULL,
    used_for BLOB
) STRICT;
