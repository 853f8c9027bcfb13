-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Accounts, device lists, KeyPackages, invites, blocks, blobs. Times are milliseconds since 1970.

CREATE TABLE account (
    user_uri TEXT PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL
) STRICT;

-- Every version of every signed device list, contiguous from 0: what others verify an account's history with.
CREATE TABLE device_list (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    version INTEGER NOT NULL,
    value BLOB NOT NULL,
    stored_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, version)
) STRICT;

-- The devices of the newest list, so that one look-up decides on a leaf or a proof.
CREATE TABLE device (
    client_uri TEXT PRIMARY KEY,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    signature_key BLOB NOT NULL,
    since_version INTEGER NOT NULL
) STRICT;
CREATE INDEX device_of_user ON device (user_uri);

-- Each row is handed out once, oldest first; `reference` is kept in `key_package_seen` after that.
CREATE TABLE key_package (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_uri TEXT NOT NULL REFERENCES device (client_uri) ON DELETE CASCADE,
    suite INTEGER NOT NULL,
    last_resort INTEGER NOT NULL,
    not_after_ms INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT;
CREATE INDEX key_package_stock ON key_package (client_uri, last_resort, suite, id);
CREATE INDEX key_package_expiry ON key_package (not_after_ms);

-- A KeyPackage that was ever uploaded is not taken again before it has expired, or it could be handed out twice.
CREATE TABLE key_package_seen (
    reference BLOB PRIMARY KEY,
    not_after_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX key_package_seen_expiry ON key_package_seen (not_after_ms);

CREATE TABLE invite (
    code_hash BLOB PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_by TEXT REFERENCES account (user_uri)
) STRICT;

CREATE TABLE block (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    blocked_uri TEXT NOT NULL REFERENCES account (user_uri),
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, blocked_uri)
) STRICT;

CREATE TABLE blob (
    sha256 BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    stored_ms INTEGER NOT NULL
) STRICT;

-- Who put a blob: what one account stores is limited.
CREATE TABLE blob_owner (
    sha256 BLOB NOT NULL REFERENCES blob (sha256) ON DELETE CASCADE,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    PRIMARY KEY (sha256, user_uri)
) STRICT;
CREATE INDEX blob_of_user ON blob_owner (user_uri);
