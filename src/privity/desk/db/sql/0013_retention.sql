-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The keys of records, each in a row of its own that never changes its length and is never removed: a key that is
-- overwritten is overwritten where it stands, and no page of the file holds an older copy of it.
CREATE TABLE evidence_key (
    evidence_id INTEGER PRIMARY KEY REFERENCES evidence (id) ON DELETE CASCADE,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

INSERT INTO evidence_key (evidence_id, wrap_nonce, wrapped_key)
SELECT id, wrap_nonce, wrapped_key FROM evidence ORDER BY id;

ALTER TABLE evidence DROP COLUMN wrap_nonce;

ALTER TABLE evidence DROP COLUMN wrapped_key;

CREATE TABLE referral_key (
    sealed_id INTEGER PRIMARY KEY REFERENCES referral_sealed (id) ON DELETE CASCADE,
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

INSERT INTO referral_key (sealed_id, wrap_nonce, wrapped_key)
SELECT id, wrap_nonce, wrapped_key FROM referral_sealed ORDER BY id;

ALTER TABLE referral_sealed DROP COLUMN wrap_nonce;

ALTER TABLE referral_sealed DROP COLUMN wrapped_key;

-- When a record was shredded. Its row stays: what names it names something still.
ALTER TABLE evidence ADD COLUMN gone_ms INTEGER;

ALTER TABLE referral_sealed ADD COLUMN gone_ms INTEGER;

CREATE TRIGGER evidence_under_a_hold_stays BEFORE UPDATE OF gone_ms ON evidence
WHEN EXISTS (SELECT 1 FROM evidence_hold WHERE evidence_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'evidence under a hold is kept');
END;

CREATE TRIGGER evidence_key_under_a_hold_stays BEFORE UPDATE ON evidence_key
WHEN EXISTS (SELECT 1 FROM evidence_hold WHERE evidence_id = OLD.evidence_id)
BEGIN
    SELECT RAISE(ABORT, 'evidence under a hold is kept');
END;

CREATE TRIGGER evidence_is_shredded_whole BEFORE UPDATE OF gone_ms ON evidence
WHEN NEW.gone_ms IS NULL OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM evidence_key WHERE evidence_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'what is gone has no contents, and does not come back');
END;

CREATE TRIGGER referral_sealed_is_shredded_at_the_end BEFORE UPDATE OF gone_ms ON referral_sealed
WHEN NEW.gone_ms IS NULL OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM referral_key WHERE sealed_id = OLD.id)
    OR (SELECT state FROM referral WHERE n = OLD.referral) NOT IN ('finished', 'withdrawn')
BEGIN
    SELECT RAISE(ABORT, 'what a referral is made of is kept until it has ended');
END;

-- When the desk last took a report of this person.
ALTER TABLE reporter ADD COLUMN reported_ms INTEGER NOT NULL DEFAULT 0;

UPDATE reporter SET reported_ms = found.at_ms
FROM (SELECT reporter_uri, max(received_ms) AS at_ms FROM case_report GROUP BY reporter_uri) AS found
WHERE found.reporter_uri = reporter.user_uri;

-- When nothing was left of a case that a period could be over for. A case that goes on is looked at again.
ALTER TABLE safety_case ADD COLUMN emptied_ms INTEGER;

CREATE INDEX case_full ON safety_case (number) WHERE state = 'decided' AND emptied_ms IS NULL;

-- When it was forgotten who had reported in it.
ALTER TABLE safety_case ADD COLUMN nameless_ms INTEGER;

CREATE INDEX case_named ON safety_case (number)
    WHERE state = 'decided' AND emptied_ms IS NOT NULL AND nameless_ms IS NULL;

CREATE TRIGGER case_goes_on AFTER UPDATE OF state ON safety_case
WHEN NEW.state <> 'decided' AND NEW.emptied_ms IS NOT NULL
BEGIN
    UPDATE safety_case SET emptied_ms = NULL, nameless_ms = NULL WHERE number = NEW.number;
END;

-- To whom a line was sent is forgotten with who reported, once the hub has answered; nothing else of an effect changes.
DROP TRIGGER effect_says_one_thing;

DROP TRIGGER effect_is_applied_once;

CREATE TRIGGER effect_says_one_thing
BEFORE UPDATE OF id, place, case_n, decision, subject, verb, params, made_ms, again_of ON effect
WHEN OLD.verb <> 'tell' OR OLD.state = 'waiting' OR NEW.subject NOT LIKE 'gone:%' OR NEW.params <> CAST('{}' AS BLOB)
    OR NEW.id <> OLD.id OR NEW.place <> OLD.place OR NEW.verb <> OLD.verb OR NEW.made_ms <> OLD.made_ms
    OR NEW.case_n IS NOT OLD.case_n OR NEW.decision IS NOT OLD.decision OR NEW.again_of IS NOT OLD.again_of
BEGIN
    SELECT RAISE(ABORT, 'what the hub is asked is never changed');
END;

CREATE TRIGGER effect_is_applied_once BEFORE UPDATE ON effect
WHEN OLD.state = 'applied' AND (NEW.state <> OLD.state OR NEW.subject NOT LIKE 'gone:%')
BEGIN
    SELECT RAISE(ABORT, 'what the hub has done is never asked again');
END;

-- A believed time a day, and how far the numbers had come by then: whatever has a higher number came later, whatever a
-- wrong clock wrote beside it.
CREATE TABLE retention_mark (
    at_ms INTEGER PRIMARY KEY,
    events INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    referrals INTEGER NOT NULL
) STRICT;

-- The time that was believed last, and why the clock is not believed now.
CREATE TABLE retention_clock (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    believed_ms INTEGER NOT NULL,
    alarm TEXT NOT NULL DEFAULT '',
    alarm_ms INTEGER
) STRICT;

-- The newest checkpoint of the audit log that each witness has cosigned.
CREATE TABLE audit_cosigned (
    witness TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    note BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A checkpoint that this log's key has signed, that a witness holds, and that this log does not continue.
CREATE TABLE audit_contradicted (
    witness TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    note BLOB NOT NULL
) STRICT, WITHOUT ROWID;
