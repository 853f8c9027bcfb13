-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A request of an authority. The pseudonym is random: it tells nobody how many there are.
CREATE TABLE legal_request (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    pseudonym TEXT NOT NULL UNIQUE CHECK (pseudonym GLOB 'LP-[0-9][0-9][0-9][0-9]-*'),
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN (
        'draft', 'submitted', 'verifying', 'verified', 'triaged', 'rejected', 'clarify', 'challenged', 'referred',
        'scoped', 'collected', 'reviewed', 'approved', 'notice_done', 'released', 'delivered', 'closed', 'purged'
    )),
    agency INTEGER REFERENCES agency (n),
    officer INTEGER REFERENCES agency_officer (n),
    emergency INTEGER NOT NULL DEFAULT 0 CHECK (emergency IN (0, 1)),
    request_sha256 BLOB NOT NULL CHECK (length(request_sha256) = 32),
    rulebook_sha256 TEXT CHECK (length(rulebook_sha256) = 64),
    received_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    on_hold INTEGER NOT NULL DEFAULT 0 CHECK (on_hold IN (0, 1)),
    verdict INTEGER REFERENCES legal_verdict (n),
    decision INTEGER REFERENCES legal_decision (n)
) STRICT;

CREATE INDEX legal_request_in ON legal_request (state, n);
CREATE INDEX legal_request_of_agency ON legal_request (agency);
CREATE INDEX legal_request_of_officer ON legal_request (officer);

-- Every move, with the entry of the audit log that was written before it.
CREATE TABLE legal_move (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    audit_n INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n)
) STRICT;

CREATE INDEX legal_move_of ON legal_move (request, n);

-- What was handed in, found and decided, in words: sealed, each under a key of its own.
CREATE TABLE legal_document (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    kind TEXT NOT NULL CHECK (kind IN (
        'request', 'facts', 'form', 'attachment', 'correction', 'verification', 'call_back', 'verdict', 'decision'
    )),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    gone_ms INTEGER
) STRICT;

CREATE INDEX legal_document_of ON legal_document (request, n);

