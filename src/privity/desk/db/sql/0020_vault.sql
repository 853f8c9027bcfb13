-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What is kept apart for a legal request, until when, and what became of it.
CREATE TABLE legal_hold (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    request INTEGER NOT NULL REFERENCES legal_request (n),
    agency INTEGER REFERENCES agency (n),
    kind TEXT NOT NULL CHECK (kind IN ('quarantine', 'term', 'until_withdrawn')),
    state TEXT NOT NULL DEFAULT 'ordered' CHECK (state IN (
        'ordered', 'held', 'renewed', 'released_to_case', 'expired', 'shredded'
    )),
    instrument TEXT NOT NULL,
    custody TEXT NOT NULL CHECK (custody IN ('desk', 'two_officers')),
    ordered_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL CHECK (due_ms >= ordered_ms),
    from_ms INTEGER NOT NULL,
    days INTEGER CHECK (days > 0),
    renew_days INTEGER NOT NULL CHECK (renew_days >= 0),
    until_ms INTEGER,
    seen_ms INTEGER,
    taken_ms INTEGER,
    taken_entry INTEGER REFERENCES audit_entry (n),
    asked_mark BLOB CHECK (length(asked_mark) = 32),
    asked_since_ms INTEGER,
    asked_until_ms INTEGER,
    manifest_sha256 BLOB CHECK (length(manifest_sha256) = 32),
    renewed_by INTEGER REFERENCES legal_request (n),
    released_to INTEGER REFERENCES legal_request (n),
    withdrawn_by TEXT,
    confirmed_by TEXT,
    ended_because TEXT CHECK (ended_because IN ('time', 'produced', 'withdrawn')),
    ended_ms INTEGER,
    gone_ms INTEGER,
    CHECK ((kind = 'until_withdrawn') = (until_ms IS NULL)),
    CHECK ((kind = 'term') = (days IS NOT NULL)),
    CHECK (state = 'ordered' OR taken_ms IS NOT NULL OR ended_ms IS NOT NULL),
    CHECK ((taken_ms IS NULL) = (manifest_sha256 IS NULL) AND (taken_ms IS NULL) = (asked_mark IS NULL)),
    CHECK ((taken_ms IS NULL) = (taken_entry IS NULL)),
    CHECK (confirmed_by IS NULL OR confirmed_by <> withdrawn_by),
    CHECK ((state IN ('expired', 'shredded')) = (ended_ms IS NOT NULL)),
    CHECK ((ended_ms IS NULL) = (ended_because IS NULL)),
    CHECK ((state = 'shredded') = (gone_ms IS NOT NULL))
) STRICT;

CREATE INDEX legal_hold_of ON legal_hold (request);
CREATE INDEX legal_hold_released ON legal_hold (released_to) WHERE state = 'released_to_case';
CREATE INDEX legal_hold_over ON legal_hold (until_ms)
    WHERE state IN ('ordered', 'held', 'renewed', 'released_to_case');
CREATE INDEX legal_hold_ordered ON legal_hold (due_ms) WHERE state = 'ordered';
CREATE INDEX legal_hold_unseen ON legal_hold (n) WHERE seen_ms IS NULL
    AND state IN ('ordered', 'held', 'renewed', 'released_to_case');
CREATE INDEX legal_hold_emptying ON legal_hold (n) WHERE state = 'expired';

-- The classes of data that a hold keeps, each under a key of its own, with the sealed list of its files.
CREATE TABLE legal_hold_class (
    hold INTEGER NOT NULL REFERENCES legal_hold (n),
    data_class TEXT NOT NULL CHECK (data_class IN (
        'subscriber', 'session_ip', 'account_state', 'delivery_metadata', 'content_profile', 'content_reported'
    )),
    manifest_nonce BLOB,
    manifest BLOB,
    manifest_sha256 BLOB CHECK (length(manifest_sha256) = 32),
    dropped_ms INTEGER,
    PRIMARY KEY (hold, data_class),
    CHECK ((manifest IS NULL) = (manifest_nonce IS NULL) AND (manifest IS NULL) = (manifest_sha256 IS NULL))
) STRICT, WITHOUT ROWID;

-- The keys, each in a row that never changes its length and is never removed: it is overwritten where it stands.
CREATE TABLE legal_hold_key (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    hold INTEGER NOT NULL,
    data_class TEXT NOT NULL,
    holder TEXT NOT NULL CHECK (holder IN ('desk', 'first_officer', 'second_officer')),
    nonce BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    UNIQUE (hold, data_class, holder),
    FOREIGN KEY (hold, data_class) REFERENCES legal_hold_class (hold, data_class)
) STRICT;

