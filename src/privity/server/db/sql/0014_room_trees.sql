-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- The public tree as it was when devices came into a room: they fetch it beside their Welcome, which so stays small.

CREATE TABLE room_tree (
    room_id INTEGER NOT NULL REFERENCES room (id),
    seq INTEGER NOT NULL,
    ts_ms INTEGER NOT NULL,
    tree BLOB NOT NULL,
    PRIMARY KEY (room_id, seq)
) STRICT;
