-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Accounts that their people have closed. `address` and `handle` are MACs under a key of the hub, so that neither is given
-- to somebody else; `handle` is forgotten after a while, and `label` with the lists that stand under it in the key log.

CREATE TABLE closed_account (
    address BLOB PRIMARY KEY,
    handle BLOB,
    label TEXT,
    closed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX closed_account_handle ON closed_account (handle) WHERE handle IS NOT NULL;
CREATE INDEX closed_account_kept ON closed_account (closed_ms) WHERE handle IS NOT NULL OR label IS NOT NULL;

-- Everything of one person is found without a look at every row.
CREATE INDEX participation_of_anybody ON participation (user_uri);
CREATE INDEX block_of_blocked ON block (blocked_uri);
