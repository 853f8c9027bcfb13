-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The newest checkpoint of the hub's key log that was proven to this desk: one row (keylog.verify.View).
CREATE TABLE key_log (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    view BLOB NOT NULL
) STRICT;
