-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Where an account is closed, what was done to it is found without reading a week of everything, and that it is closed
-- where a rule held for it before.
CREATE INDEX observed_closed ON observed (account) WHERE kind = 'closed';
CREATE INDEX observed_to ON observed (other) WHERE other <> '';
