-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- To which key of a device people of its rooms seal reports, while its person looks after one. Reports themselves wait
-- in `inbox` alone.

CREATE TABLE report_key (
    client_uri TEXT PRIMARY KEY REFERENCES device (client_uri) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key BLOB NOT NULL
) STRICT;
