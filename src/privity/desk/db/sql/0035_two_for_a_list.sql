-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Something is hidden by itself for a match with a list of which two people have agreed that it acts. One asks, with what
-- the list holds then; another agrees. What a file brings later is only watched until two people have agreed anew.
CREATE TABLE list_agreement (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    list INTEGER NOT NULL REFERENCES hash_list (number),
    version INTEGER NOT NULL,
    asked_ms INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(trim(words)) > 0),
    agreed_ms INTEGER,
    agreed_by TEXT,
    agreed_words TEXT,
    ended_ms INTEGER,
    ended_by TEXT,
    ended_words TEXT,
    CHECK ((agreed_ms IS NULL) = (agreed_by IS NULL) AND (agreed_ms IS NULL) = (agreed_words IS NULL)),
    CHECK ((ended_ms IS NULL) = (ended_by IS NULL) AND (ended_ms IS NULL) = (ended_words IS NULL)),
    CHECK (agreed_by <> asked_by AND NOT (agreed_by GLOB 'command:*' AND asked_by GLOB 'command:*'))
) STRICT;

CREATE UNIQUE INDEX list_agreed ON list_agreement (list) WHERE agreed_ms IS NOT NULL AND ended_ms IS NULL;
CREATE UNIQUE INDEX list_asked ON list_agreement (list) WHERE agreed_ms IS NULL AND ended_ms IS NULL;

CREATE TRIGGER list_agreement_begins_with_asking BEFORE INSERT ON list_agreement
WHEN NEW.agreed_ms IS NOT NULL OR NEW.ended_ms IS NOT NULL
    OR NEW.version <> (SELECT version FROM hash_list WHERE number = NEW.list AND removed_ms IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'somebody asks first, for what the list holds now');
END;

CREATE TRIGGER list_agreement_keeps_what_was_said BEFORE UPDATE ON list_agreement
WHEN NEW.n <> OLD.n OR NEW.list <> OLD.list OR NEW.version <> OLD.version OR NEW.asked_ms <> OLD.asked_ms
    OR NEW.asked_by <> OLD.asked_by OR NEW.words <> OLD.words OR OLD.ended_ms IS NOT NULL
    OR (OLD.agreed_ms IS NOT NULL
        AND (NEW.agreed_ms IS NOT OLD.agreed_ms OR NEW.agreed_by IS NOT OLD.agreed_by
            OR NEW.agreed_words IS NOT OLD.agreed_words))
BEGIN
    SELECT RAISE(ABORT, 'what was asked and agreed to is never changed');
END;

CREATE TRIGGER list_agreement_loses_none BEFORE DELETE ON list_agreement
BEGIN
    SELECT RAISE(ABORT, 'who agreed is never removed');
END;

-- What two people agree to stays what it is: another category, source or address is another list.
CREATE TRIGGER hash_list_stays_what_it_is BEFORE UPDATE OF source, category, settings, trusted ON hash_list
WHEN NEW.source <> OLD.source OR NEW.category <> OLD.category OR NEW.trusted <> OLD.trusted
    OR (NEW.settings <> OLD.settings AND NEW.removed_ms IS NULL)
BEGIN
    SELECT RAISE(ABORT, 'what a list holds and where it comes from is never changed: add another one');
END;

-- The version since which an entry says what it says; 0 of what was there before anybody could agree.
ALTER TABLE list_entry ADD COLUMN said_in INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER list_entry_begins_with_its_version BEFORE INSERT ON list_entry
WHEN NEW.said_in <> NEW.added_in
BEGIN
    SELECT RAISE(ABORT, 'an entry says what it says since it came');
END;

CREATE TRIGGER list_entry_says_something_else_anew BEFORE UPDATE OF kind, value, verified, expires_ms, added_in, said_in ON list_entry
WHEN NEW.said_in < OLD.said_in
    OR (NEW.said_in = OLD.said_in
        AND (NEW.kind <> OLD.kind OR NEW.value <> OLD.value OR NEW.verified <> OLD.verified
            OR NEW.expires_ms IS NOT OLD.expires_ms OR NEW.added_in <> OLD.added_in))
BEGIN
    SELECT RAISE(ABORT, 'an entry that says something else does so since a newer version');
END;