-- Each key in a row that never changes its length and is never removed: it is overwritten where it stands.
CREATE TABLE legal_document_key (
    document INTEGER PRIMARY KEY REFERENCES legal_document (n),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

-- The facts as they were handed in, and each time a clerk corrected some; the older ones stay.
CREATE TABLE legal_fact (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    document INTEGER NOT NULL UNIQUE REFERENCES legal_document (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

CREATE INDEX legal_fact_of ON legal_fact (request, n);

-- Who had which part in a request. Whoever releases it has no other.
CREATE TABLE legal_part (
    request INTEGER NOT NULL REFERENCES legal_request (n),
    who TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN (
        'filed', 'set_facts', 'verified', 'called', 'judged', 'collected', 'reviewed', 'approved', 'released', 'senior'
    )),
    PRIMARY KEY (request, who, part)
) STRICT, WITHOUT ROWID;

-- How it was verified who asks: a passkey's assertion over the request's hash, or what a clerk checked of paper.
CREATE TABLE legal_verification (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    move INTEGER NOT NULL UNIQUE REFERENCES legal_move (n),
    kind TEXT NOT NULL CHECK (kind IN ('assertion', 'paper')),
    call_back INTEGER NOT NULL CHECK (call_back IN (0, 1)),
    agency INTEGER REFERENCES agency (n),
    officer INTEGER REFERENCES agency_officer (n),
    document INTEGER NOT NULL REFERENCES legal_document (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    CHECK (kind = 'paper' OR (agency IS NOT NULL AND officer IS NOT NULL))
) STRICT;

CREATE INDEX legal_verification_of ON legal_verification (request, n);

-- A call to the number that the official register gives for the agency, and what was said.
CREATE TABLE legal_call_back (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    move INTEGER NOT NULL UNIQUE REFERENCES legal_move (n),
    agency INTEGER NOT NULL REFERENCES agency (n),
    number TEXT NOT NULL,
    confirmed INTEGER NOT NULL CHECK (confirmed = 1),
    document INTEGER NOT NULL REFERENCES legal_document (n),
    called_ms INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

CREATE INDEX legal_call_back_of ON legal_call_back (request, n);

-- What the rulebook made of the facts as they were, and until when that holds.
CREATE TABLE legal_verdict (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    fact INTEGER NOT NULL REFERENCES legal_fact (n),
    verification INTEGER NOT NULL REFERENCES legal_verification (n),
    rulebook_sha256 TEXT NOT NULL CHECK (length(rulebook_sha256) = 64),
    day TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('reject', 'hold', 'refer', 'clarify', 'narrow', 'proceed')),
    since_ms INTEGER,
    until_ms INTEGER,
    holds_until_ms INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES legal_document (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    CHECK ((since_ms IS NULL) = (until_ms IS NULL) AND since_ms < until_ms IS NOT 0)
) STRICT;

CREATE INDEX legal_verdict_of ON legal_verdict (request, n);

-- The classes that a verdict releases. The two that nobody holds can stand in no row.
CREATE TABLE legal_release (
    verdict INTEGER NOT NULL REFERENCES legal_verdict (n),
    data_class TEXT NOT NULL CHECK (data_class IN (
        'subscriber', 'session_ip', 'account_state', 'delivery_metadata', 'content_profile', 'content_reported'
    )),
    PRIMARY KEY (verdict, data_class)
) STRICT, WITHOUT ROWID;

-- Whom the facts were about when the verdict was made.
CREATE TABLE legal_asked (
    n INTEGER PRIMARY KEY,
    verdict INTEGER NOT NULL REFERENCES legal_verdict (n),
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    UNIQUE (verdict, kind, target)
) STRICT;

-- What a person made of a verdict.
CREATE TABLE legal_decision (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    verdict INTEGER NOT NULL REFERENCES legal_verdict (n),
    outcome TEXT NOT NULL CHECK (outcome IN ('accept', 'narrow', 'preserve', 'clarify', 'challenge', 'refer', 'reject')),
    grounds TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES legal_document (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    audit_n INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n)
) STRICT;

CREATE INDEX legal_decision_of ON legal_decision (request, n);

-- What may be collected: a class, a target and a range, each within what the verdict releases and the request asked.
CREATE TABLE legal_scope (
    n INTEGER PRIMARY KEY,
    decision INTEGER NOT NULL REFERENCES legal_decision (n),
    data_class TEXT NOT NULL CHECK (data_class IN (
        'subscriber', 'session_ip', 'account_state', 'delivery_metadata', 'content_profile', 'content_reported'
    )),
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    since_ms INTEGER,
    until_ms INTEGER,
    UNIQUE (decision, data_class, kind, target),
    CHECK ((since_ms IS NULL) = (until_ms IS NULL) AND since_ms < until_ms IS NOT 0),
    CHECK (data_class NOT IN ('session_ip', 'delivery_metadata', 'content_reported') OR since_ms IS NOT NULL)
) STRICT;

-- What has to have happened when. A clock stops where it happened.
CREATE TABLE legal_clock (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    clock TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    warn_ms INTEGER NOT NULL,
    page_ms INTEGER NOT NULL,
    stopped_ms INTEGER,
    CHECK (from_ms <= warn_ms AND warn_ms <= page_ms AND page_ms <= due_ms)
) STRICT;

CREATE INDEX legal_clock_due ON legal_clock (due_ms, n) WHERE stopped_ms IS NULL;
CREATE UNIQUE INDEX legal_clock_runs_once ON legal_clock (request, clock) WHERE stopped_ms IS NULL;

CREATE TRIGGER legal_request_begins_as_a_draft BEFORE INSERT ON legal_request
WHEN NEW.state <> 'draft' OR NEW.on_hold <> 0 OR NEW.verdict IS NOT NULL OR NEW.decision IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a request begins as a draft');
END;

CREATE TRIGGER legal_request_loses_none BEFORE DELETE ON legal_request
BEGIN
    SELECT RAISE(ABORT, 'a legal request is never removed');
END;

CREATE TRIGGER legal_request_says_one_thing BEFORE UPDATE OF n, pseudonym, request_sha256, received_ms ON legal_request
BEGIN
    SELECT RAISE(ABORT, 'what came is never changed');
END;

CREATE TRIGGER legal_request_has_one_requester BEFORE UPDATE OF agency, officer ON legal_request
WHEN (NEW.agency IS NOT OLD.agency OR NEW.officer IS NOT OLD.officer) AND OLD.state NOT IN ('draft', 'submitted', 'verifying')
BEGIN
    SELECT RAISE(ABORT, 'who asks is settled before they are verified');
END;

-- Whoever calls something an emergency later has to have been called back, too.
CREATE TRIGGER legal_request_becomes_no_emergency BEFORE UPDATE OF emergency ON legal_request
WHEN NEW.emergency = 1 AND OLD.emergency = 0 AND OLD.state NOT IN ('draft', 'submitted', 'verifying')
BEGIN
    SELECT RAISE(ABORT, 'an emergency is verified as one, or not at all');
END;

CREATE TRIGGER legal_request_moves_in_order BEFORE UPDATE OF state ON legal_request
WHEN OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES
    ('draft', 'submitted'),
    ('submitted', 'verifying'),
    ('verifying', 'verified'),
    ('verified', 'triaged'), ('clarify', 'triaged'), ('challenged', 'triaged'), ('referred', 'triaged'),
    ('scoped', 'triaged'), ('collected', 'triaged'), ('reviewed', 'triaged'), ('approved', 'triaged'),
    ('notice_done', 'triaged'),
    ('verified', 'verifying'), ('triaged', 'verifying'), ('clarify', 'verifying'), ('challenged', 'verifying'),
    ('referred', 'verifying'), ('scoped', 'verifying'), ('collected', 'verifying'), ('reviewed', 'verifying'),
    ('approved', 'verifying'), ('notice_done', 'verifying'),
    ('triaged', 'rejected'), ('triaged', 'clarify'), ('triaged', 'challenged'), ('triaged', 'referred'),
    ('triaged', 'scoped'),
    ('scoped', 'collected'), ('collected', 'scoped'),
    ('collected', 'reviewed'), ('reviewed', 'collected'), ('approved', 'collected'), ('notice_done', 'collected'),
    ('reviewed', 'approved'), ('approved', 'notice_done'), ('notice_done', 'released'), ('released', 'delivered'),
    ('draft', 'closed'), ('submitted', 'closed'), ('verifying', 'closed'), ('verified', 'closed'), ('triaged', 'closed'),
    ('rejected', 'closed'), ('clarify', 'closed'), ('challenged', 'closed'), ('referred', 'closed'), ('scoped', 'closed'),
    ('collected', 'closed'), ('reviewed', 'closed'), ('approved', 'closed'), ('notice_done', 'closed'),
    ('released', 'closed'), ('delivered', 'closed'),
    ('closed', 'purged')
)
BEGIN
    SELECT RAISE(ABORT, 'a legal request does not move like this');
END;

CREATE TRIGGER legal_request_moves_with_its_entry BEFORE UPDATE OF state ON legal_request
WHEN OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM legal_move WHERE request = OLD.n AND old = OLD.state AND new = NEW.state AND at_ms = NEW.changed_ms
        AND n = (SELECT max(n) FROM legal_move WHERE request = OLD.n)
)
BEGIN
    SELECT RAISE(ABORT, 'a move stands in the audit log before it is made');
END;

CREATE TRIGGER legal_request_on_hold_stays BEFORE UPDATE OF state ON legal_request
WHEN OLD.state <> NEW.state AND OLD.on_hold = 1 AND NEW.state NOT IN ('verifying', 'closed', 'purged')
    AND NOT (OLD.state = 'verifying' AND NEW.state = 'verified' AND NEW.on_hold = 0)
BEGIN
    SELECT RAISE(ABORT, 'who asks is not active any more: the request is verified anew, or moves nowhere');
END;

CREATE TRIGGER legal_request_hold_ends_with_verification BEFORE UPDATE OF on_hold ON legal_request
WHEN OLD.on_hold = 1 AND NEW.on_hold = 0 AND NOT (OLD.state = 'verifying' AND NEW.state = 'verified')
BEGIN
    SELECT RAISE(ABORT, 'only who asks, verified anew, ends a hold');
END;

CREATE TRIGGER legal_request_is_verified BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'verified' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM legal_verification AS v WHERE v.request = OLD.n AND v.agency IS NEW.agency AND v.officer IS NEW.officer
        AND v.move = (SELECT max(n) FROM legal_move WHERE request = OLD.n AND new = 'verifying')
)
BEGIN
    SELECT RAISE(ABORT, 'nobody has verified who asks');
END;

CREATE TRIGGER legal_request_is_called_back BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'verified' AND OLD.state <> NEW.state
    AND (NEW.emergency = 1 OR EXISTS (
        SELECT 1 FROM legal_verification AS v WHERE v.request = OLD.n AND v.call_back = 1
            AND v.move = (SELECT max(n) FROM legal_move WHERE request = OLD.n AND new = 'verifying')
    ))
    AND NOT EXISTS (
        SELECT 1 FROM legal_call_back AS c WHERE c.request = OLD.n AND c.agency IS NEW.agency
            AND c.move = (SELECT max(n) FROM legal_move WHERE request = OLD.n AND new = 'verifying')
    )
BEGIN
    SELECT RAISE(ABORT, 'the agency is called back first');
END;

CREATE TRIGGER legal_request_is_of_somebody_in_force BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'verified' AND OLD.state <> NEW.state AND (
    (NEW.agency IS NOT NULL AND NEW.agency NOT IN (SELECT agency FROM agency_in_force))
    OR (NEW.officer IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM agency_officer_in_force WHERE officer = NEW.officer AND agency = NEW.agency
    ))
)
BEGIN
    SELECT RAISE(ABORT, 'who asks is not active');