-- The files of a snapshot. Whom one is about stands here as a mark that only the desk can make.
CREATE TABLE legal_hold_file (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    hold INTEGER NOT NULL,
    data_class TEXT NOT NULL,
    target_mark BLOB NOT NULL CHECK (length(target_mark) = 32),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    size INTEGER NOT NULL CHECK (size >= 0),
    pieces INTEGER NOT NULL CHECK (pieces > 0),
    UNIQUE (hold, target_mark, name),
    FOREIGN KEY (hold, data_class) REFERENCES legal_hold_class (hold, data_class)
) STRICT;

CREATE TABLE legal_hold_piece (
    file INTEGER NOT NULL REFERENCES legal_hold_file (n),
    position INTEGER NOT NULL CHECK (position >= 0),
    nonce BLOB NOT NULL CHECK (length(nonce) = 12),
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (file, position)
) STRICT;

CREATE TRIGGER legal_hold_begins_with_its_request BEFORE INSERT ON legal_hold
WHEN NEW.state <> 'ordered' OR NEW.taken_ms IS NOT NULL OR NEW.seen_ms IS NOT NULL OR NEW.renewed_by IS NOT NULL
    OR NEW.released_to IS NOT NULL OR NEW.withdrawn_by IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM legal_request AS r WHERE r.n = NEW.request AND (
            NEW.kind = 'quarantine' AND r.state IN ('submitted', 'verifying')
            OR NEW.kind <> 'quarantine' AND r.state NOT IN ('draft', 'submitted', 'verifying', 'verified', 'purged')
                AND r.on_hold = 0 AND r.agency IS NEW.agency
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'a hold begins with a request: one that is judged, or for 72 hours with one that is not verified');
END;

CREATE TRIGGER legal_hold_loses_none BEFORE DELETE ON legal_hold
BEGIN
    SELECT RAISE(ABORT, 'a hold ends, and is never removed');
END;

CREATE TRIGGER legal_hold_is_of_one_request BEFORE UPDATE OF n, id, request, custody, due_ms ON legal_hold
BEGIN
    SELECT RAISE(ABORT, 'whose hold it is never changes');
END;

CREATE TRIGGER legal_hold_moves_in_order BEFORE UPDATE OF state ON legal_hold
WHEN OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (VALUES
    ('ordered', 'held'), ('ordered', 'expired'),
    ('held', 'renewed'), ('held', 'released_to_case'), ('held', 'expired'),
    ('renewed', 'released_to_case'), ('renewed', 'expired'),
    ('released_to_case', 'expired'),
    ('expired', 'shredded')
)
BEGIN
    SELECT RAISE(ABORT, 'a hold does not move like this');
END;

CREATE TRIGGER legal_hold_ends_when_it_may BEFORE UPDATE OF state ON legal_hold
WHEN OLD.state <> NEW.state AND NEW.state = 'expired' AND NOT (
    NEW.ended_because = 'time' AND OLD.until_ms IS NOT NULL AND NEW.ended_ms >= OLD.until_ms
    OR NEW.ended_because = 'produced' AND OLD.kind = 'until_withdrawn'
    OR NEW.ended_because = 'withdrawn' AND NEW.withdrawn_by IS NOT NULL AND NEW.confirmed_by IS NOT NULL
)
BEGIN
    SELECT RAISE(ABORT, 'a hold ends with its time, with what it was kept for, or withdrawn before two people');
END;

CREATE TRIGGER legal_hold_ends_once BEFORE UPDATE ON legal_hold WHEN OLD.ended_ms IS NOT NULL AND (
    NEW.ended_ms IS NOT OLD.ended_ms OR NEW.ended_because IS NOT OLD.ended_because OR NEW.until_ms IS NOT OLD.until_ms
    OR NEW.renewed_by IS NOT OLD.renewed_by OR NEW.released_to IS NOT OLD.released_to OR OLD.state = 'shredded'
)
BEGIN
    SELECT RAISE(ABORT, 'what has ended stays as it ended');
END;

