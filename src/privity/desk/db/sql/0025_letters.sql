-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Letters about a request as they were written, sealed until it is purged. A letter is withdrawn by writing another one.
CREATE TABLE legal_letter (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    sort TEXT NOT NULL CHECK (sort IN ('clarification', 'refusal', 'challenge', 'form_3', 'not_held')),
    language TEXT NOT NULL CHECK (length(language) = 2),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    size INTEGER NOT NULL CHECK (size > 0),
    written_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    audit_n INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n),
    withdrawn_by INTEGER REFERENCES legal_letter (n),
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    gone_ms INTEGER
) STRICT;

CREATE INDEX legal_letter_of ON legal_letter (request, n);

-- Each key in a row that never changes its length and is never removed: it is overwritten where it stands.
CREATE TABLE legal_letter_key (
    letter INTEGER PRIMARY KEY REFERENCES legal_letter (n),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

-- That a letter reached somebody: its officer fetched it, or staff handed it over on paper.
CREATE TABLE legal_letter_given (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    letter INTEGER NOT NULL REFERENCES legal_letter (n),
    officer INTEGER REFERENCES agency_officer (n),
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK (officer IS NULL OR who = 'officer:' || officer)
) STRICT;

CREATE INDEX legal_letter_given_of ON legal_letter_given (letter, n);

-- What an officer's passkey signed as the answer to a question. The words are a document of the request.
CREATE TABLE legal_letter_answer (
    document INTEGER PRIMARY KEY REFERENCES legal_document (n),
    letter INTEGER NOT NULL REFERENCES legal_letter (n),
    officer INTEGER NOT NULL REFERENCES agency_officer (n),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX legal_letter_answer_of ON legal_letter_answer (letter, document);

-- To which key everything of one request on paper is encrypted: written down by one member of staff, and confirmed by another
-- who called the number of the register and had the fingerprint of the key read back.
CREATE TABLE legal_recipient (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    agency INTEGER NOT NULL REFERENCES agency (n),
    recipient TEXT NOT NULL CHECK (length(recipient) = 62 AND recipient GLOB 'age1*'),
    came TEXT NOT NULL CHECK (came IN ('letter', 'read_out')),
    named_ms INTEGER NOT NULL,
    named_by TEXT NOT NULL CHECK (named_by GLOB 'staff:[0-9]*'),
    wrong INTEGER NOT NULL DEFAULT 0 CHECK (wrong BETWEEN 0 AND 5),
    number TEXT,
    document INTEGER REFERENCES legal_document (n),
    confirmed_ms INTEGER,
    confirmed_by TEXT CHECK (confirmed_by GLOB 'staff:[0-9]*'),
    ended_ms INTEGER,
    ended_by TEXT,
    CHECK ((confirmed_ms IS NULL) = (confirmed_by IS NULL) AND (confirmed_ms IS NULL) = (number IS NULL)),
    CHECK ((confirmed_ms IS NULL) = (document IS NULL) AND (ended_ms IS NULL) = (ended_by IS NULL)),
    CHECK (confirmed_by <> named_by)
) STRICT;

CREATE UNIQUE INDEX legal_recipient_of ON legal_recipient (request) WHERE ended_ms IS NULL;
CREATE INDEX legal_recipient_key ON legal_recipient (recipient);

-- That a package for such a key was handed to whoever released it, once, to be carried on a medium.
CREATE TABLE production_handed (
    production INTEGER PRIMARY KEY REFERENCES production (n),
    recipient INTEGER NOT NULL REFERENCES legal_recipient (n),
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER legal_letter_is_logged BEFORE INSERT ON legal_letter
WHEN NEW.withdrawn_by IS NOT NULL OR NEW.gone_ms IS NOT NULL
    OR (SELECT state FROM legal_request WHERE n = NEW.request) IN ('draft', 'submitted', 'verifying', 'purged')
    OR NOT EXISTS (
        SELECT 1 FROM audit_entry WHERE n = NEW.audit_n
            AND instr(entry, CAST('"about":"legal:' || NEW.request || '","act":"legal.answered","at_ms":' || NEW.written_ms || ',' AS BLOB)) > 0
            AND instr(entry, CAST('"page_sha256":"' || lower(hex(NEW.sha256)) || '"' AS BLOB)) > 0
    )
BEGIN
    SELECT RAISE(ABORT, 'a letter is about a request of somebody who is known, and stands in the audit log before it is kept');
END;

CREATE TRIGGER legal_letter_says_one_thing
BEFORE UPDATE OF n, request, sort, language, sha256, size, written_ms, who, audit_n ON legal_letter
BEGIN
    SELECT RAISE(ABORT, 'a letter is never changed');
END;

CREATE TRIGGER legal_letter_is_withdrawn_by_a_later_one BEFORE UPDATE OF withdrawn_by ON legal_letter
WHEN OLD.withdrawn_by IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM legal_letter WHERE n = NEW.withdrawn_by AND n > OLD.n AND request = OLD.request
)
BEGIN
    SELECT RAISE(ABORT, 'a letter is withdrawn once, by a later one about the same request');
END;

CREATE TRIGGER legal_letter_is_shredded_whole BEFORE UPDATE OF nonce, ciphertext, gone_ms ON legal_letter
WHEN OLD.gone_ms IS NOT NULL OR NEW.gone_ms IS NULL OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM legal_letter_key WHERE letter = OLD.n)
    OR (SELECT state FROM legal_request WHERE n = OLD.request) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'a letter is kept until its request is purged, and what is gone does not come back');
