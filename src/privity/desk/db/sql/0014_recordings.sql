-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A sound counts as a picture does, so a view may be of one.
CREATE TABLE exposure_of_all (
    n INTEGER PRIMARY KEY,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('small', 'larger', 'heard'))
) STRICT;

INSERT INTO exposure_of_all SELECT n, who, at_ms, stage FROM exposure;
DROP TABLE exposure;
ALTER TABLE exposure_of_all RENAME TO exposure;
CREATE INDEX exposure_of ON exposure (who, n);

-- Whether a view was one of all of a file stands in the audit log, too.
CREATE INDEX audit_entry_in_part ON audit_entry (entry)
    WHERE instr(entry, CAST('"act":"media.in_part"' AS BLOB)) > 0;
CREATE INDEX audit_entry_heard ON audit_entry (entry)
    WHERE instr(entry, CAST('"act":"media.heard"' AS BLOB)) > 0;