CREATE TRIGGER legal_hold_keeps_its_end
BEFORE UPDATE OF kind, agency, instrument, ordered_ms, from_ms, days, renew_days, until_ms ON legal_hold
WHEN NOT (
    OLD.kind = 'quarantine' AND NEW.kind <> 'quarantine' AND OLD.state IN ('ordered', 'held') AND EXISTS (
        SELECT 1 FROM legal_request AS r WHERE r.n = OLD.request AND r.on_hold = 0 AND r.agency IS NEW.agency
            AND r.state NOT IN ('draft', 'submitted', 'verifying', 'verified', 'purged')
    )
    OR NEW.kind = OLD.kind AND NEW.agency IS OLD.agency AND NEW.instrument = OLD.instrument AND NEW.days IS OLD.days
        AND NEW.renew_days = OLD.renew_days AND NEW.ordered_ms = OLD.ordered_ms AND (
            OLD.renewed_by IS NULL AND NEW.renewed_by IS NOT NULL AND NEW.from_ms = OLD.from_ms
            OR OLD.seen_ms IS NULL AND NEW.seen_ms IS NOT NULL AND NEW.renewed_by IS OLD.renewed_by
        )
)
BEGIN
    SELECT RAISE(ABORT, 'the end of a hold changes with a renewal alone');
END;

CREATE TRIGGER legal_hold_is_seen_once BEFORE UPDATE OF seen_ms ON legal_hold
WHEN OLD.seen_ms IS NOT NULL AND NEW.seen_ms IS NOT OLD.seen_ms AND (NEW.seen_ms IS NOT NULL OR NEW.kind = OLD.kind)
BEGIN
    SELECT RAISE(ABORT, 'an order is seen for the first time once');
END;

CREATE TRIGGER legal_hold_is_renewed_once BEFORE UPDATE OF renewed_by ON legal_hold
WHEN NEW.renewed_by IS NOT OLD.renewed_by AND (
    OLD.renewed_by IS NOT NULL OR OLD.kind <> 'term' OR OLD.renew_days = 0 OR OLD.agency IS NULL
    OR OLD.state NOT IN ('held', 'released_to_case') OR NEW.renewed_by = OLD.request OR NEW.until_ms <= OLD.until_ms
    OR NOT EXISTS (
        SELECT 1 FROM legal_request AS r JOIN agency_in_force AS f ON f.agency = r.agency
        WHERE r.n = NEW.renewed_by AND r.agency = OLD.agency AND r.on_hold = 0
            AND r.state NOT IN ('draft', 'submitted', 'verifying', 'verified', 'rejected', 'closed', 'purged')
    )
)
BEGIN
    SELECT RAISE(ABORT, 'a hold is renewed once, by another request of the same agency');
END;

CREATE TRIGGER legal_hold_is_released_to_its_agency BEFORE UPDATE OF released_to ON legal_hold
WHEN NEW.released_to IS NOT OLD.released_to AND NOT EXISTS (
    SELECT 1 FROM legal_request AS r WHERE r.n = NEW.released_to AND r.state = 'scoped' AND r.on_hold = 0
        AND (r.n = OLD.request OR r.agency = OLD.agency) AND OLD.kind <> 'quarantine'
)
BEGIN
    SELECT RAISE(ABORT, 'a hold is released to a scoped request of the agency that it was taken for');
END;

CREATE TRIGGER legal_hold_is_taken_once BEFORE UPDATE OF taken_ms, taken_entry, asked_mark, asked_since_ms, asked_until_ms, manifest_sha256
ON legal_hold
WHEN OLD.state <> 'ordered'
BEGIN
    SELECT RAISE(ABORT, 'a snapshot is taken once');
END;

CREATE TRIGGER legal_hold_class_is_ordered BEFORE INSERT ON legal_hold_class
WHEN (SELECT state FROM legal_hold WHERE n = NEW.hold) IS NOT 'ordered' OR NEW.manifest IS NOT NULL OR NEW.dropped_ms IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the classes of a hold are settled when it is ordered');
END;

CREATE TRIGGER legal_hold_class_says_one_thing BEFORE UPDATE ON legal_hold_class
WHEN NEW.hold <> OLD.hold OR NEW.data_class <> OLD.data_class
    OR OLD.dropped_ms IS NOT NULL AND NEW.dropped_ms IS NOT OLD.dropped_ms
    OR NEW.manifest IS NOT OLD.manifest AND NOT (
        OLD.manifest IS NULL AND (SELECT state FROM legal_hold WHERE n = OLD.hold) = 'ordered'
        OR NEW.manifest = x'' AND (
            NEW.dropped_ms IS NOT NULL OR (SELECT state FROM legal_hold WHERE n = OLD.hold) = 'expired'
        )
    )
    OR NEW.dropped_ms IS NOT OLD.dropped_ms AND (SELECT kind FROM legal_hold WHERE n = OLD.hold) = 'quarantine'
