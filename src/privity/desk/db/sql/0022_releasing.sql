-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What is made of a request for those who asked. A production follows the request's own states; a correction of one, a
-- refusal and a receipt have only these stages.
CREATE TABLE production (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    kind TEXT NOT NULL CHECK (kind IN ('production', 'preservation_receipt', 'refusal')),
    name TEXT NOT NULL UNIQUE,
    decision INTEGER REFERENCES legal_decision (n),
    supersedes INTEGER REFERENCES production (n),
    hold INTEGER,
    stage TEXT NOT NULL DEFAULT 'reviewed' CHECK (stage IN ('reviewed', 'approved', 'logged', 'ready', 'delivered', 'void')),
    manifest_sha256 BLOB NOT NULL UNIQUE CHECK (length(manifest_sha256) = 32),
    basis_sha256 BLOB NOT NULL CHECK (length(basis_sha256) = 32),
    senior INTEGER NOT NULL CHECK (senior IN (0, 1)),
    reviewed_ms INTEGER NOT NULL,
    reviewed_by TEXT NOT NULL,
    approved_ms INTEGER,
    logged_ms INTEGER,
    entry INTEGER UNIQUE REFERENCES audit_entry (n),
    ready_ms INTEGER,
    dsse_sha256 BLOB UNIQUE CHECK (length(dsse_sha256) = 32),
    package_sha256 BLOB UNIQUE CHECK (length(package_sha256) = 32),
    size INTEGER CHECK (size > 0),
    delivered_ms INTEGER,
    gone_ms INTEGER,
    void_ms INTEGER,
    void_why TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL DEFAULT 0,
    stuck TEXT NOT NULL DEFAULT '',
    CHECK (kind <> 'production' OR decision IS NOT NULL),
    CHECK ((kind = 'preservation_receipt') = (hold IS NOT NULL)),
    CHECK (stage IN ('reviewed', 'void') OR approved_ms IS NOT NULL),
    CHECK (stage NOT IN ('logged', 'ready', 'delivered') OR (logged_ms IS NOT NULL AND entry IS NOT NULL)),
    CHECK (stage NOT IN ('ready', 'delivered') OR (
        ready_ms IS NOT NULL AND dsse_sha256 IS NOT NULL AND package_sha256 IS NOT NULL AND size IS NOT NULL
    )),
    CHECK ((stage = 'delivered') = (delivered_ms IS NOT NULL)),
    CHECK ((stage = 'void') = (void_ms IS NOT NULL))
) STRICT;

CREATE INDEX production_of ON production (request, n);

-- One at a time for each request: two that wait would be approved by people who looked at different things.
CREATE UNIQUE INDEX production_open ON production (request) WHERE stage IN ('reviewed', 'approved', 'logged');
CREATE INDEX production_due ON production (next_ms, n) WHERE stage = 'logged';
CREATE INDEX production_kept ON production (n) WHERE stage IN ('ready', 'delivered') AND gone_ms IS NULL;

-- What passkeys answered when they were asked about exactly this manifest.
CREATE TABLE production_approval (
    production INTEGER NOT NULL REFERENCES production (n),
    part TEXT NOT NULL CHECK (part IN ('first', 'second', 'senior')),
    member INTEGER NOT NULL REFERENCES staff_member (number),
    passkey BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    key TEXT NOT NULL,
    authenticator_data BLOB NOT NULL,
    client_data BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (production, part),
    UNIQUE (production, member),
    UNIQUE (production, passkey),
    UNIQUE (production, key)
) STRICT, WITHOUT ROWID;

-- The manifest, what it was made of, what proves the package, and the package as it is encrypted for those who asked.
CREATE TABLE production_part (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    production INTEGER NOT NULL REFERENCES production (n),
    part TEXT NOT NULL CHECK (part IN ('manifest', 'prepared', 'proof', 'package')),
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    gone_ms INTEGER,
    UNIQUE (production, part)
) STRICT;

