-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Leaves of the map whose value the database has lost: added by epochs that were taken back from an auditor.

CREATE TABLE kl_lost (
    out BLOB PRIMARY KEY,
    commitment BLOB NOT NULL,
    epoch INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- After what number the inbox of a new device begins: beyond 0 once a database was put back from an older copy.
CREATE TABLE inbox_base (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO inbox_base (only_one, seq) VALUES (1, 0);