END;

-- Whoever is not active any more takes their open requests along, however many at once.
CREATE TRIGGER legal_request_is_held_with_its_agency AFTER UPDATE OF state ON agency
WHEN OLD.state = 'active' AND NEW.state <> 'active'
BEGIN
    UPDATE legal_request SET on_hold = 1
    WHERE agency = NEW.n AND on_hold = 0 AND state NOT IN ('closed', 'purged');
END;

CREATE TRIGGER legal_request_is_held_with_its_officer AFTER UPDATE OF state ON agency_person
WHEN OLD.state = 'active' AND NEW.state <> 'active'
BEGIN
    UPDATE legal_request SET on_hold = 1
    WHERE (officer = NEW.n OR officer IN (SELECT n FROM agency_officer WHERE supervisor = NEW.n))
        AND on_hold = 0 AND state NOT IN ('closed', 'purged');
END;

CREATE TRIGGER legal_request_is_judged BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'triaged' AND OLD.state <> NEW.state AND NOT (
    NEW.decision IS NOT NULL AND NEW.decision > coalesce(OLD.decision, 0)
    AND EXISTS (
        SELECT 1 FROM legal_decision AS d JOIN legal_verdict AS v ON v.n = d.verdict
        WHERE d.n = NEW.decision AND d.request = OLD.n AND d.verdict = NEW.verdict
            AND v.n = (SELECT max(n) FROM legal_verdict WHERE request = OLD.n)
            AND v.fact = (SELECT max(n) FROM legal_fact WHERE request = OLD.n)
            AND v.verification = (SELECT max(n) FROM legal_verification WHERE request = OLD.n)
    )
)
BEGIN
    SELECT RAISE(ABORT, 'a request is judged by the rulebook and a person, on the facts as they are');
