-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- That a law, an order or an emergency bars the notice of a request until a moment. What lasts longer is another row,
-- with another basis; nothing here is changed.
CREATE TABLE legal_bar (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    kind TEXT NOT NULL CHECK (kind IN ('law', 'order', 'emergency')),
    basis TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    CHECK (until_ms > at_ms),
    CHECK (kind <> 'emergency' OR until_ms <= at_ms - at_ms % 86400000 + 91 * 86400000)
) STRICT;

CREATE INDEX legal_bar_of ON legal_bar (request, n);

-- That somebody looked at a bar and found that it still stands.
CREATE TABLE legal_bar_review (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    bar INTEGER NOT NULL REFERENCES legal_bar (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(trim(words)) > 0)
) STRICT;

CREATE INDEX legal_bar_review_of ON legal_bar_review (bar, at_ms);

-- Until when a bar counts, and by when somebody looks whether it still stands: at its end, or on the ninetieth day after
-- somebody did. Nobody's forgetting ends what a law or an order says.
CREATE VIEW legal_bar_counts AS
SELECT b.n AS bar, b.request AS request, b.until_ms AS until_ms,
    min(b.until_ms, b.seen_ms - b.seen_ms % 86400000 + 91 * 86400000) AS look_by_ms
FROM (
    SELECT n, request, until_ms,
        max(at_ms, coalesce((SELECT max(r.at_ms) FROM legal_bar_review AS r WHERE r.bar = legal_bar.n), at_ms)) AS seen_ms
    FROM legal_bar
) AS b;