END;

CREATE TRIGGER legal_letter_loses_none BEFORE DELETE ON legal_letter
BEGIN
    SELECT RAISE(ABORT, 'a letter is shredded, never removed');
END;

CREATE TRIGGER legal_request_is_purged_with_its_letters BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'purged' AND OLD.state <> NEW.state
    AND EXISTS (SELECT 1 FROM legal_letter WHERE request = OLD.n AND gone_ms IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'what a purged request was made of is gone');
END;

CREATE TRIGGER legal_letter_key_is_only_overwritten BEFORE UPDATE ON legal_letter_key
WHEN NEW.letter <> OLD.letter OR NEW.wrapped_key <> zeroblob(length(OLD.wrapped_key))
    OR (SELECT r.state FROM legal_letter AS l JOIN legal_request AS r ON r.n = l.request WHERE l.n = OLD.letter) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'a letter is kept until its request is purged, and what is gone does not come back');
END;

CREATE TRIGGER legal_letter_key_loses_none BEFORE DELETE ON legal_letter_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never removed');
END;

-- Only the officer of the request fetches it, while they may file and nobody wrote another letter instead.
CREATE TRIGGER legal_letter_is_given BEFORE INSERT ON legal_letter_given
WHEN NOT EXISTS (
    SELECT 1 FROM legal_letter AS l JOIN legal_request AS r ON r.n = l.request
    WHERE l.n = NEW.letter AND l.withdrawn_by IS NULL AND l.gone_ms IS NULL AND NEW.at_ms >= l.written_ms
        AND (NEW.officer IS NULL AND NEW.who GLOB 'staff:[0-9]*' OR NEW.officer = r.officer AND r.on_hold = 0
            AND r.state NOT IN ('draft', 'submitted', 'verifying', 'purged')
            AND EXISTS (SELECT 1 FROM agency_officer_in_force WHERE officer = r.officer AND agency = r.agency))
)
BEGIN
    SELECT RAISE(ABORT, 'a letter is for the officer of its request, or handed over by staff');
END;

CREATE TRIGGER legal_letter_given_keeps_rows BEFORE UPDATE ON legal_letter_given
BEGIN
    SELECT RAISE(ABORT, 'that a letter was given is never changed');
END;

CREATE TRIGGER legal_letter_given_loses_none BEFORE DELETE ON legal_letter_given
BEGIN
    SELECT RAISE(ABORT, 'that a letter was given is never removed');
END;

CREATE TRIGGER legal_letter_is_answered BEFORE INSERT ON legal_letter_answer
WHEN NOT EXISTS (
    SELECT 1 FROM legal_letter AS l JOIN legal_request AS r ON r.n = l.request
    WHERE l.n = NEW.letter AND l.sort IN ('clarification', 'form_3') AND l.withdrawn_by IS NULL AND r.state = 'clarify' AND r.on_hold = 0
        AND r.officer = NEW.officer
        AND EXISTS (SELECT 1 FROM agency_officer_in_force WHERE officer = r.officer AND agency = r.agency)
        AND EXISTS (SELECT 1 FROM legal_document WHERE n = NEW.document AND request = r.n AND who = 'officer:' || r.officer)
)
BEGIN
    SELECT RAISE(ABORT, 'a question is answered by the officer of its request, while it is waited for');
END;

CREATE TRIGGER legal_letter_answer_keeps_rows BEFORE UPDATE ON legal_letter_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never changed');
END;

CREATE TRIGGER legal_letter_answer_loses_none BEFORE DELETE ON legal_letter_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never removed');
END;

