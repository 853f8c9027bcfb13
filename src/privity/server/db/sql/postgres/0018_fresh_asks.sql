-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- As the file of this number for SQLite says.

ALTER TABLE account ADD COLUMN asks_full_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX invite_of ON invite (used_by);
