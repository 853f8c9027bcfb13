-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A decision that followed from a rule, and no person's. Written before the decision itself, which refers to it.
CREATE TABLE decision_by_rule (
    reference TEXT PRIMARY KEY REFERENCES decision (reference) DEFERRABLE INITIALLY DEFERRED,
    rule TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hours INTEGER NOT NULL CHECK (hours BETWEEN 1 AND 336),
    facts TEXT NOT NULL,
    came TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX decision_of_rule ON decision_by_rule (digest);

CREATE TRIGGER decision_by_rule_keeps_rows BEFORE UPDATE ON decision_by_rule
BEGIN
    SELECT RAISE(ABORT, 'what a decision rests on is never changed');
END;

CREATE TRIGGER decision_by_rule_loses_none BEFORE DELETE ON decision_by_rule
BEGIN
    SELECT RAISE(ABORT, 'what a decision rests on is never removed');
END;

DROP TRIGGER decision_of_ones_own_is_mild;

CREATE TRIGGER decision_of_ones_own_is_mild BEFORE INSERT ON decision
WHEN NEW.own = 1 AND (
    NEW.level <> 0 OR NEW.action IN ('suspend', 'ban', 'close_room')
    OR (NEW.action = 'limit' AND NOT EXISTS (SELECT 1 FROM decision_by_rule WHERE reference = NEW.reference))
)
BEGIN
    SELECT RAISE(ABORT, 'without a report nobody loses more than what everybody could see');
END;

CREATE TRIGGER decision_by_rule_is_mild BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision_by_rule WHERE reference = NEW.reference) AND (
    NEW.action NOT IN ('limit', 'remove_public') OR NEW.weight <> 0 OR NEW.own <> 1
)
BEGIN
    SELECT RAISE(ABORT, 'a rule restricts for a time, and counts no strikes');
END;

-- Accounts at which people looked and found nothing wrong.
CREATE INDEX case_benign ON safety_case (opened_ms) WHERE outcome IN ('dismissed', 'abusive');

