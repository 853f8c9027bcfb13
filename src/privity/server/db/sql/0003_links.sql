-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Attempts to link a new device, for minutes each. Answer and opening are kept as JSON, as they came. Times are
-- milliseconds since 1970.

CREATE TABLE link (
    code TEXT PRIMARY KEY,
    commitment BLOB NOT NULL,
    state TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    user_uri TEXT REFERENCES account (user_uri),
    answer BLOB,
    opening BLOB,
    device_list BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX link_expiry ON link (expires_ms);
