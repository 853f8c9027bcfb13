-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- A ref is unique among what its device sent to one room: where the log is partitioned by room, nothing else can be.

DROP INDEX event_ref;
CREATE UNIQUE INDEX event_ref ON event (sender, ref, room_id) WHERE ref IS NOT NULL;
