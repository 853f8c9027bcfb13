-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Lists of hashes of what is known, and who may add to them: a file, or an exchange.
CREATE TABLE hash_list (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    settings TEXT NOT NULL,
    trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 0,
    checkpoint BLOB,
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    fetched_ms INTEGER,
    alarmed_ms INTEGER,
    paused_ms INTEGER,
    paused_why TEXT,
    removed_ms INTEGER,
    CHECK ((paused_ms IS NULL) = (paused_why IS NULL))
) STRICT;

CREATE TABLE list_entry (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    list INTEGER NOT NULL REFERENCES hash_list (number),
    kind TEXT NOT NULL,
    value BLOB NOT NULL,
    source_id TEXT NOT NULL,
    severity INTEGER,
    verified INTEGER NOT NULL CHECK (verified IN (0, 1)),
    expires_ms INTEGER,
    added_ms INTEGER NOT NULL,
    added_in INTEGER NOT NULL,
    removed_ms INTEGER,
    removed_in INTEGER,
    up INTEGER NOT NULL DEFAULT 0,
    down INTEGER NOT NULL DEFAULT 0,
    CHECK (length(value) = CASE kind WHEN 'pdq' THEN 32 WHEN 'sha256' THEN 32 WHEN 'md5' THEN 16 END),
    CHECK ((removed_ms IS NULL) = (removed_in IS NULL)),
    UNIQUE (list, kind, value, source_id)
) STRICT;

CREATE INDEX list_entry_value ON list_entry (kind, value);

CREATE INDEX list_entry_source ON list_entry (list, source_id);

CREATE INDEX list_entry_added ON list_entry (list, added_in);

CREATE INDEX list_entry_removed ON list_entry (removed_ms) WHERE removed_ms IS NOT NULL;

-- What came and what went, in its order: the index of similar hashes is made of it.
CREATE TABLE list_change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES list_entry (n) ON DELETE CASCADE,
    added INTEGER NOT NULL CHECK (added IN (0, 1))
) STRICT;

CREATE INDEX list_change_entry ON list_change (entry);

-- Read already, and not in the list yet.
CREATE TABLE list_staged (
    list INTEGER NOT NULL REFERENCES hash_list (number),
    kind TEXT NOT NULL,
    value BLOB NOT NULL,
    source_id TEXT NOT NULL,
    severity INTEGER,
    verified INTEGER NOT NULL,
    expires_ms INTEGER,
    PRIMARY KEY (list, kind, value, source_id)
) STRICT, WITHOUT ROWID;

-- How far an import has read.
CREATE TABLE list_import (
    list INTEGER PRIMARY KEY REFERENCES hash_list (number),
    digest BLOB NOT NULL,
    line INTEGER NOT NULL
) STRICT;

-- One at a time changes a list.
CREATE TABLE list_lease (
    list INTEGER PRIMARY KEY REFERENCES hash_list (number),
    holder TEXT NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

-- What people of the staff say about an entry, and whether its exchange has been told.
CREATE TABLE list_vote (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES list_entry (n) ON DELETE CASCADE,
    up INTEGER NOT NULL CHECK (up IN (0, 1)),
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    sent TEXT NOT NULL DEFAULT 'waiting' CHECK (sent IN ('waiting', 'sent', 'unsupported'))
) STRICT;

CREATE INDEX list_vote_entry ON list_vote (entry);

CREATE INDEX list_vote_waiting ON list_vote (n) WHERE sent = 'waiting';

-- Accounts whose public picture is to be looked at.
CREATE TABLE matching_due (
    account TEXT PRIMARY KEY,
    since_ms INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Hashes of what is shown to everybody, kept for lists that grow later.
CREATE TABLE media (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    md5 BLOB NOT NULL CHECK (length(md5) = 16),
    seen_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    UNIQUE (account, sha256)
) STRICT;

CREATE INDEX media_expires ON media (expires_ms);

CREATE INDEX media_sha256 ON media (sha256);

CREATE INDEX media_md5 ON media (md5);

CREATE TABLE media_hash (
    media INTEGER NOT NULL REFERENCES media (number) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    pdq BLOB NOT NULL CHECK (length(pdq) = 32),
    sound INTEGER NOT NULL CHECK (sound IN (0, 1)),
    PRIMARY KEY (media, at)
) STRICT, WITHOUT ROWID;

-- How far it has come: in the changes of lists, that are held against what was kept, in what the hub observed, and in
-- what was reported.
CREATE TABLE matching_place (
    what TEXT PRIMARY KEY CHECK (what IN ('changes', 'observed', 'reports')),
    after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each match: of what, with what, how near, and what followed.
CREATE TABLE match (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    surface TEXT NOT NULL CHECK (surface IN ('profile', 'disclosed')),
    about TEXT NOT NULL,
    content BLOB NOT NULL CHECK (length(content) = 32),
    entry INTEGER NOT NULL,
    list INTEGER NOT NULL REFERENCES hash_list (number),
    list_version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    distance INTEGER NOT NULL CHECK (distance BETWEEN 0 AND 31),
    frames INTEGER NOT NULL,
    policy INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('quarantine', 'review', 'log')),
    because TEXT NOT NULL,
    case_n INTEGER,
    UNIQUE (surface, about, content, entry)
) STRICT;

CREATE INDEX match_of_list ON match (list, at_ms);

CREATE INDEX match_of_entry ON match (entry, at_ms);
