-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- How many of a case's reporters had never reported before: only where there are enough of them can there be a cluster,
-- and only then are all of its reports read again for one more.
ALTER TABLE safety_case ADD COLUMN newcomers INTEGER NOT NULL DEFAULT 0;

UPDATE safety_case SET newcomers = found.firsts
FROM (SELECT case_number, sum(first) AS firsts FROM case_report GROUP BY case_number) AS found
WHERE found.case_number = safety_case.number;