-- Each key in a row that never changes its length and is never removed: it is overwritten where it stands.
CREATE TABLE production_key (
    part INTEGER PRIMARY KEY REFERENCES production_part (id),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

-- Who fetched it, and how often.
CREATE TABLE production_download (
    production INTEGER NOT NULL REFERENCES production (n),
    n INTEGER NOT NULL CHECK (n BETWEEN 1 AND 3),
    officer INTEGER NOT NULL REFERENCES agency_officer (n),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (production, n)
) STRICT, WITHOUT ROWID;

-- Every line that ever stood in the keys of a package: the operator publishes all of them, or older packages do not verify.
CREATE TABLE production_published (
    line TEXT PRIMARY KEY,
    first_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER production_begins_reviewed BEFORE INSERT ON production
WHEN NEW.stage <> 'reviewed' OR NEW.gone_ms IS NOT NULL
    OR (NEW.decision IS NOT NULL AND NEW.decision IS NOT (SELECT decision FROM legal_request WHERE n = NEW.request))
    OR (NEW.supersedes IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM production AS p WHERE p.n = NEW.supersedes AND p.request = NEW.request AND p.kind = NEW.kind
            AND p.stage IN ('ready', 'delivered')
    ))
BEGIN
    SELECT RAISE(ABORT, 'a production begins with a review of what was decided, or corrects one that was released');
END;

CREATE TRIGGER production_says_one_thing BEFORE UPDATE OF
    n, request, kind, name, decision, supersedes, hold, manifest_sha256, basis_sha256, senior, reviewed_ms, reviewed_by ON production
BEGIN
    SELECT RAISE(ABORT, 'what was looked at is never changed');
END;

CREATE TRIGGER production_goes_forward BEFORE UPDATE OF stage ON production
WHEN OLD.stage <> NEW.stage AND (OLD.stage, NEW.stage) NOT IN (VALUES
    ('reviewed', 'approved'), ('approved', 'logged'), ('logged', 'ready'), ('ready', 'delivered'),
    ('reviewed', 'void'), ('approved', 'void'), ('logged', 'void')
)
BEGIN
    SELECT RAISE(ABORT, 'a production does not move like this');
END;

CREATE TRIGGER production_keeps_its_times BEFORE UPDATE ON production
WHEN (OLD.approved_ms IS NOT NULL AND NEW.approved_ms IS NOT OLD.approved_ms)
    OR (OLD.logged_ms IS NOT NULL AND (NEW.logged_ms IS NOT OLD.logged_ms OR NEW.entry IS NOT OLD.entry))
    OR (OLD.ready_ms IS NOT NULL AND (
        NEW.ready_ms IS NOT OLD.ready_ms OR NEW.dsse_sha256 IS NOT OLD.dsse_sha256
        OR NEW.package_sha256 IS NOT OLD.package_sha256 OR NEW.size IS NOT OLD.size
    ))
    OR (OLD.delivered_ms IS NOT NULL AND NEW.delivered_ms IS NOT OLD.delivered_ms)
    OR (OLD.gone_ms IS NOT NULL AND NEW.gone_ms IS NOT OLD.gone_ms)
    OR (OLD.void_ms IS NOT NULL AND (NEW.void_ms IS NOT OLD.void_ms OR NEW.void_why IS NOT OLD.void_why))
BEGIN
    SELECT RAISE(ABORT, 'what has happened to a production is never changed');
END;

-- A day is 86,400,000 ms, two weeks are 1,209,600,000 ms: a test compares them with those of the code.
CREATE TRIGGER production_is_approved BEFORE UPDATE OF stage ON production
WHEN NEW.stage = 'approved' AND OLD.stage <> 'approved' AND (
    (SELECT count(*) FROM production_approval WHERE production = OLD.n AND part IN ('first', 'second')) <> 2
    OR (OLD.senior = 1 AND NOT EXISTS (SELECT 1 FROM production_approval WHERE production = OLD.n AND part = 'senior'))
    OR (SELECT max(at_ms) - min(at_ms) FROM production_approval WHERE production = OLD.n) > 86400000
    OR NEW.approved_ms IS NOT (SELECT max(at_ms) FROM production_approval WHERE production = OLD.n)
)
BEGIN
    SELECT RAISE(ABORT, 'two people approve within a day, and where it weighs more a third');
END;

CREATE TRIGGER production_is_released BEFORE UPDATE OF stage ON production
WHEN NEW.stage = 'logged' AND OLD.stage <> 'logged' AND (
    NEW.logged_ms < OLD.approved_ms
    OR NEW.logged_ms - (SELECT min(at_ms) FROM production_approval WHERE production = OLD.n) > 86400000
    OR NOT EXISTS (
        SELECT 1 FROM audit_entry WHERE n = NEW.entry
            AND instr(entry, CAST('"act":"production.released"' AS BLOB)) > 0
            AND instr(entry, CAST('"manifest_sha256":"' || lower(hex(OLD.manifest_sha256)) || '"' AS BLOB)) > 0
    )
    OR (OLD.kind = 'production' AND OLD.supersedes IS NULL
        AND (SELECT state FROM legal_request WHERE n = OLD.request) <> 'notice_done')
    OR NEW.logged_ms > (
        SELECT v.holds_until_ms FROM legal_decision AS d JOIN legal_verdict AS v ON v.n = d.verdict WHERE d.n = OLD.decision
    )
    OR (SELECT on_hold FROM legal_request WHERE n = OLD.request) = 1
)
BEGIN
    SELECT RAISE(ABORT, 'a release follows approvals and notice, and stands in the log before it happens');
END;

CREATE TRIGGER production_is_ready BEFORE UPDATE OF stage ON production
WHEN NEW.stage = 'ready' AND OLD.stage <> 'ready' AND (
    (SELECT count(*) FROM production_part WHERE production = OLD.n AND part IN ('proof', 'package') AND gone_ms IS NULL) <> 2
    OR NEW.ready_ms > (
        SELECT v.holds_until_ms FROM legal_decision AS d JOIN legal_verdict AS v ON v.n = d.verdict WHERE d.n = OLD.decision
    )
    OR (SELECT on_hold FROM legal_request WHERE n = OLD.request) = 1
)
BEGIN
    SELECT RAISE(ABORT, 'what was not made cannot be fetched');
END;

CREATE TRIGGER production_is_delivered BEFORE UPDATE OF stage ON production
WHEN NEW.stage = 'delivered' AND OLD.stage <> 'delivered'
    AND NOT EXISTS (SELECT 1 FROM production_download WHERE production = OLD.n)
BEGIN
    SELECT RAISE(ABORT, 'nobody has fetched it');
END;

CREATE TRIGGER production_is_gone_whole BEFORE UPDATE OF gone_ms ON production
WHEN NEW.gone_ms IS NOT NULL AND EXISTS (
    SELECT 1 FROM production_part WHERE production = OLD.n AND part IN ('prepared', 'package') AND gone_ms IS NULL
)
BEGIN
    SELECT RAISE(ABORT, 'what is said to be gone is gone');
END;

CREATE TRIGGER production_loses_none BEFORE DELETE ON production
BEGIN
    SELECT RAISE(ABORT, 'a production is never removed');
END;

CREATE TRIGGER production_approval_is_of_what_waits BEFORE INSERT ON production_approval
WHEN (SELECT stage FROM production WHERE n = NEW.production) IS NOT 'reviewed'
    OR NEW.at_ms < (SELECT reviewed_ms FROM production WHERE n = NEW.production)
    OR EXISTS (SELECT 1 FROM production_approval WHERE production = NEW.production AND abs(NEW.at_ms - at_ms) > 86400000)
BEGIN
    SELECT RAISE(ABORT, 'approvals are of one manifest that waits for them, within a day');
END;

-- Whoever approves second or third had no part in the request before.
CREATE TRIGGER production_approval_is_by_another BEFORE INSERT ON production_approval
WHEN NEW.part <> 'first' AND (
    'staff:' || NEW.member = (SELECT reviewed_by FROM production WHERE n = NEW.production)
    OR EXISTS (
        SELECT 1 FROM legal_part AS l JOIN production AS p ON p.request = l.request
        WHERE p.n = NEW.production AND l.who = 'staff:' || NEW.member AND l.part NOT IN ('released', 'senior')
    )
)
BEGIN
    SELECT RAISE(ABORT, 'whoever releases had no other part in the request');
END;

CREATE TRIGGER production_approval_keeps_rows BEFORE UPDATE ON production_approval
BEGIN
    SELECT RAISE(ABORT, 'an approval is never changed');
END;

CREATE TRIGGER production_approval_goes_with_what_it_was_of BEFORE DELETE ON production_approval
WHEN (SELECT stage FROM production WHERE n = OLD.production) <> 'void'
BEGIN
    SELECT RAISE(ABORT, 'an approval counts as long as what it was given for');
END;

CREATE TRIGGER production_part_says_one_thing BEFORE UPDATE OF id, production, part ON production_part
BEGIN
    SELECT RAISE(ABORT, 'what a production was made of is never changed');
END;

CREATE TRIGGER production_part_is_shredded_whole BEFORE UPDATE OF nonce, ciphertext, gone_ms ON production_part
WHEN OLD.gone_ms IS NOT NULL OR NEW.gone_ms IS NULL OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM production_key WHERE part = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'what is gone has no contents, and does not come back');
END;