-- A version of a set of rules. Its text never changes: another text is another version.
CREATE TABLE rule_version (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    restricts INTEGER NOT NULL CHECK (restricts IN (0, 1)),
    made_ms INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    line INTEGER NOT NULL DEFAULT 0,
    at_column INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX rule_version_named ON rule_version (name, n);

CREATE TRIGGER rule_version_keeps_rows BEFORE UPDATE ON rule_version
BEGIN
    SELECT RAISE(ABORT, 'the text of a version is never changed');
END;

CREATE TRIGGER rule_version_loses_none BEFORE DELETE ON rule_version
BEGIN
    SELECT RAISE(ABORT, 'a version is never removed');
END;

-- What happened to a version, in order; the last says what it is.
CREATE TABLE rule_step (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL REFERENCES rule_version (n),
    stage TEXT NOT NULL CHECK (stage IN ('draft', 'typed', 'tested', 'shadow', 'proposed', 'live', 'ended')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;

CREATE INDEX rule_step_of ON rule_step (version, n);

CREATE TRIGGER rule_goes_live_by_another BEFORE INSERT ON rule_step
WHEN NEW.stage = 'live' AND (SELECT restricts FROM rule_version WHERE n = NEW.version) = 1 AND NEW.who = (
    SELECT who FROM rule_step WHERE version = NEW.version AND stage = 'proposed' ORDER BY n DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'nobody is their own second person');
END;

CREATE TRIGGER rule_goes_live_as_proposed BEFORE INSERT ON rule_step
WHEN NEW.stage = 'live' AND (SELECT restricts FROM rule_version WHERE n = NEW.version) = 1 AND 'proposed' <> (
    SELECT stage FROM rule_step WHERE version = NEW.version ORDER BY n DESC LIMIT 1
)
BEGIN
    SELECT RAISE(ABORT, 'nobody proposed that this version goes live');
END;

CREATE TRIGGER rule_step_keeps_rows BEFORE UPDATE ON rule_step
BEGIN
    SELECT RAISE(ABORT, 'what happened to a version is never changed');
END;

CREATE TRIGGER rule_step_loses_none BEFORE DELETE ON rule_step
BEGIN
    SELECT RAISE(ABORT, 'what happened to a version is never removed');
END;

-- What a version would have done to what is kept of the last days.
CREATE TABLE rule_backtest (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL REFERENCES rule_version (n),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    events INTEGER NOT NULL,
    accounts INTEGER NOT NULL
) STRICT;

CREATE INDEX rule_backtest_of ON rule_backtest (version, n);

CREATE TABLE rule_backtest_row (
    test INTEGER NOT NULL REFERENCES rule_backtest (n),
    rule TEXT NOT NULL,
    hits INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    account_days INTEGER NOT NULL,
    benign INTEGER NOT NULL,
    protected INTEGER NOT NULL,
    shared INTEGER NOT NULL,
    busiest INTEGER NOT NULL,
    PRIMARY KEY (test, rule)
) STRICT, WITHOUT ROWID;

-- How many accounts a rule may do something to in a day.
CREATE TABLE rule_budget (
    version INTEGER NOT NULL REFERENCES rule_version (n),
    rule TEXT NOT NULL,
    most_a_day INTEGER NOT NULL CHECK (most_a_day BETWEEN 0 AND 1000000),
    PRIMARY KEY (version, rule)
) STRICT, WITHOUT ROWID;

-- A rule that stopped: by itself, or by somebody. It goes on when somebody resumes it.
CREATE TABLE rule_pause (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    version INTEGER NOT NULL REFERENCES rule_version (n),
    rule TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('budget', 'volume', 'overturned', 'person')),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL,
    resumed_ms INTEGER,
    resumed_by TEXT,
    CHECK ((resumed_ms IS NULL) = (resumed_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX rule_paused ON rule_pause (version, rule) WHERE resumed_ms IS NULL;

-- That a rule held for an account, once a day; in shadow nothing came of it.
CREATE TABLE rule_hit (
    digest BLOB NOT NULL,
    subject TEXT NOT NULL,
    day INTEGER NOT NULL,
    version INTEGER REFERENCES rule_version (n),
    rule TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    because TEXT NOT NULL,
    done TEXT NOT NULL CHECK (done IN ('shadow', 'acted', 'paused', 'protected', 'minor', 'late')),
    PRIMARY KEY (digest, subject, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX rule_hit_of_day ON rule_hit (day, version, rule);
CREATE INDEX rule_hit_of_subject ON rule_hit (subject, at_ms);

-- A word that the desk put on an account for a time.
CREATE TABLE account_label (
    subject TEXT NOT NULL,
    word TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL CHECK (until_ms >= since_ms),
    changed_ms INTEGER NOT NULL,
    digest BLOB NOT NULL,
    because TEXT NOT NULL,
    PRIMARY KEY (subject, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_label_over ON account_label (until_ms);
CREATE INDEX account_label_changed ON account_label (changed_ms);

-- How the reports of a person ended, of late more than long ago: `seen_...` is how far the totals were counted in.
CREATE TABLE reporter_agreement (
    user_uri TEXT PRIMARY KEY,
    seen_upheld INTEGER NOT NULL,
    seen_closed INTEGER NOT NULL,
    upheld REAL NOT NULL,
    closed REAL NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reporter_agreement_old ON reporter_agreement (at_ms);

-- Election mode: somebody asks for it, somebody else agrees, and it ends by itself.
CREATE TABLE election_mode (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_ms INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    words TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    agreed_ms INTEGER,
    agreed_by TEXT CHECK (agreed_by <> asked_by),
    ended_ms INTEGER,
    ended_by TEXT,
    CHECK ((agreed_ms IS NULL) = (agreed_by IS NULL)),
    CHECK ((ended_ms IS NULL) = (ended_by IS NULL))
) STRICT;
