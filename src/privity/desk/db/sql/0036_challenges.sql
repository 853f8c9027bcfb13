-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- One more action, which has an end. What a check allows changes no row, so the text of the table is changed in place:
-- a table to which others refer cannot be made anew while the database holds them to that.
PRAGMA writable_schema = ON;

UPDATE sqlite_schema SET sql = replace(
    replace(sql, '''dismiss'', ''warn'', ''limit'',', '''dismiss'', ''warn'', ''challenge'', ''limit'','),
    '(action IN (''limit'', ''suspend''))', '(action IN (''challenge'', ''limit'', ''suspend''))'
) WHERE type = 'table' AND name = 'decision';

PRAGMA writable_schema = RESET;

DROP TRIGGER decision_by_rule_is_mild;

CREATE TRIGGER decision_by_rule_is_mild BEFORE INSERT ON decision
WHEN EXISTS (SELECT 1 FROM decision_by_rule WHERE reference = NEW.reference) AND (
    NEW.action NOT IN ('challenge', 'limit', 'remove_public') OR NEW.weight <> 0 OR NEW.own <> 1
)
BEGIN
    SELECT RAISE(ABORT, 'a rule restricts for a time, and counts no strikes');
END;
