-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Agencies that may file legal requests. A number is never given again, because requests and the audit log name them by it.
-- `round` counts the times that an agency was looked at as a whole: 0 is its enrolment, each attestation is one more.
CREATE TABLE agency (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    country TEXT NOT NULL CHECK (country GLOB '[A-Z][A-Z]'),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    domain TEXT NOT NULL CHECK (length(domain) BETWEEN 1 AND 253 AND domain = lower(domain)),
    switchboard TEXT NOT NULL CHECK (switchboard GLOB '+[1-9]*' AND substr(switchboard, 2) NOT GLOB '*[^0-9]*'),
    state TEXT NOT NULL CHECK (state IN ('enrolling', 'active', 'lapsed', 'revoked')),
    round INTEGER NOT NULL DEFAULT 0 CHECK (round >= 0),
    suspected INTEGER NOT NULL CHECK (suspected IN (0, 1)),
    began_ms INTEGER NOT NULL,
    attested_ms INTEGER,
    used_ms INTEGER,
    ended_ms INTEGER,
    CHECK (state NOT IN ('active', 'lapsed') OR (attested_ms IS NOT NULL AND used_ms IS NOT NULL)),
    CHECK ((state = 'revoked') = (ended_ms IS NOT NULL))
) STRICT;

CREATE INDEX agency_by_state ON agency (state, used_ms);

-- What was done in each round, by whom. Each step needs the one before it in the same round.
CREATE TABLE agency_step (
    agency INTEGER NOT NULL REFERENCES agency (n),
    round INTEGER NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('register', 'mail', 'switchboard', 'supervisor', 'officer', 'confirmed')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL CHECK (length(who) > 0),
    detail TEXT NOT NULL CHECK (length(detail) <= 1000),
    PRIMARY KEY (agency, round, step)
) STRICT, WITHOUT ROWID;

-- Who else of the staff had a part in a round: made a code, or named a supervisor and saw the code for them.
CREATE TABLE agency_part (
    agency INTEGER NOT NULL REFERENCES agency (n),
    round INTEGER NOT NULL,
    who TEXT NOT NULL CHECK (length(who) > 0),
    PRIMARY KEY (agency, round, who)
) STRICT, WITHOUT ROWID;

