-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The classes in which a verdict lets other people be named: its instrument allows it, and the order says so. What people
-- said or show of themselves can stand in no row.
CREATE TABLE legal_may_name (
    verdict INTEGER NOT NULL REFERENCES legal_verdict (n),
    data_class TEXT NOT NULL CHECK (data_class IN ('subscriber', 'session_ip', 'account_state', 'delivery_metadata')),
    PRIMARY KEY (verdict, data_class)
) STRICT, WITHOUT ROWID;

-- The classes in which a decision names them.
CREATE TABLE legal_naming (
    decision INTEGER NOT NULL REFERENCES legal_decision (n),
    data_class TEXT NOT NULL CHECK (data_class IN ('subscriber', 'session_ip', 'account_state', 'delivery_metadata')),
    PRIMARY KEY (decision, data_class)
) STRICT, WITHOUT ROWID;

-- That a second person read the order, too. Nothing is collected by such a decision before.
CREATE TABLE legal_naming_confirmed (
    decision INTEGER PRIMARY KEY REFERENCES legal_decision (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    audit_n INTEGER NOT NULL UNIQUE REFERENCES audit_entry (n)
) STRICT;

CREATE TRIGGER legal_may_name_is_of_the_verdict BEFORE INSERT ON legal_may_name
WHEN NOT EXISTS (SELECT 1 FROM legal_release WHERE verdict = NEW.verdict AND data_class = NEW.data_class)
    OR EXISTS (SELECT 1 FROM legal_decision WHERE verdict = NEW.verdict)
BEGIN
    SELECT RAISE(ABORT, 'others are named in what a verdict releases, and nobody adds to one');
END;

CREATE TRIGGER legal_may_name_keeps_rows BEFORE UPDATE ON legal_may_name
BEGIN
    SELECT RAISE(ABORT, 'where a verdict lets others be named is never changed');
END;

CREATE TRIGGER legal_may_name_loses_none BEFORE DELETE ON legal_may_name
BEGIN
    SELECT RAISE(ABORT, 'where a verdict lets others be named is never changed');
END;

CREATE TRIGGER legal_naming_is_no_wider BEFORE INSERT ON legal_naming
WHEN NOT EXISTS (
    SELECT 1 FROM legal_decision AS d
    JOIN legal_may_name AS m ON m.verdict = d.verdict AND m.data_class = NEW.data_class
    JOIN legal_scope AS s ON s.decision = d.n AND s.data_class = NEW.data_class
    WHERE d.n = NEW.decision AND d.outcome IN ('accept', 'narrow')
)
BEGIN
    SELECT RAISE(ABORT, 'others are named where the verdict lets them be and the scope reaches, and nowhere else');
END;

CREATE TRIGGER legal_naming_is_settled_once BEFORE INSERT ON legal_naming
WHEN EXISTS (
    SELECT 1 FROM legal_request AS r JOIN legal_decision AS d ON d.request = r.n WHERE d.n = NEW.decision AND r.decision >= d.n
)
BEGIN
    SELECT RAISE(ABORT, 'who else is named is settled with its decision');
END;

CREATE TRIGGER legal_naming_keeps_rows BEFORE UPDATE ON legal_naming
BEGIN
    SELECT RAISE(ABORT, 'in what others are named is never changed');
END;

CREATE TRIGGER legal_naming_loses_none BEFORE DELETE ON legal_naming
BEGIN
    SELECT RAISE(ABORT, 'in what others are named is never changed');
END;

-- The second person had no part in the request, and has said so in the log before.
CREATE TRIGGER legal_naming_takes_two BEFORE INSERT ON legal_naming_confirmed
WHEN NOT EXISTS (
        SELECT 1 FROM legal_request AS r JOIN legal_decision AS d ON d.n = r.decision AND d.request = r.n
        JOIN legal_naming AS m ON m.decision = d.n
        WHERE d.n = NEW.decision AND r.state = 'scoped' AND r.on_hold = 0 AND d.who <> NEW.who AND d.at_ms <= NEW.at_ms
    )
    OR EXISTS (
        SELECT 1 FROM legal_part AS p JOIN legal_decision AS d ON d.request = p.request
        WHERE d.n = NEW.decision AND p.who = NEW.who AND p.part NOT IN ('released', 'senior')
    )
    OR NEW.who NOT GLOB 'staff:[0-9]*'
    OR NOT EXISTS (
        SELECT 1 FROM audit_entry WHERE n = NEW.audit_n
            AND instr(entry, CAST('"act":"legal.naming_confirmed","at_ms":' || NEW.at_ms || ',' AS BLOB)) > 0
            AND instr(entry, CAST('"decision":' || NEW.decision || '}' AS BLOB)) > 0
            AND instr(entry, CAST('"who":"' || NEW.who || '"' AS BLOB)) > 0
    )
BEGIN
    SELECT RAISE(ABORT, 'that others are named is confirmed by a second person without a part, before anything is collected');
END;

CREATE TRIGGER legal_naming_confirmed_keeps_rows BEFORE UPDATE ON legal_naming_confirmed
BEGIN
    SELECT RAISE(ABORT, 'who confirmed it is never changed');
END;

CREATE TRIGGER legal_naming_confirmed_loses_none BEFORE DELETE ON legal_naming_confirmed
BEGIN
    SELECT RAISE(ABORT, 'who confirmed it is never removed');
END;

CREATE TRIGGER legal_collection_waits_for_the_second_person BEFORE INSERT ON legal_collection
WHEN EXISTS (SELECT 1 FROM legal_naming WHERE decision = NEW.decision)
    AND NOT EXISTS (SELECT 1 FROM legal_naming_confirmed WHERE decision = NEW.decision)
BEGIN
    SELECT RAISE(ABORT, 'that others are named is confirmed first');
END;

-- That an authority, or a court, lifts a bar before its end, from a moment on: said by one person. Nothing lengthens one.
CREATE TABLE legal_bar_lift (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    bar INTEGER NOT NULL REFERENCES legal_bar (n),
    basis TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;

CREATE INDEX legal_bar_lift_of ON legal_bar_lift (bar, n);

-- Confirmed by another: telling somebody cannot be undone. `until_ms` is when the bar counts no more.
CREATE TABLE legal_bar_lifted (
    bar INTEGER PRIMARY KEY REFERENCES legal_bar (n),
    lift INTEGER NOT NULL UNIQUE REFERENCES legal_bar_lift (n),
    at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    CHECK (until_ms >= at_ms)
) STRICT;

-- Until when a bar counts: to its end, or to the moment from which it was lifted. By when somebody looks whether it still
-- stands: then, or on the ninetieth day after somebody did. Nobody's forgetting ends what a law or an order says.
DROP VIEW legal_bar_counts;
CREATE VIEW legal_bar_counts AS
SELECT b.n AS bar, b.request AS request, b.ends_ms AS until_ms,
    min(b.ends_ms, b.seen_ms - b.seen_ms % 86400000 + 91 * 86400000) AS look_by_ms
FROM (
    SELECT n, request,
        min(until_ms, coalesce((SELECT l.until_ms FROM legal_bar_lifted AS l WHERE l.bar = legal_bar.n), until_ms)) AS ends_ms,
        max(at_ms, coalesce((SELECT max(r.at_ms) FROM legal_bar_review AS r WHERE r.bar = legal_bar.n), at_ms)) AS seen_ms
    FROM legal_bar
) AS b;

-- While it counts, and once its request was purged only as long as somebody waits to be told.
CREATE TRIGGER legal_bar_lift_is_in_time BEFORE INSERT ON legal_bar_lift
WHEN length(trim(NEW.basis)) = 0
    OR NOT EXISTS (
        SELECT 1 FROM legal_bar_counts AS c JOIN legal_bar AS b ON b.n = c.bar JOIN legal_request AS r ON r.n = b.request
        WHERE c.bar = NEW.bar AND NEW.at_ms >= b.at_ms AND c.until_ms > NEW.at_ms AND c.until_ms > NEW.from_ms
            AND (r.state <> 'purged'
                OR EXISTS (SELECT 1 FROM legal_notice WHERE request = r.n AND user_uri IS NOT NULL))
    )
    OR EXISTS (SELECT 1 FROM legal_bar_lifted WHERE bar = NEW.bar)
BEGIN
    SELECT RAISE(ABORT, 'a bar is lifted with a basis, while it counts, and never made longer');
END;

CREATE TRIGGER legal_bar_lift_says_one_thing BEFORE UPDATE ON legal_bar_lift
WHEN NEW.basis <> '' OR NEW.n <> OLD.n OR NEW.bar <> OLD.bar OR NEW.from_ms <> OLD.from_ms OR NEW.at_ms <> OLD.at_ms
    OR NEW.who <> OLD.who
    OR (SELECT r.state FROM legal_bar AS b JOIN legal_request AS r ON r.n = b.request WHERE b.n = OLD.bar)
        NOT IN ('closed', 'purged')
BEGIN
    SELECT RAISE(ABORT, 'why a bar is lifted is never changed');
END;

CREATE TRIGGER legal_bar_lift_loses_none BEFORE DELETE ON legal_bar_lift
BEGIN
    SELECT RAISE(ABORT, 'why a bar is lifted is never removed');
END;

CREATE TRIGGER legal_bar_lifted_takes_two BEFORE INSERT ON legal_bar_lifted
WHEN NOT EXISTS (
    SELECT 1 FROM legal_bar_lift AS l JOIN legal_bar_counts AS c ON c.bar = l.bar
    JOIN legal_bar AS b ON b.n = l.bar JOIN legal_request AS r ON r.n = b.request
    WHERE l.n = NEW.lift AND l.bar = NEW.bar AND l.n = (SELECT max(n) FROM legal_bar_lift WHERE bar = NEW.bar)
        AND l.who <> NEW.who AND NEW.at_ms >= l.at_ms AND c.until_ms > NEW.at_ms
        AND NEW.until_ms = max(l.from_ms, NEW.at_ms)
        AND (r.state <> 'purged' OR EXISTS (SELECT 1 FROM legal_notice WHERE request = r.n AND user_uri IS NOT NULL))
) OR NEW.who NOT GLOB 'staff:[0-9]*'
BEGIN
    SELECT RAISE(ABORT, 'that a bar is lifted is confirmed by another person, while it counts');
END;

CREATE TRIGGER legal_bar_lifted_keeps_rows BEFORE UPDATE ON legal_bar_lifted
BEGIN
    SELECT RAISE(ABORT, 'that a bar was lifted is never changed');
END;

CREATE TRIGGER legal_bar_lifted_loses_none BEFORE DELETE ON legal_bar_lifted
BEGIN
    SELECT RAISE(ABORT, 'that a bar was lifted is never removed');
END;
