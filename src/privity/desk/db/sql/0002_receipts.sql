-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- A report is known by its receipt, which the hub draws at random, and has a number of this desk's own. A cursor over
-- the hub's numbers would pass over reports of a hub whose database was restored: it gives the same numbers again.
DROP TABLE relay_cursor;

CREATE UNIQUE INDEX report_of_receipt ON report (receipt);