-- What an agency has to say back by mail or on the telephone: at most one of each, by its hash, gone once it was said.
CREATE TABLE agency_check (
    agency INTEGER NOT NULL REFERENCES agency (n),
    step TEXT NOT NULL CHECK (step IN ('mail', 'switchboard')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    expires_ms INTEGER NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0 CHECK (wrong BETWEEN 0 AND 5),
    PRIMARY KEY (agency, step)
) STRICT, WITHOUT ROWID;

-- Supervisors and officers. The first count once a second member of staff has confirmed the round in which they came, the
-- others once a supervisor has confirmed them.
CREATE TABLE agency_person (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    agency INTEGER NOT NULL REFERENCES agency (n),
    part TEXT NOT NULL CHECK (part IN ('supervisor', 'officer')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 32),
    state TEXT NOT NULL CHECK (state IN ('named', 'enrolled', 'active', 'lapsed', 'ended')),
    named_ms INTEGER NOT NULL,
    used_ms INTEGER,
    ended_ms INTEGER,
    CHECK (part = 'officer' OR state <> 'lapsed'),
    CHECK (state NOT IN ('active', 'lapsed') OR used_ms IS NOT NULL),
    CHECK ((state = 'ended') = (ended_ms IS NOT NULL))
) STRICT;

CREATE INDEX agency_person_of ON agency_person (agency, part, state);

-- Which supervisor answers for which officer; `n` is the officer's number as a person.
CREATE TABLE agency_officer (
    n INTEGER PRIMARY KEY REFERENCES agency_person (n),
    agency INTEGER NOT NULL REFERENCES agency (n),
    supervisor INTEGER NOT NULL REFERENCES agency_person (n),
    CHECK (supervisor <> n)
) STRICT;

CREATE TABLE agency_passkey (
    id BLOB PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES agency_person (n),
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL CHECK (sign_count >= 0),
    label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
    added_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT;

CREATE INDEX agency_passkey_of ON agency_passkey (person, added_ms);

-- What lets somebody of an agency make their passkey: at most one for each, by its hash, gone once it is used.
CREATE TABLE agency_code (
    person INTEGER PRIMARY KEY REFERENCES agency_person (n),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    expires_ms INTEGER NOT NULL
) STRICT;

-- To which age keys productions are encrypted. A key is enrolled once, for one officer, and for nobody after them.
CREATE TABLE agency_recipient (
    recipient TEXT PRIMARY KEY CHECK (length(recipient) = 62 AND recipient GLOB 'age1*'),
    officer INTEGER NOT NULL REFERENCES agency_officer (n),
    added_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX agency_recipient_of ON agency_recipient (officer) WHERE ended_ms IS NULL;

-- What passkeys of agencies have signed, by its SHA-256: nothing counts twice. For a request also what was seen of where it
-- came from, until somebody called back or it is too old.
CREATE TABLE agency_proof (
    challenge BLOB PRIMARY KEY CHECK (length(challenge) = 32),
    person INTEGER NOT NULL REFERENCES agency_person (n),
    purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    at_ms INTEGER NOT NULL,
    score INTEGER NOT NULL DEFAULT 0 CHECK (score >= 0),
    device BLOB CHECK (device IS NULL OR length(device) = 32),
    country TEXT CHECK (country IS NULL OR country GLOB '[A-Z][A-Z]'),
    hour INTEGER CHECK (hour IS NULL OR hour BETWEEN 0 AND 23)
) STRICT, WITHOUT ROWID;

CREATE INDEX agency_proof_at ON agency_proof (at_ms);

-- From where and when an officer files, as far as a call-back has shown that it was them.
CREATE TABLE agency_habit (
    officer INTEGER NOT NULL REFERENCES agency_officer (n),
    kind TEXT NOT NULL CHECK (kind IN ('device', 'country', 'hour')),
    value BLOB NOT NULL CHECK (length(value) BETWEEN 1 AND 32),
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (officer, kind, value)
) STRICT, WITHOUT ROWID;

-- Domains, numbers and addresses of impostors, as salted hashes that desks may share.
CREATE TABLE fraud_indicator (
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('domain', 'number', 'mail')),
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (salt, digest)
) STRICT, WITHOUT ROWID;

-- Agencies and officers that may file and whose requests may move on. Other tables' triggers ask these.
CREATE VIEW agency_in_force AS SELECT n AS agency FROM agency WHERE state = 'active';

CREATE VIEW agency_officer_in_force AS
SELECT o.n AS officer, o.agency AS agency
FROM agency_officer AS o
JOIN agency_in_force AS a ON a.agency = o.agency
JOIN agency_person AS p ON p.n = o.n AND p.state = 'active'
JOIN agency_person AS s ON s.n = o.supervisor AND s.state = 'active';

CREATE TRIGGER agency_begins_at_the_beginning BEFORE INSERT ON agency WHEN NEW.state <> 'enrolling' OR NEW.round <> 0
BEGIN
    SELECT RAISE(ABORT, 'an agency is enrolled before it is active');
END;

CREATE TRIGGER agency_stays BEFORE DELETE ON agency
BEGIN
    SELECT RAISE(ABORT, 'an agency is revoked, never deleted');
END;

CREATE TRIGGER agency_does_not_return BEFORE UPDATE ON agency WHEN OLD.state = 'revoked'
BEGIN
    SELECT RAISE(ABORT, 'a revoked agency stays revoked; it is enrolled anew');
END;

CREATE TRIGGER agency_is_what_the_register_said
BEFORE UPDATE OF n, name, country, kind, domain, switchboard, suspected, began_ms ON agency
BEGIN
    SELECT RAISE(ABORT, 'what was found in the register is never edited; an agency that moved is enrolled anew');
END;

CREATE TRIGGER agency_rounds_go_up BEFORE UPDATE OF round ON agency WHEN NEW.round NOT IN (OLD.round, OLD.round + 1)
BEGIN
    SELECT RAISE(ABORT, 'the rounds of an agency follow each other');
END;

CREATE TRIGGER agency_is_confirmed_by_a_round BEFORE UPDATE OF state, attested_ms ON agency
WHEN (NEW.state = 'active' AND OLD.state <> 'active' OR NEW.attested_ms IS NOT OLD.attested_ms)
    AND NOT EXISTS (
        SELECT 1 FROM agency_step
        WHERE agency = NEW.n AND round = NEW.round AND step = 'confirmed' AND at_ms = NEW.attested_ms
    )
BEGIN
    SELECT RAISE(ABORT, 'an agency counts once a second member of staff has confirmed this round');
END;

CREATE TRIGGER agency_lapses_into_an_open_round BEFORE UPDATE OF state ON agency
WHEN NEW.state = 'lapsed'
    AND EXISTS (SELECT 1 FROM agency_step WHERE agency = NEW.n AND round = NEW.round AND step = 'confirmed')
BEGIN
    SELECT RAISE(ABORT, 'an agency that lapses is looked at anew before it returns');
END;

CREATE TRIGGER agency_never_enrols_again BEFORE UPDATE OF state ON agency
WHEN NEW.state = 'enrolling' AND OLD.state <> 'enrolling' OR NEW.state = 'lapsed' AND OLD.state = 'enrolling'
BEGIN
    SELECT RAISE(ABORT, 'an agency goes from enrolling to active, from active to lapsed and back, and at last to revoked');
END;

CREATE TRIGGER agency_step_is_of_the_round_that_is_open BEFORE INSERT ON agency_step
WHEN NOT EXISTS (SELECT 1 FROM agency WHERE n = NEW.agency AND round = NEW.round AND state <> 'revoked')
BEGIN
    SELECT RAISE(ABORT, 'a step belongs to the round that is open');
END;

CREATE TRIGGER agency_step_follows_the_one_before BEFORE INSERT ON agency_step
WHEN NEW.step <> 'register' AND NOT EXISTS (
    SELECT 1 FROM agency_step
    WHERE agency = NEW.agency AND round = NEW.round AND step = CASE NEW.step
        WHEN 'mail' THEN 'register'
        WHEN 'switchboard' THEN 'mail'
        WHEN 'supervisor' THEN 'switchboard'
        WHEN 'officer' THEN 'supervisor'
        ELSE 'officer'
    END
)
BEGIN
    SELECT RAISE(ABORT, 'the steps of a round follow each other');
END;

CREATE TRIGGER agency_step_takes_a_second_person BEFORE INSERT ON agency_step
WHEN NEW.step = 'confirmed' AND (NEW.who NOT GLOB 'staff:[0-9]*' OR EXISTS (
    SELECT 1 FROM agency_step WHERE agency = NEW.agency AND round = NEW.round AND who = NEW.who
) OR EXISTS (
    SELECT 1 FROM agency_part WHERE agency = NEW.agency AND round = NEW.round AND who = NEW.who
))
BEGIN
    SELECT RAISE(ABORT, 'who had a part in a round never confirms it; another member of staff does');
END;

CREATE TRIGGER agency_step_keeps_rows BEFORE UPDATE ON agency_step
BEGIN
    SELECT RAISE(ABORT, 'a step that was done is never changed');
END;

CREATE TRIGGER agency_step_loses_none BEFORE DELETE ON agency_step
BEGIN
    SELECT RAISE(ABORT, 'a step that was done is never removed');
END;

CREATE TRIGGER agency_part_keeps_rows BEFORE UPDATE ON agency_part
BEGIN
    SELECT RAISE(ABORT, 'who had a part in a round is never changed');
END;

CREATE TRIGGER agency_part_loses_none BEFORE DELETE ON agency_part
BEGIN
    SELECT RAISE(ABORT, 'who had a part in a round is never forgotten');
END;

CREATE TRIGGER agency_person_stays BEFORE DELETE ON agency_person
BEGIN
    SELECT RAISE(ABORT, 'somebody of an agency is ended, never deleted');
END;

CREATE TRIGGER agency_person_does_not_return BEFORE UPDATE ON agency_person WHEN OLD.state = 'ended'
BEGIN
    SELECT RAISE(ABORT, 'somebody of an agency who was ended stays ended');
END;

CREATE TRIGGER agency_person_is_who_they_are BEFORE UPDATE OF n, agency, part, name, handle, named_ms ON agency_person
BEGIN
    SELECT RAISE(ABORT, 'who somebody of an agency is never changes');
END;

CREATE TRIGGER agency_officer_is_one BEFORE INSERT ON agency_officer
WHEN NOT EXISTS (SELECT 1 FROM agency_person WHERE n = NEW.n AND agency = NEW.agency AND part = 'officer')
    OR NOT EXISTS (
        SELECT 1 FROM agency_person
        WHERE n = NEW.supervisor AND agency = NEW.agency AND part = 'supervisor' AND state IN ('enrolled', 'active')
    )
BEGIN
    SELECT RAISE(ABORT, 'an officer answers to a supervisor of the same agency who is here');
END;

CREATE TRIGGER agency_officer_changes_supervisor BEFORE UPDATE ON agency_officer
WHEN NEW.n <> OLD.n OR NEW.agency <> OLD.agency OR NOT EXISTS (
    SELECT 1 FROM agency_person
    WHERE n = NEW.supervisor AND agency = NEW.agency AND part = 'supervisor' AND state IN ('enrolled', 'active')
)
BEGIN
    SELECT RAISE(ABORT, 'an officer answers to a supervisor of the same agency who is here');
END;

CREATE TRIGGER agency_officer_stays BEFORE DELETE ON agency_officer
BEGIN
    SELECT RAISE(ABORT, 'an officer is ended, never deleted');
END;

CREATE TRIGGER agency_recipient_stays BEFORE DELETE ON agency_recipient
BEGIN
    SELECT RAISE(ABORT, 'a key that was enrolled is ended, never given to somebody else');
END;

CREATE TRIGGER agency_recipient_is_of_one_officer BEFORE UPDATE OF recipient, officer, added_ms ON agency_recipient
BEGIN
    SELECT RAISE(ABORT, 'a key that was enrolled is ended, never given to somebody else');
END;

CREATE TRIGGER agency_recipient_does_not_return BEFORE UPDATE ON agency_recipient WHEN OLD.ended_ms IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a key that was ended stays ended');
END;
