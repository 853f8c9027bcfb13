-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The files of a bag in the order of its manifest, each sealed by itself: one is read without the others. What they are
-- sealed under is kept as the part 'prepared' of their production, and ends with it.
CREATE TABLE production_file (
    production INTEGER NOT NULL REFERENCES production (n),
    n INTEGER NOT NULL CHECK (n >= 0),
    wrap_nonce BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (production, n)
) STRICT;

CREATE TRIGGER production_file_comes_with_its_part BEFORE INSERT ON production_file
WHEN (SELECT stage FROM production WHERE n = NEW.production) IS NOT 'reviewed'
    OR (SELECT gone_ms IS NULL FROM production_part WHERE production = NEW.production AND part = 'prepared') IS NOT 1
BEGIN
    SELECT RAISE(ABORT, 'nothing is added to what was looked at');
END;

CREATE TRIGGER production_file_goes_with_its_part BEFORE UPDATE ON production_file
WHEN NEW.production <> OLD.production OR NEW.n <> OLD.n OR length(NEW.ciphertext) > 0 OR length(NEW.wrapped_key) > 0
    OR (SELECT gone_ms FROM production_part WHERE production = OLD.production AND part = 'prepared') IS NULL
BEGIN
    SELECT RAISE(ABORT, 'what was looked at is never changed; it goes whole');
END;

CREATE TRIGGER production_file_loses_none BEFORE DELETE ON production_file
BEGIN
    SELECT RAISE(ABORT, 'a file of a production is shredded, never removed');
END;

CREATE TRIGGER production_is_gone_with_its_files BEFORE UPDATE OF gone_ms ON production
WHEN NEW.gone_ms IS NOT NULL
    AND EXISTS (SELECT 1 FROM production_file WHERE production = OLD.n AND length(ciphertext) > 0)
BEGIN
    SELECT RAISE(ABORT, 'what is said to be gone is gone');
END;

-- What the audit log says of each request, counted as each entry is written: whoever looks reads no more than a page.
CREATE TABLE legal_story (
    request INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    entries INTEGER NOT NULL
) STRICT;

CREATE INDEX legal_story_in ON legal_story (state);

-- 0 in place of a request: of all of them together.
CREATE TABLE legal_tally (
    request INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('did', 'opened', 'verdict', 'code', 'outcome', 'ground')),
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (request, what, who, name)
) STRICT, WITHOUT ROWID;

-- What is put in here is counted: entries as they are written, and first those that are there already.
CREATE VIEW legal_counted AS SELECT entry AS said FROM audit_entry;

CREATE TRIGGER legal_counted_counts INSTEAD OF INSERT ON legal_counted
BEGIN
    INSERT INTO legal_story (request, state, first_ms, last_ms, entries)
    SELECT
        CAST(substr(json_extract(NEW.said, '$.about'), 7) AS INTEGER),
        coalesce(CASE json_extract(NEW.said, '$.act') WHEN 'legal.moved' THEN json_extract(NEW.said, '$.said.to') END, ''),
        json_extract(NEW.said, '$.at_ms'),
        json_extract(NEW.said, '$.at_ms'),
        1
    WHERE true
    ON CONFLICT (request) DO UPDATE SET
        state = CASE json_extract(NEW.said, '$.act') WHEN 'legal.moved' THEN excluded.state ELSE state END,
        last_ms = excluded.last_ms,
        entries = entries + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT
        CAST(substr(json_extract(NEW.said, '$.about'), 7) AS INTEGER),
        'did',
        json_extract(NEW.said, '$.who'),
        json_extract(NEW.said, '$.act'),
        1
    WHERE true
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT 0, 'opened', json_extract(NEW.said, '$.who'), json_extract(NEW.said, '$.act'), 1
    WHERE json_extract(NEW.said, '$.act') IN ('legal.read', 'legal.hold_read', 'legal.hold_refused', 'legal.hold_shared')
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT 0, 'verdict', '', coalesce(json_extract(NEW.said, '$.said.action'), ''), 1
    WHERE json_extract(NEW.said, '$.act') = 'legal.evaluated'
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT 0, 'code', '', coalesce(value, ''), 1 FROM json_each(NEW.said, '$.said.codes')
    WHERE json_extract(NEW.said, '$.act') = 'legal.evaluated'
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT 0, 'outcome', '', coalesce(json_extract(NEW.said, '$.said.outcome'), ''), 1
    WHERE json_extract(NEW.said, '$.act') = 'legal.judged'
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
    INSERT INTO legal_tally (request, what, who, name, count)
    SELECT 0, 'ground', '', coalesce(value, ''), 1 FROM json_each(NEW.said, '$.said.grounds')
    WHERE json_extract(NEW.said, '$.act') = 'legal.judged'
    ON CONFLICT (request, what, who, name) DO UPDATE SET count = count + 1;
END;

INSERT INTO legal_counted (said)
SELECT CAST(entry AS TEXT) FROM audit_entry
WHERE CASE WHEN json_valid(CAST(entry AS TEXT))
    THEN json_extract(CAST(entry AS TEXT), '$.about') GLOB 'legal:[0-9]*' ELSE 0 END
ORDER BY n;

-- Most entries are about something else, and are told apart by their bytes: a word in them cannot hold a bare quote.
CREATE TRIGGER audit_entry_is_counted AFTER INSERT ON audit_entry
WHEN CASE WHEN instr(NEW.entry, CAST('"about":"legal:' AS BLOB)) = 0 THEN 0 WHEN json_valid(CAST(NEW.entry AS TEXT))
    THEN json_extract(CAST(NEW.entry AS TEXT), '$.about') GLOB 'legal:[0-9]*' ELSE 0 END
BEGIN
    INSERT INTO legal_counted (said) VALUES (CAST(NEW.entry AS TEXT));
END;
