-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Which franking key a room names, and every key that any room has named: franks by them verify while they can be
-- reported.

-- Beside `epoch`, since it changes with it: a message is taken only where this is the key that the hub signs with.
ALTER TABLE room ADD COLUMN franking_key BLOB;
CREATE INDEX room_by_franking_key ON room (franking_key);

CREATE TABLE agent_key (
    franking_key BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