CREATE TRIGGER production_part_loses_none BEFORE DELETE ON production_part
BEGIN
    SELECT RAISE(ABORT, 'a part of a production is shredded, never removed');
END;

CREATE TRIGGER production_key_is_only_overwritten BEFORE UPDATE ON production_key
WHEN NEW.part <> OLD.part OR NEW.wrapped_key <> zeroblob(length(OLD.wrapped_key))
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never changed');
END;

CREATE TRIGGER production_key_loses_none BEFORE DELETE ON production_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never removed');
END;

CREATE TRIGGER production_download_is_in_time BEFORE INSERT ON production_download
WHEN (SELECT stage FROM production WHERE n = NEW.production) NOT IN ('ready', 'delivered')
    OR (SELECT gone_ms FROM production WHERE n = NEW.production) IS NOT NULL
    OR NEW.at_ms - (SELECT ready_ms FROM production WHERE n = NEW.production) NOT BETWEEN 0 AND 1209600000
    OR NEW.n <> 1 + (SELECT count(*) FROM production_download WHERE production = NEW.production)
BEGIN
    SELECT RAISE(ABORT, 'a package is fetched three times at most, within two weeks');
END;

CREATE TRIGGER production_download_keeps_rows BEFORE UPDATE ON production_download
BEGIN
    SELECT RAISE(ABORT, 'that a package was fetched is never changed');