END;

CREATE TRIGGER legal_request_follows_its_decision BEFORE UPDATE OF state ON legal_request
WHEN OLD.state = 'triaged' AND NEW.state IN ('rejected', 'clarify', 'challenged', 'referred', 'scoped')
    AND coalesce((SELECT outcome FROM legal_decision WHERE n = OLD.decision), '') NOT IN (
        SELECT column2 FROM (VALUES
            ('rejected', 'reject'), ('clarify', 'clarify'), ('challenged', 'challenge'), ('referred', 'refer'),
            ('scoped', 'accept'), ('scoped', 'narrow')
        ) WHERE column1 = NEW.state
    )
BEGIN
    SELECT RAISE(ABORT, 'this is not what was decided');
END;

CREATE TRIGGER legal_request_has_a_scope BEFORE UPDATE OF state ON legal_request
WHEN NEW.state IN ('scoped', 'collected', 'reviewed', 'approved', 'notice_done', 'released') AND OLD.state <> NEW.state
    AND NOT EXISTS (SELECT 1 FROM legal_scope WHERE decision = OLD.decision)
BEGIN
    SELECT RAISE(ABORT, 'nothing was scoped');
END;

-- The move's own time says whether the verdict still held.
CREATE TRIGGER legal_request_has_authority BEFORE UPDATE OF state ON legal_request
WHEN NEW.state IN ('scoped', 'collected', 'reviewed', 'approved', 'notice_done', 'released') AND OLD.state <> NEW.state
    AND NEW.changed_ms >= (SELECT holds_until_ms FROM legal_verdict WHERE n = OLD.verdict)
