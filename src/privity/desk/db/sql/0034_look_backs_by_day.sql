-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- What one rule would have done on one day that was looked at; a day without a row has none.
CREATE TABLE rule_backtest_day (
    test INTEGER NOT NULL REFERENCES rule_backtest (n),
    rule TEXT NOT NULL,
    day INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    accounts INTEGER NOT NULL,
    protected INTEGER NOT NULL CHECK (protected BETWEEN 0 AND accounts),
    PRIMARY KEY (test, rule, day)
) STRICT, WITHOUT ROWID;

-- A few of those for whom a rule would have held, of the newest look back of a version; deleted as observations are.
CREATE TABLE rule_sample (
    version INTEGER NOT NULL REFERENCES rule_version (n),
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    because TEXT NOT NULL,
    facts TEXT NOT NULL,
    would TEXT NOT NULL CHECK (would IN ('acted', 'protected', 'minor')),
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (version, rule, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX rule_sample_over ON rule_sample (until_ms);