BEGIN
    SELECT RAISE(ABORT, 'what a hold keeps never changes');
END;

CREATE TRIGGER legal_hold_class_loses_none BEFORE DELETE ON legal_hold_class
BEGIN
    SELECT RAISE(ABORT, 'the classes of a hold stay');
END;

CREATE TRIGGER legal_hold_key_comes_with_the_snapshot BEFORE INSERT ON legal_hold_key
WHEN (SELECT state FROM legal_hold WHERE n = NEW.hold) IS NOT 'ordered'
BEGIN
    SELECT RAISE(ABORT, 'a snapshot is taken once');
END;

CREATE TRIGGER legal_hold_key_is_only_overwritten BEFORE UPDATE ON legal_hold_key
WHEN NEW.n <> OLD.n OR NEW.hold <> OLD.hold OR NEW.data_class <> OLD.data_class OR NEW.holder <> OLD.holder
    OR NEW.wrapped <> zeroblob(length(OLD.wrapped)) OR NEW.nonce <> zeroblob(length(OLD.nonce))
    OR (SELECT state FROM legal_hold WHERE n = OLD.hold) <> 'expired' AND (
        SELECT dropped_ms FROM legal_hold_class WHERE hold = OLD.hold AND data_class = OLD.data_class
    ) IS NULL
BEGIN
    SELECT RAISE(ABORT, 'the key of a hold is kept until the hold has ended, and then overwritten');
END;

CREATE TRIGGER legal_hold_key_loses_none BEFORE DELETE ON legal_hold_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten where it stands, never removed');
END;

CREATE TRIGGER legal_hold_file_comes_with_the_snapshot BEFORE INSERT ON legal_hold_file
WHEN (SELECT state FROM legal_hold WHERE n = NEW.hold) IS NOT 'ordered'
BEGIN
    SELECT RAISE(ABORT, 'a snapshot is taken once');
END;

CREATE TRIGGER legal_hold_file_says_one_thing BEFORE UPDATE ON legal_hold_file
BEGIN
    SELECT RAISE(ABORT, 'what a hold keeps never changes');
END;

CREATE TRIGGER legal_hold_file_goes_after_its_key BEFORE DELETE ON legal_hold_file
WHEN EXISTS (
    SELECT 1 FROM legal_hold_key WHERE hold = OLD.hold AND data_class = OLD.data_class
        AND wrapped <> zeroblob(length(wrapped))
)
BEGIN
    SELECT RAISE(ABORT, 'what a hold keeps goes after its key');
END;

CREATE TRIGGER legal_hold_piece_comes_with_the_snapshot BEFORE INSERT ON legal_hold_piece
WHEN (SELECT state FROM legal_hold WHERE n = (SELECT hold FROM legal_hold_file WHERE n = NEW.file)) IS NOT 'ordered'
BEGIN
    SELECT RAISE(ABORT, 'a snapshot is taken once');
END;

CREATE TRIGGER legal_hold_piece_says_one_thing BEFORE UPDATE ON legal_hold_piece
BEGIN
    SELECT RAISE(ABORT, 'what a hold keeps never changes');
END;

CREATE TRIGGER legal_hold_piece_goes_after_its_key BEFORE DELETE ON legal_hold_piece
WHEN EXISTS (
    SELECT 1 FROM legal_hold_file AS f JOIN legal_hold_key AS k ON k.hold = f.hold AND k.data_class = f.data_class
    WHERE f.n = OLD.file AND k.wrapped <> zeroblob(length(k.wrapped))
)
BEGIN
    SELECT RAISE(ABORT, 'what a hold keeps goes after its key');
END;

CREATE TRIGGER legal_hold_is_shredded_whole BEFORE UPDATE OF state ON legal_hold
WHEN NEW.state = 'shredded' AND OLD.state <> NEW.state AND (
    EXISTS (SELECT 1 FROM legal_hold_key WHERE hold = OLD.n AND wrapped <> zeroblob(length(wrapped)))
    OR EXISTS (SELECT 1 FROM legal_hold_file WHERE hold = OLD.n)
    OR EXISTS (SELECT 1 FROM legal_hold_class WHERE hold = OLD.n AND manifest <> x'')
)
BEGIN
    SELECT RAISE(ABORT, 'what is shredded has neither keys nor contents');
END;