END;

CREATE TRIGGER production_download_loses_none BEFORE DELETE ON production_download
BEGIN
    SELECT RAISE(ABORT, 'that a package was fetched is never removed');
END;

CREATE TRIGGER production_published_keeps_rows BEFORE UPDATE ON production_published
BEGIN
    SELECT RAISE(ABORT, 'what was published stays published');
END;

CREATE TRIGGER production_published_loses_none BEFORE DELETE ON production_published
BEGIN
    SELECT RAISE(ABORT, 'what was published stays published');
END;

-- The request's own states, as far as they rest on what is made of it.
CREATE TRIGGER legal_request_is_reviewed BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'reviewed' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM production WHERE request = OLD.n AND kind = 'production' AND decision = OLD.decision AND stage = 'reviewed'
)
BEGIN
    SELECT RAISE(ABORT, 'nobody has looked at what would be released');
END;

CREATE TRIGGER legal_request_is_approved BEFORE UPDATE OF state ON legal_request
WHEN NEW.state IN ('approved', 'notice_done') AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM production WHERE request = OLD.n AND kind = 'production' AND decision = OLD.decision AND stage = 'approved'
)
BEGIN
    SELECT RAISE(ABORT, 'what would be released is not approved by those who have to');
END;

CREATE TRIGGER legal_request_is_released BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'released' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM production WHERE request = OLD.n AND kind = 'production' AND decision = OLD.decision AND stage = 'ready'
)
BEGIN
    SELECT RAISE(ABORT, 'no package that verifies is ready');
END;

CREATE TRIGGER legal_request_is_delivered BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'delivered' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM production WHERE request = OLD.n AND kind = 'production' AND stage = 'delivered'
)
BEGIN
    SELECT RAISE(ABORT, 'nobody has fetched a package');
END;

-- A request that goes back, is judged anew or ends takes along what waited for approval or release.
CREATE TRIGGER legal_request_takes_its_production_along AFTER UPDATE OF state ON legal_request
WHEN OLD.state <> NEW.state AND NEW.state NOT IN ('reviewed', 'approved', 'notice_done', 'released', 'delivered')
BEGIN
    UPDATE production SET stage = 'void', void_ms = NEW.changed_ms, void_why = 'the request went to ' || NEW.state
    WHERE request = OLD.n AND kind <> 'preservation_receipt' AND stage IN ('reviewed', 'approved', 'logged');
END;
