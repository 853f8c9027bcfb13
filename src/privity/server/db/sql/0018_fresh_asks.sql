-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- When the bucket of asks of an account in its first days is full again, in milliseconds since 1970: it stands in the
-- database, so that neither a restart nor another worker gives a new burst. 0 where nobody was asked since.

ALTER TABLE account ADD COLUMN asks_full_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX invite_of ON invite (used_by);
