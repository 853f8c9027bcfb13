-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- When a copy of a profile was kept, and which records hold it, is looked up whenever a referral takes it along.
CREATE INDEX audit_entry_profile ON audit_entry (entry)
    WHERE instr(entry, CAST('"act":"profile.seen"' AS BLOB)) > 0;
