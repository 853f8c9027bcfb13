-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A decision follows its case when that is joined to another.
CREATE INDEX case_joined ON safety_case (joined_to) WHERE joined_to IS NOT NULL;

-- What somebody proposed to decide. Never changed: what happens to it are events.
CREATE TABLE decision (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE CHECK (length(reference) = 26),
    case_n INTEGER NOT NULL REFERENCES safety_case (number),
    against TEXT NOT NULL,
    policy TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN (
        'dismiss', 'warn', 'limit', 'remove_public', 'suspend', 'ban', 'close_room', 'remove_links', 'escalate'
    )),
    level INTEGER NOT NULL CHECK (level IN (0, 1, 2)),
    second_person INTEGER NOT NULL CHECK (second_person IN (0, 1)),
    reason TEXT NOT NULL CHECK (length(reason) > 0),
    days INTEGER CHECK (days > 0),
    escalated_to TEXT CHECK (escalated_to IN ('referral', 'legal', 'senior')),
    weight INTEGER NOT NULL CHECK (weight >= 0),
    counts_days INTEGER NOT NULL CHECK (counts_days >= 0),
    proposed_ms INTEGER NOT NULL,
    proposed_by TEXT NOT NULL,
    CHECK (action NOT IN ('ban', 'close_room') OR (level = 2 AND second_person = 1)),
    CHECK ((action IN ('limit', 'suspend')) = (days IS NOT NULL)),
    CHECK ((action = 'escalate') = (escalated_to IS NOT NULL))
) STRICT;

CREATE INDEX decision_of_case ON decision (case_n);
CREATE INDEX decision_against ON decision (against);

-- Which messages it rests on.
CREATE TABLE decision_evidence (
    decision INTEGER NOT NULL REFERENCES decision (n),
    report_seq INTEGER NOT NULL REFERENCES report (seq),
    position INTEGER NOT NULL CHECK (position >= -1),
    PRIMARY KEY (decision, report_seq, position)
) STRICT, WITHOUT ROWID;

-- What happened to it, each at most once: a second person agrees or refuses, it takes effect, it is undone.
CREATE TABLE decision_event (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    decision INTEGER NOT NULL REFERENCES decision (n),
    kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'refused', 'effective', 'undone')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (decision, kind)
) STRICT;

CREATE TRIGGER decision_second_person_is_another BEFORE INSERT ON decision_event
WHEN NEW.kind IN ('confirmed', 'refused')
    AND NEW.who = (SELECT proposed_by FROM decision WHERE n = NEW.decision)
BEGIN
    SELECT RAISE(ABORT, 'nobody is their own second person');
END;

CREATE TRIGGER decision_is_settled_once BEFORE INSERT ON decision_event
WHEN NEW.kind IN ('confirmed', 'refused')
    AND EXISTS (SELECT 1 FROM decision_event WHERE decision = NEW.decision)
BEGIN
    SELECT RAISE(ABORT, 'the decision is settled already');
END;

CREATE TRIGGER decision_waits_for_the_second_person BEFORE INSERT ON decision_event
WHEN NEW.kind = 'effective' AND (SELECT second_person FROM decision WHERE n = NEW.decision) = 1
    AND NOT EXISTS (SELECT 1 FROM decision_event WHERE decision = NEW.decision AND kind = 'confirmed')
BEGIN
    SELECT RAISE(ABORT, 'a second person has not agreed');
END;

CREATE TRIGGER decision_rests_on_authorship BEFORE INSERT ON decision_event
WHEN NEW.kind = 'effective' AND (SELECT second_person FROM decision WHERE n = NEW.decision) = 1
    AND (
        NOT EXISTS (SELECT 1 FROM decision_evidence WHERE decision = NEW.decision)
        OR EXISTS (
            SELECT 1 FROM decision_evidence AS e
            LEFT JOIN reported_message AS m ON m.report_seq = e.report_seq AND m.position = e.position
            WHERE e.decision = NEW.decision AND m.outcome IS NOT 'VERIFIED_AUTHORSHIP'
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'the decision rests on something that its author did not sign');
END;

CREATE TRIGGER decision_undone_was_in_force BEFORE INSERT ON decision_event
WHEN NEW.kind = 'undone'
    AND NOT EXISTS (SELECT 1 FROM decision_event WHERE decision = NEW.decision AND kind = 'effective')
BEGIN
    SELECT RAISE(ABORT, 'the decision is not in force');
END;

CREATE TRIGGER decision_keeps_rows BEFORE UPDATE ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed');
END;

CREATE TRIGGER decision_loses_none BEFORE DELETE ON decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never removed');
END;

CREATE TRIGGER decision_evidence_keeps_rows BEFORE UPDATE ON decision_evidence
BEGIN
    SELECT RAISE(ABORT, 'what a decision rests on is never changed');
END;

CREATE TRIGGER decision_evidence_loses_none BEFORE DELETE ON decision_evidence
BEGIN
    SELECT RAISE(ABORT, 'what a decision rests on is never removed');
END;

CREATE TRIGGER decision_event_keeps_rows BEFORE UPDATE ON decision_event
BEGIN
    SELECT RAISE(ABORT, 'what happened to a decision is never changed');
END;

CREATE TRIGGER decision_event_loses_none BEFORE DELETE ON decision_event
BEGIN
    SELECT RAISE(ABORT, 'what happened to a decision is never removed');
END;

-- What the hub is asked to do, in order for each subject, until it has answered. Written with the decision itself.
CREATE TABLE effect (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 32),
    place INTEGER NOT NULL UNIQUE,
    case_n INTEGER REFERENCES safety_case (number),
    decision INTEGER REFERENCES decision (n),
    subject TEXT NOT NULL,
    verb TEXT NOT NULL,
    params BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'applied', 'refused')),
    tries INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    settled_ms INTEGER,
    again_of INTEGER UNIQUE REFERENCES effect (n),
    CHECK ((state = 'waiting') = (settled_ms IS NULL))
) STRICT;

CREATE INDEX effect_waiting ON effect (subject, n) WHERE state = 'waiting';
CREATE INDEX effect_refused ON effect (n) WHERE state = 'refused';
CREATE INDEX effect_of_decision ON effect (decision);

CREATE TRIGGER effect_says_one_thing BEFORE UPDATE OF id, place, case_n, decision, subject, verb, params, made_ms, again_of ON effect
BEGIN
    SELECT RAISE(ABORT, 'what the hub is asked is never changed');
END;

CREATE TRIGGER effect_is_applied_once BEFORE UPDATE ON effect WHEN OLD.state = 'applied'
BEGIN
    SELECT RAISE(ABORT, 'what the hub has done is never asked again');
END;

CREATE TRIGGER effect_loses_none BEFORE DELETE ON effect
BEGIN
    SELECT RAISE(ABORT, 'an effect is never removed');
END;