BEGIN
    SELECT RAISE(ABORT, 'the verdict has expired');
END;

CREATE TRIGGER legal_request_keeps_its_decision BEFORE UPDATE OF verdict, decision ON legal_request
WHEN (NEW.decision IS NOT OLD.decision OR NEW.verdict IS NOT OLD.verdict) AND NOT (NEW.state = 'triaged' AND OLD.state <> 'triaged')
BEGIN
    SELECT RAISE(ABORT, 'a decision counts from the moment at which the request is triaged');
END;

CREATE TRIGGER legal_request_is_purged_whole BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'purged' AND OLD.state <> NEW.state
    AND (
        EXISTS (SELECT 1 FROM legal_document WHERE request = OLD.n AND gone_ms IS NULL)
        OR EXISTS (
            SELECT 1 FROM legal_scope AS s JOIN legal_decision AS d ON d.n = s.decision WHERE d.request = OLD.n
        )
        OR EXISTS (SELECT 1 FROM legal_asked AS a JOIN legal_verdict AS v ON v.n = a.verdict WHERE v.request = OLD.n)
    )
BEGIN
    SELECT RAISE(ABORT, 'what a purged request was made of is gone');
END;

-- The entry that a move names is that of this move, and of no other.
CREATE TRIGGER legal_move_is_logged BEFORE INSERT ON legal_move
WHEN NOT EXISTS (
    SELECT 1 FROM audit_entry WHERE n = NEW.audit_n
        AND instr(entry, CAST('"about":"legal:' || NEW.request || '","act":"legal.moved","at_ms":' || NEW.at_ms || ',' AS BLOB)) > 0
        AND instr(entry, CAST('"from":"' || NEW.old || '"' AS BLOB)) > 0
        AND instr(entry, CAST('"to":"' || NEW.new || '"' AS BLOB)) > 0
)
BEGIN
    SELECT RAISE(ABORT, 'a move stands in the audit log before it is made');
END;

CREATE TRIGGER legal_move_keeps_rows BEFORE UPDATE ON legal_move
BEGIN
    SELECT RAISE(ABORT, 'a move is never changed');
END;

CREATE TRIGGER legal_move_loses_none BEFORE DELETE ON legal_move
BEGIN
    SELECT RAISE(ABORT, 'a move is never removed');
END;

CREATE TRIGGER legal_document_says_one_thing
BEFORE UPDATE OF n, request, kind, media_type, size, sha256, at_ms, who ON legal_document
BEGIN
    SELECT RAISE(ABORT, 'a document is never changed');
END;

CREATE TRIGGER legal_document_is_shredded_whole BEFORE UPDATE OF name, nonce, ciphertext, gone_ms ON legal_document
WHEN OLD.gone_ms IS NOT NULL OR NEW.gone_ms IS NULL OR length(NEW.ciphertext) > 0 OR NEW.name <> ''
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM legal_document_key WHERE document = OLD.n)
    OR (SELECT state FROM legal_request WHERE n = OLD.request) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'a document is kept until its request is purged, and what is gone does not come back');
END;

CREATE TRIGGER legal_document_loses_none BEFORE DELETE ON legal_document
BEGIN
    SELECT RAISE(ABORT, 'a document is shredded, never removed');
END;

CREATE TRIGGER legal_document_key_is_only_overwritten BEFORE UPDATE ON legal_document_key
WHEN NEW.document <> OLD.document OR NEW.wrapped_key <> zeroblob(length(OLD.wrapped_key))
    OR (SELECT r.state FROM legal_document AS d JOIN legal_request AS r ON r.n = d.request WHERE d.n = OLD.document) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'a document is kept until its request is purged, and what is gone does not come back');
END;

CREATE TRIGGER legal_document_key_loses_none BEFORE DELETE ON legal_document_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never removed');
END;

CREATE TRIGGER legal_fact_comes_before_the_judgement BEFORE INSERT ON legal_fact
WHEN (SELECT state FROM legal_request WHERE n = NEW.request)
    NOT IN ('draft', 'submitted', 'verifying', 'verified', 'clarify', 'challenged', 'referred')
BEGIN
    SELECT RAISE(ABORT, 'facts are not changed after they were judged');