CREATE TRIGGER legal_recipient_is_named BEFORE INSERT ON legal_recipient
WHEN NEW.confirmed_ms IS NOT NULL OR NEW.ended_ms IS NOT NULL OR NEW.wrong <> 0
    OR NOT EXISTS (
        SELECT 1 FROM legal_request AS r WHERE r.n = NEW.request AND r.agency = NEW.agency AND r.officer IS NULL AND r.on_hold = 0
            AND r.state NOT IN ('draft', 'submitted', 'verifying', 'released', 'delivered', 'closed', 'purged')
            AND r.agency IN (SELECT agency FROM agency_in_force)
    )
    OR EXISTS (SELECT 1 FROM legal_recipient WHERE recipient = NEW.recipient AND request <> NEW.request)
    OR EXISTS (SELECT 1 FROM agency_recipient WHERE recipient = NEW.recipient)
BEGIN
    SELECT RAISE(ABORT, 'a key is written down for one request, of an agency that may ask and without an officer here');
END;

CREATE TRIGGER legal_recipient_says_one_thing BEFORE UPDATE OF n, request, agency, recipient, came, named_ms, named_by ON legal_recipient
BEGIN
    SELECT RAISE(ABORT, 'a key that was written down is ended, never changed');
END;

CREATE TRIGGER legal_recipient_is_confirmed BEFORE UPDATE OF number, document, confirmed_ms, confirmed_by ON legal_recipient
WHEN OLD.confirmed_ms IS NOT NULL OR OLD.ended_ms IS NOT NULL OR NEW.confirmed_ms < OLD.named_ms OR NEW.confirmed_by = OLD.named_by
    OR NEW.number IS NOT (SELECT switchboard FROM agency WHERE n = OLD.agency)
    OR OLD.agency NOT IN (SELECT agency FROM agency_in_force)
    OR NOT EXISTS (SELECT 1 FROM legal_request WHERE n = OLD.request AND agency = OLD.agency AND officer IS NULL AND on_hold = 0)
    OR NOT EXISTS (SELECT 1 FROM legal_document WHERE n = NEW.document AND request = OLD.request AND kind = 'call_back')
BEGIN
    SELECT RAISE(ABORT, 'another member of staff calls the number of the register and has the key read back');
END;

CREATE TRIGGER legal_recipient_counts_up BEFORE UPDATE OF wrong ON legal_recipient WHEN NEW.wrong <> OLD.wrong + 1
BEGIN
    SELECT RAISE(ABORT, 'what was read back wrongly is counted');
END;

CREATE TRIGGER legal_recipient_stays_ended BEFORE UPDATE ON legal_recipient WHEN OLD.ended_ms IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a key that was ended stays ended');
END;

CREATE TRIGGER legal_recipient_stays BEFORE DELETE ON legal_recipient
BEGIN
    SELECT RAISE(ABORT, 'a key that was written down is ended, never removed');
END;

-- Who asks is found out anew: then the key is, too.
CREATE TRIGGER legal_recipient_goes_with_who_asks AFTER UPDATE OF state ON legal_request
WHEN NEW.state = 'verifying' AND OLD.state <> NEW.state
BEGIN
    UPDATE legal_recipient SET ended_ms = NEW.changed_ms, ended_by = 'desk' WHERE request = NEW.n AND ended_ms IS NULL;
END;

CREATE TRIGGER production_is_handed BEFORE INSERT ON production_handed
WHEN NOT EXISTS (
    SELECT 1 FROM production AS p
    JOIN legal_request AS r ON r.n = p.request
    JOIN legal_recipient AS k ON k.request = r.n AND k.n = NEW.recipient
    JOIN production_approval AS a ON a.production = p.n AND a.part <> 'first' AND NEW.who = 'staff:' || a.member
    WHERE p.n = NEW.production AND p.stage = 'ready' AND p.gone_ms IS NULL AND NEW.at_ms - p.ready_ms BETWEEN 0 AND 1209600000
        AND r.officer IS NULL AND r.on_hold = 0 AND k.ended_ms IS NULL AND k.confirmed_ms <= p.reviewed_ms
)
BEGIN
    SELECT RAISE(ABORT, 'a package is handed once, within two weeks, to one who released it for a key that was confirmed before');
END;

CREATE TRIGGER production_handed_keeps_rows BEFORE UPDATE ON production_handed
BEGIN
    SELECT RAISE(ABORT, 'that a package was handed out is never changed');
END;

CREATE TRIGGER production_handed_loses_none BEFORE DELETE ON production_handed
BEGIN
    SELECT RAISE(ABORT, 'that a package was handed out is never removed');
END;

DROP TRIGGER production_is_delivered;

CREATE TRIGGER production_is_delivered BEFORE UPDATE OF stage ON production
WHEN NEW.stage = 'delivered' AND OLD.stage <> 'delivered'
    AND NOT EXISTS (SELECT 1 FROM production_download WHERE production = OLD.n)
    AND NOT EXISTS (SELECT 1 FROM production_handed WHERE production = OLD.n)
BEGIN
    SELECT RAISE(ABORT, 'nobody has fetched it');
END;
