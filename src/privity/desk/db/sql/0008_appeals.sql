-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Appeals that were taken. What they say is evidence.
CREATE TABLE appeal (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    decision INTEGER NOT NULL REFERENCES decision (n),
    party TEXT NOT NULL CHECK (party IN ('affected', 'notifier')),
    appellant TEXT NOT NULL,
    receipt TEXT NOT NULL UNIQUE,
    report_receipt TEXT,
    evidence INTEGER NOT NULL REFERENCES evidence (id),
    lodged_ms INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    CHECK ((party = 'notifier') = (report_receipt IS NOT NULL))
) STRICT;

-- Whom a decision is about appeals once, and whoever reported once for each report.
CREATE UNIQUE INDEX appeal_of_affected ON appeal (decision) WHERE party = 'affected';
CREATE UNIQUE INDEX appeal_of_notifier ON appeal (decision, report_receipt) WHERE party = 'notifier';
CREATE INDEX appeal_deadline ON appeal (deadline_ms, n);

CREATE TABLE appeal_answer (
    appeal INTEGER PRIMARY KEY REFERENCES appeal (n),
    answer TEXT NOT NULL CHECK (answer IN ('uphold', 'overturn')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;

CREATE TRIGGER appeal_answer_is_of_another BEFORE INSERT ON appeal_answer
WHEN NEW.who IN (
    SELECT d.proposed_by FROM decision AS d JOIN appeal AS a ON a.decision = d.n WHERE a.n = NEW.appeal
    UNION
    SELECT e.who FROM decision_event AS e JOIN appeal AS a ON a.decision = e.decision
    WHERE a.n = NEW.appeal AND e.kind IN ('confirmed', 'effective')
)
BEGIN
    SELECT RAISE(ABORT, 'whoever decided does not answer the appeal');
END;

CREATE TRIGGER appeal_keeps_rows BEFORE UPDATE ON appeal
BEGIN
    SELECT RAISE(ABORT, 'an appeal is never changed');
END;

CREATE TRIGGER appeal_loses_none BEFORE DELETE ON appeal
BEGIN
    SELECT RAISE(ABORT, 'an appeal is never removed');
END;

CREATE TRIGGER appeal_answer_keeps_rows BEFORE UPDATE ON appeal_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never changed');
END;

CREATE TRIGGER appeal_answer_loses_none BEFORE DELETE ON appeal_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never removed');
END;