-- That the authority itself tells the people, and not the operator.
CREATE TABLE legal_informs (
    decision INTEGER PRIMARY KEY REFERENCES legal_decision (n),
    request INTEGER NOT NULL REFERENCES legal_request (n),
    basis TEXT NOT NULL CHECK (length(trim(basis)) > 0),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

-- Whom a decision lets something out about, counted once what it reaches was looked up.
CREATE TABLE legal_notice_plan (
    decision INTEGER PRIMARY KEY REFERENCES legal_decision (n),
    request INTEGER NOT NULL REFERENCES legal_request (n),
    people INTEGER NOT NULL CHECK (people >= 0),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

-- A person to be told of what a decision on a request lets out about them. What they read is sealed, and outlives the
-- request where the notice has to wait longer than that.
CREATE TABLE legal_notice (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES legal_request (n),
    decision INTEGER NOT NULL REFERENCES legal_decision (n),
    user_uri TEXT,
    reference TEXT NOT NULL UNIQUE CHECK (length(reference) = 26),
    window_days INTEGER NOT NULL CHECK (window_days BETWEEN 0 AND 366),
    made_ms INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE (decision, user_uri)
) STRICT;

CREATE INDEX legal_notice_of ON legal_notice (request, n);

-- The key of each, in a row that never changes its length: it is overwritten where it stands.
CREATE TABLE legal_notice_key (
    notice INTEGER PRIMARY KEY REFERENCES legal_notice (n),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL
) STRICT;

-- That a notice was handed to the outbox; `until_ms` is the end of the time to object that it names.
CREATE TABLE legal_notice_sent (
    notice INTEGER PRIMARY KEY REFERENCES legal_notice (n),
    effect INTEGER NOT NULL UNIQUE REFERENCES effect (n),
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    too_late INTEGER NOT NULL CHECK (too_late IN (0, 1)),
    CHECK (until_ms >= at_ms)
) STRICT;

-- That the hub has it for the person's devices, and until when the time to object runs from then.
CREATE TABLE legal_notice_told (
    notice INTEGER PRIMARY KEY REFERENCES legal_notice_sent (notice),
    effect INTEGER NOT NULL REFERENCES effect (n),
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    CHECK (until_ms >= at_ms)
) STRICT;

-- That there is nobody to tell: the account is gone, and a person has looked.
CREATE TABLE legal_notice_nobody (
    notice INTEGER PRIMARY KEY REFERENCES legal_notice_sent (notice),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(trim(words)) > 0)
) STRICT;

-- What a person wrote against a request for their data; it is evidence.
CREATE TABLE legal_objection (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    notice INTEGER NOT NULL UNIQUE REFERENCES legal_notice (n),
    receipt TEXT NOT NULL UNIQUE,
    evidence INTEGER NOT NULL REFERENCES evidence (id),
    lodged_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE legal_objection_answer (
    objection INTEGER PRIMARY KEY REFERENCES legal_objection (n),
    answer TEXT NOT NULL CHECK (answer IN ('goes_on', 'narrowed', 'stopped')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(trim(words)) > 0)
) STRICT;

-- That an approved request may go on: everybody was told in time, or may not be yet, or is by others.
CREATE TABLE legal_notice_done (
    move INTEGER PRIMARY KEY REFERENCES legal_move (n),
    request INTEGER NOT NULL REFERENCES legal_request (n),
    decision INTEGER NOT NULL REFERENCES legal_decision (n),
    how TEXT NOT NULL CHECK (how IN ('told', 'barred', 'authority_informs', 'nobody')),
    bar INTEGER REFERENCES legal_bar (n),
    at_ms INTEGER NOT NULL,
    CHECK ((how = 'barred') = (bar IS NOT NULL))
) STRICT;

-- A wish for secrecy without a basis is none, and nothing is barred anew once somebody was told.
CREATE TRIGGER legal_bar_has_a_basis BEFORE INSERT ON legal_bar
WHEN length(trim(NEW.basis)) = 0
    OR EXISTS (SELECT 1 FROM legal_bar WHERE request = NEW.request AND (basis = NEW.basis OR until_ms >= NEW.until_ms))
    OR EXISTS (
        SELECT 1 FROM legal_notice_sent AS s JOIN legal_notice AS o ON o.n = s.notice
        JOIN legal_request AS r ON r.n = o.request AND r.decision = o.decision WHERE o.request = NEW.request
    )
BEGIN
    SELECT RAISE(ABORT, 'a notice is barred by a basis with an end, longer only by another basis, and never after it was sent');
END;

-- Nobody's patience makes an emergency last: what bars longer is a law or an order.
CREATE TRIGGER legal_bar_is_an_emergency_once BEFORE INSERT ON legal_bar
WHEN NEW.kind = 'emergency' AND EXISTS (SELECT 1 FROM legal_bar WHERE request = NEW.request)
BEGIN
    SELECT RAISE(ABORT, 'an emergency bars a notice once, and comes first');
END;

CREATE TRIGGER legal_bar_says_one_thing BEFORE UPDATE ON legal_bar
WHEN NEW.basis <> '' OR NEW.n <> OLD.n OR NEW.request <> OLD.request OR NEW.kind <> OLD.kind OR NEW.at_ms <> OLD.at_ms
    OR NEW.until_ms <> OLD.until_ms OR NEW.who <> OLD.who
    OR (SELECT state FROM legal_request WHERE n = OLD.request) NOT IN ('closed', 'purged')
BEGIN
    SELECT RAISE(ABORT, 'a bar is never changed');
END;

CREATE TRIGGER legal_bar_loses_none BEFORE DELETE ON legal_bar
BEGIN
    SELECT RAISE(ABORT, 'a bar is never removed');
END;

-- What ended is not brought back by looking at it, and nobody looks in advance.
CREATE TRIGGER legal_bar_review_is_in_time BEFORE INSERT ON legal_bar_review
WHEN NEW.at_ms >= (SELECT until_ms FROM legal_bar_counts WHERE bar = NEW.bar)
    OR NEW.at_ms < (SELECT at_ms FROM legal_bar WHERE n = NEW.bar)
BEGIN
    SELECT RAISE(ABORT, 'a bar is looked at while it counts');
END;

CREATE TRIGGER legal_bar_review_keeps_rows BEFORE UPDATE ON legal_bar_review
BEGIN
    SELECT RAISE(ABORT, 'that a bar was looked at is never changed');
END;

CREATE TRIGGER legal_bar_review_loses_none BEFORE DELETE ON legal_bar_review
BEGIN
    SELECT RAISE(ABORT, 'that a bar was looked at is never removed');
END;

CREATE TRIGGER legal_informs_keeps_rows BEFORE UPDATE ON legal_informs
BEGIN
    SELECT RAISE(ABORT, 'who tells the people is never changed');
END;

CREATE TRIGGER legal_informs_loses_none BEFORE DELETE ON legal_informs
BEGIN
    SELECT RAISE(ABORT, 'who tells the people is never removed');
END;

-- Words and name go when the request does, once the person was told; never one without the other, and never before.
CREATE TRIGGER legal_notice_says_one_thing BEFORE UPDATE ON legal_notice
WHEN NEW.n <> OLD.n OR NEW.request <> OLD.request OR NEW.decision <> OLD.decision OR NEW.reference <> OLD.reference
    OR NEW.window_days <> OLD.window_days OR NEW.made_ms <> OLD.made_ms OR NEW.user_uri IS NOT NULL
    OR length(NEW.ciphertext) > 0
    OR (SELECT wrapped_key <> zeroblob(length(wrapped_key)) FROM legal_notice_key WHERE notice = OLD.n)
BEGIN
    SELECT RAISE(ABORT, 'a notice is never changed');
END;

CREATE TRIGGER legal_notice_loses_none BEFORE DELETE ON legal_notice
BEGIN
    SELECT RAISE(ABORT, 'a notice is never removed');
END;

CREATE TRIGGER legal_notice_key_is_only_overwritten BEFORE UPDATE ON legal_notice_key
WHEN NEW.notice <> OLD.notice OR NEW.wrapped_key <> zeroblob(length(OLD.wrapped_key))
    OR NOT EXISTS (
        SELECT 1 FROM legal_notice AS o JOIN legal_request AS r ON r.n = o.request
        WHERE o.n = OLD.notice AND r.state IN ('closed', 'purged') AND (
            o.decision <> coalesce(r.decision, 0)
            OR EXISTS (SELECT 1 FROM legal_notice_told AS t WHERE t.notice = o.n)
            OR EXISTS (SELECT 1 FROM legal_notice_nobody AS m WHERE m.notice = o.n)
            OR NOT EXISTS (SELECT 1 FROM legal_move AS v WHERE v.request = r.n AND v.new = 'released')
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'the words of a notice are kept until the person was told and the request is over');
END;

CREATE TRIGGER legal_notice_key_loses_none BEFORE DELETE ON legal_notice_key
BEGIN
    SELECT RAISE(ABORT, 'a key is overwritten, never removed');
END;

CREATE TRIGGER legal_notice_plan_keeps_rows BEFORE UPDATE ON legal_notice_plan
BEGIN
    SELECT RAISE(ABORT, 'whom a decision is about is never changed');
END;

CREATE TRIGGER legal_notice_plan_loses_none BEFORE DELETE ON legal_notice_plan
BEGIN
    SELECT RAISE(ABORT, 'whom a decision is about is never changed');
END;

CREATE TRIGGER legal_notice_is_of_its_request BEFORE INSERT ON legal_notice
WHEN NOT EXISTS (
    SELECT 1 FROM legal_request AS r JOIN legal_notice_plan AS p ON p.decision = r.decision
    WHERE r.n = NEW.request AND r.decision = NEW.decision
        AND p.people > (SELECT count(*) FROM legal_notice WHERE decision = NEW.decision)
)
BEGIN
    SELECT RAISE(ABORT, 'a notice is of the decision that counts');
END;

-- While a bar counts nothing goes out, whoever asks.
CREATE TRIGGER legal_notice_waits_for_its_bar BEFORE INSERT ON legal_notice_sent
WHEN EXISTS (
    SELECT 1 FROM legal_notice AS o JOIN legal_bar_counts AS b ON b.request = o.request
    WHERE o.n = NEW.notice AND b.until_ms > NEW.at_ms
)
BEGIN
    SELECT RAISE(ABORT, 'the notice is barred');
END;

CREATE TRIGGER legal_notice_goes_to_its_person BEFORE INSERT ON legal_notice_sent
WHEN NOT EXISTS (
    SELECT 1 FROM legal_notice AS o JOIN effect AS e ON e.n = NEW.effect
    WHERE o.n = NEW.notice AND e.subject = o.user_uri AND e.verb = 'legal_notice'
)
BEGIN
    SELECT RAISE(ABORT, 'a notice goes to the person whom it is about');
END;

CREATE TRIGGER legal_notice_sent_keeps_rows BEFORE UPDATE ON legal_notice_sent
BEGIN
    SELECT RAISE(ABORT, 'what was sent stays sent');
END;

CREATE TRIGGER legal_notice_sent_loses_none BEFORE DELETE ON legal_notice_sent
BEGIN
    SELECT RAISE(ABORT, 'what was sent stays sent');
END;

CREATE TRIGGER legal_notice_told_by_the_hub BEFORE INSERT ON legal_notice_told
WHEN NOT EXISTS (
    SELECT 1 FROM legal_notice AS o JOIN effect AS e ON e.n = NEW.effect
    WHERE o.n = NEW.notice AND e.subject = o.user_uri AND e.verb = 'legal_notice' AND e.state = 'applied'
        AND e.settled_ms = NEW.at_ms AND NEW.until_ms >= NEW.at_ms + o.window_days * 86400000
)
BEGIN
    SELECT RAISE(ABORT, 'the hub has not answered that it has this notice');
END;

CREATE TRIGGER legal_notice_told_keeps_rows BEFORE UPDATE ON legal_notice_told
BEGIN
    SELECT RAISE(ABORT, 'who was told stays told');
END;

CREATE TRIGGER legal_notice_told_loses_none BEFORE DELETE ON legal_notice_told
BEGIN
    SELECT RAISE(ABORT, 'who was told stays told');
END;

CREATE TRIGGER legal_notice_nobody_was_refused BEFORE INSERT ON legal_notice_nobody
WHEN EXISTS (SELECT 1 FROM legal_notice_told WHERE notice = NEW.notice)
    OR NOT EXISTS (
        SELECT 1 FROM legal_notice AS o JOIN effect AS e ON e.subject = o.user_uri
        WHERE o.n = NEW.notice AND e.verb = 'legal_notice' AND e.state = 'refused'
    )
BEGIN
    SELECT RAISE(ABORT, 'the hub has not refused this notice');
END;

CREATE TRIGGER legal_notice_nobody_keeps_rows BEFORE UPDATE ON legal_notice_nobody
BEGIN
    SELECT RAISE(ABORT, 'that nobody is there is never changed');
END;

CREATE TRIGGER legal_notice_nobody_loses_none BEFORE DELETE ON legal_notice_nobody
BEGIN
    SELECT RAISE(ABORT, 'that nobody is there is never removed');
END;

CREATE TRIGGER legal_objection_is_of_who_was_told BEFORE INSERT ON legal_objection
WHEN NOT EXISTS (SELECT 1 FROM legal_notice_sent WHERE notice = NEW.notice)
BEGIN
    SELECT RAISE(ABORT, 'only who was told objects');
END;

CREATE TRIGGER legal_objection_keeps_rows BEFORE UPDATE ON legal_objection
BEGIN
    SELECT RAISE(ABORT, 'an objection is never changed');
END;

CREATE TRIGGER legal_objection_loses_none BEFORE DELETE ON legal_objection
BEGIN
    SELECT RAISE(ABORT, 'an objection is never removed');
END;

CREATE TRIGGER legal_objection_answer_keeps_rows BEFORE UPDATE ON legal_objection_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never changed');
END;

CREATE TRIGGER legal_objection_answer_loses_none BEFORE DELETE ON legal_objection_answer
BEGIN
    SELECT RAISE(ABORT, 'an answer is never removed');
END;

CREATE TRIGGER legal_notice_done_is_of_this_moment BEFORE INSERT ON legal_notice_done
WHEN NOT EXISTS (
    SELECT 1 FROM legal_request WHERE n = NEW.request AND state = 'approved' AND decision = NEW.decision
        AND NEW.move = (SELECT max(n) FROM legal_move WHERE request = NEW.request)
)
BEGIN
    SELECT RAISE(ABORT, 'notices are settled of a request that is approved');
END;

CREATE TRIGGER legal_notice_done_is_true BEFORE INSERT ON legal_notice_done
WHEN CASE NEW.how
    WHEN 'told' THEN (SELECT people FROM legal_notice_plan WHERE decision = NEW.decision)
        IS NOT (SELECT nullif(count(*), 0) FROM legal_notice WHERE decision = NEW.decision)
        OR EXISTS (
        SELECT 1 FROM legal_notice AS o
        LEFT JOIN legal_notice_sent AS s ON s.notice = o.n
        LEFT JOIN legal_notice_told AS t ON t.notice = o.n
        LEFT JOIN legal_notice_nobody AS m ON m.notice = o.n
        WHERE o.decision = NEW.decision AND m.notice IS NULL
            AND (s.notice IS NULL OR t.notice IS NULL OR s.until_ms > NEW.at_ms OR t.until_ms > NEW.at_ms)
    )
    WHEN 'barred' THEN NOT EXISTS (
        SELECT 1 FROM legal_bar_counts WHERE bar = NEW.bar AND request = NEW.request AND until_ms > NEW.at_ms
    )
    WHEN 'authority_informs' THEN NOT EXISTS (SELECT 1 FROM legal_informs WHERE decision = NEW.decision)
    ELSE (SELECT people FROM legal_notice_plan WHERE decision = NEW.decision) IS NOT 0
END
BEGIN
    SELECT RAISE(ABORT, 'not everybody was told in time, and nothing bars it');
END;

CREATE TRIGGER legal_notice_done_keeps_rows BEFORE UPDATE ON legal_notice_done
BEGIN
    SELECT RAISE(ABORT, 'how notices were settled is never changed');
END;

CREATE TRIGGER legal_notice_done_loses_none BEFORE DELETE ON legal_notice_done
BEGIN
    SELECT RAISE(ABORT, 'how notices were settled is never removed');
END;

CREATE TRIGGER legal_request_has_told BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'notice_done' AND OLD.state <> NEW.state AND NOT EXISTS (
    SELECT 1 FROM legal_notice_done WHERE request = OLD.n AND decision = OLD.decision AND at_ms = NEW.changed_ms
        AND move = (SELECT max(n) FROM legal_move WHERE request = OLD.n AND new = 'approved')
)
BEGIN
    SELECT RAISE(ABORT, 'nobody was told, and nothing bars it');
END;

-- A bar that ended before anything left bars nothing: the people are told first.
CREATE TRIGGER legal_request_is_still_barred BEFORE UPDATE OF state ON legal_request
WHEN NEW.state = 'released' AND OLD.state <> NEW.state AND EXISTS (
    SELECT 1 FROM legal_notice_done AS d JOIN legal_bar_counts AS b ON b.bar = d.bar
    WHERE d.move = (SELECT max(n) FROM legal_move WHERE request = OLD.n AND new = 'approved') AND b.until_ms <= NEW.changed_ms
)
BEGIN
    SELECT RAISE(ABORT, 'what barred the notice has ended');
END;

CREATE TRIGGER legal_request_waits_for_objections BEFORE UPDATE OF state ON legal_request
WHEN NEW.state IN ('notice_done', 'released') AND OLD.state <> NEW.state AND EXISTS (
    SELECT 1 FROM legal_objection AS o JOIN legal_notice AS i ON i.n = o.notice
    LEFT JOIN legal_objection_answer AS a ON a.objection = o.n
    WHERE i.request = OLD.n AND (a.objection IS NULL OR (a.answer = 'stopped' AND i.decision = OLD.decision))
)
BEGIN
    SELECT RAISE(ABORT, 'an objection waits for its answer, or has stopped this');
END;
