-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- Whoever looks for campaigns reads what accounts did to others, and passes over windows of messages, which are most.
CREATE INDEX observed_acts ON observed (number) WHERE kind <> 'sent';