END;

CREATE TRIGGER legal_fact_keeps_rows BEFORE UPDATE ON legal_fact
BEGIN
    SELECT RAISE(ABORT, 'facts are corrected, never changed');
END;

CREATE TRIGGER legal_fact_loses_none BEFORE DELETE ON legal_fact
BEGIN
    SELECT RAISE(ABORT, 'facts are corrected, never removed');
END;

CREATE TRIGGER legal_part_releases_and_nothing_else BEFORE INSERT ON legal_part
WHEN EXISTS (
    SELECT 1 FROM legal_part WHERE request = NEW.request AND who = NEW.who AND (part = 'released') <> (NEW.part = 'released')
)
BEGIN
    SELECT RAISE(ABORT, 'whoever releases a request had no other part in it');
END;

CREATE TRIGGER legal_part_keeps_rows BEFORE UPDATE ON legal_part
BEGIN
    SELECT RAISE(ABORT, 'who had which part is never changed');
END;

CREATE TRIGGER legal_part_loses_none BEFORE DELETE ON legal_part
BEGIN
    SELECT RAISE(ABORT, 'who had which part is never removed');
END;

CREATE TRIGGER legal_verification_is_of_this_request BEFORE INSERT ON legal_verification
WHEN NEW.move IS NOT (SELECT max(n) FROM legal_move WHERE request = NEW.request)
    OR (SELECT state FROM legal_request WHERE n = NEW.request) <> 'verifying'
BEGIN
    SELECT RAISE(ABORT, 'who asks is verified while the request is being verified');
END;

CREATE TRIGGER legal_verification_keeps_rows BEFORE UPDATE ON legal_verification
BEGIN
    SELECT RAISE(ABORT, 'a verification is never changed');
END;

CREATE TRIGGER legal_verification_loses_none BEFORE DELETE ON legal_verification
BEGIN
    SELECT RAISE(ABORT, 'a verification is never removed');
END;

CREATE TRIGGER legal_call_back_is_of_this_request BEFORE INSERT ON legal_call_back
WHEN NEW.move IS NOT (SELECT max(n) FROM legal_move WHERE request = NEW.request)
    OR (SELECT state FROM legal_request WHERE n = NEW.request) <> 'verifying'
    OR NEW.number IS NOT (SELECT switchboard FROM agency WHERE n = NEW.agency)
BEGIN
    SELECT RAISE(ABORT, 'an agency is called back at the number of the register, while the request is being verified');
END;

CREATE TRIGGER legal_call_back_keeps_rows BEFORE UPDATE ON legal_call_back
BEGIN
    SELECT RAISE(ABORT, 'a call is never changed');
END;

CREATE TRIGGER legal_call_back_loses_none BEFORE DELETE ON legal_call_back
BEGIN
    SELECT RAISE(ABORT, 'a call is never removed');
END;

CREATE TRIGGER legal_verdict_keeps_rows BEFORE UPDATE ON legal_verdict
BEGIN
    SELECT RAISE(ABORT, 'a verdict is never changed');
END;

CREATE TRIGGER legal_verdict_loses_none BEFORE DELETE ON legal_verdict
BEGIN
    SELECT RAISE(ABORT, 'a verdict is never removed');
END;

-- A rulebook that refers, asks or refuses releases nothing; nothing is added once somebody has decided.
CREATE TRIGGER legal_release_is_of_the_verdict BEFORE INSERT ON legal_release
WHEN (SELECT action FROM legal_verdict WHERE n = NEW.verdict) NOT IN ('narrow', 'proceed')
    OR EXISTS (SELECT 1 FROM legal_decision WHERE verdict = NEW.verdict)
BEGIN
    SELECT RAISE(ABORT, 'only a verdict releases, and nobody adds to one');
END;

CREATE TRIGGER legal_release_keeps_rows BEFORE UPDATE ON legal_release
BEGIN
    SELECT RAISE(ABORT, 'what a verdict releases is never changed');
END;

CREATE TRIGGER legal_release_loses_none BEFORE DELETE ON legal_release
BEGIN
    SELECT RAISE(ABORT, 'what a verdict releases is never changed');
END;

CREATE TRIGGER legal_asked_is_of_the_verdict BEFORE INSERT ON legal_asked
WHEN EXISTS (SELECT 1 FROM legal_decision WHERE verdict = NEW.verdict)
BEGIN
    SELECT RAISE(ABORT, 'nobody adds to what was asked');
