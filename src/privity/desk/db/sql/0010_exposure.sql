-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- When a member of staff has seen how much of a picture, for the limit that protects them. Which one stands in the
-- audit log.
CREATE TABLE exposure (
    n INTEGER PRIMARY KEY,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('small', 'larger'))
) STRICT;

CREATE INDEX exposure_of ON exposure (who, n);
