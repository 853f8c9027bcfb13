-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What somebody of the staff opened a case for without a report. It counts in the priority like an unproven report.
CREATE TABLE own_case (
    n INTEGER PRIMARY KEY,
    case_number INTEGER NOT NULL REFERENCES safety_case (number),
    reason INTEGER NOT NULL,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX own_case_of ON own_case (case_number);

-- Whether nobody had reported anything in the case when it was decided.
ALTER TABLE decision ADD COLUMN own INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1));

CREATE TRIGGER decision_of_ones_own_is_mild BEFORE INSERT ON decision
WHEN NEW.own = 1 AND (NEW.level <> 0 OR NEW.action IN ('limit', 'suspend', 'ban', 'close_room'))
BEGIN
    SELECT RAISE(ABORT, 'without a report nobody loses more than what everybody could see');
END;

-- A report that could be read, or asked about, only later: what it was counted as when it came.
CREATE TABLE report_later (
    report_seq INTEGER PRIMARY KEY REFERENCES report (seq),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    came_state TEXT NOT NULL CHECK (came_state IN ('cannot_open', 'malformed', 'undecided')),
    came_reason INTEGER,
    came_source TEXT NOT NULL
) STRICT;

-- A report that nobody can read and that somebody has put aside. Its sealed bytes stay.
CREATE TABLE report_aside (
    report_seq INTEGER PRIMARY KEY REFERENCES report (seq),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (length(reason) > 0)
) STRICT;

DROP INDEX report_unread;

CREATE INDEX report_unopened ON report (seq) WHERE state IN ('cannot_open', 'malformed', 'undecided');