END;

CREATE TRIGGER legal_asked_keeps_rows BEFORE UPDATE ON legal_asked
BEGIN
    SELECT RAISE(ABORT, 'what was asked is never changed');
END;

CREATE TRIGGER legal_asked_goes_at_the_end BEFORE DELETE ON legal_asked
WHEN (SELECT r.state FROM legal_verdict AS v JOIN legal_request AS r ON r.n = v.request WHERE v.n = OLD.verdict) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'what was asked is kept until its request is purged');
END;

CREATE TRIGGER legal_decision_is_of_the_newest_verdict BEFORE INSERT ON legal_decision
WHEN NEW.verdict IS NOT (SELECT max(n) FROM legal_verdict WHERE request = NEW.request)
BEGIN
    SELECT RAISE(ABORT, 'a person decides on the newest verdict');
END;

-- A person may narrow and refuse against the rulebook, and never accept against it.
CREATE TRIGGER legal_decision_goes_no_further BEFORE INSERT ON legal_decision
WHEN NEW.outcome IN ('accept', 'narrow')
    AND NOT EXISTS (SELECT 1 FROM legal_release WHERE verdict = NEW.verdict)
BEGIN
    SELECT RAISE(ABORT, 'the verdict releases nothing that a person could accept');
END;

CREATE TRIGGER legal_decision_keeps_rows BEFORE UPDATE ON legal_decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed');
END;

CREATE TRIGGER legal_decision_loses_none BEFORE DELETE ON legal_decision
BEGIN
    SELECT RAISE(ABORT, 'a decision is never removed');
END;

CREATE TRIGGER legal_scope_is_no_wider BEFORE INSERT ON legal_scope
WHEN NOT EXISTS (
    SELECT 1 FROM legal_decision AS d
    JOIN legal_verdict AS v ON v.n = d.verdict
    JOIN legal_release AS r ON r.verdict = v.n AND r.data_class = NEW.data_class
    JOIN legal_asked AS a ON a.verdict = v.n AND a.kind = NEW.kind AND a.target = NEW.target
    WHERE d.n = NEW.decision AND d.outcome IN ('accept', 'narrow')
        AND (v.since_ms IS NULL) = (NEW.since_ms IS NULL)
        AND (NEW.since_ms IS NULL OR (NEW.since_ms >= v.since_ms AND NEW.until_ms <= v.until_ms))
)
BEGIN
    SELECT RAISE(ABORT, 'a scope is never wider than what the verdict releases and the request asks');
END;

-- What counts is settled when the request is scoped: later rows would be collected by nobody's decision.
CREATE TRIGGER legal_scope_is_settled_once BEFORE INSERT ON legal_scope
WHEN EXISTS (
    SELECT 1 FROM legal_request AS r JOIN legal_decision AS d ON d.request = r.n WHERE d.n = NEW.decision AND r.decision >= d.n
)
BEGIN
    SELECT RAISE(ABORT, 'a scope is settled with its decision');
END;

CREATE TRIGGER legal_scope_keeps_rows BEFORE UPDATE ON legal_scope
BEGIN
    SELECT RAISE(ABORT, 'a scope is never changed');
END;

CREATE TRIGGER legal_scope_goes_at_the_end BEFORE DELETE ON legal_scope
WHEN (SELECT r.state FROM legal_decision AS d JOIN legal_request AS r ON r.n = d.request WHERE d.n = OLD.decision) <> 'closed'
BEGIN
    SELECT RAISE(ABORT, 'a scope is kept until its request is purged');
END;

CREATE TRIGGER legal_clock_only_stops BEFORE UPDATE ON legal_clock
WHEN NEW.n <> OLD.n OR NEW.request <> OLD.request OR NEW.clock <> OLD.clock OR NEW.from_ms <> OLD.from_ms
    OR NEW.due_ms <> OLD.due_ms OR NEW.warn_ms <> OLD.warn_ms OR NEW.page_ms <> OLD.page_ms OR OLD.stopped_ms IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a clock is stopped, never set again');
END;

CREATE TRIGGER legal_clock_loses_none BEFORE DELETE ON legal_clock
BEGIN
    SELECT RAISE(ABORT, 'a clock is stopped, never removed');
END;
