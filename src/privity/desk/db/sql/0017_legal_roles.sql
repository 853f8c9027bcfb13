-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0

-- The roles of the legal desk beside those there were.
CREATE TABLE staff_role_wider (
    member INTEGER NOT NULL REFERENCES staff_member (number),
    role TEXT NOT NULL CHECK (role IN (
        'moderator', 'senior', 'appeals', 'referrals', 'legal_clerk', 'legal_reviewer', 'legal_releaser', 'admin', 'auditor'
    )),
    PRIMARY KEY (member, role)
) STRICT, WITHOUT ROWID;

INSERT INTO staff_role_wider (member, role) SELECT member, role FROM staff_role;

DROP TABLE staff_role;

ALTER TABLE staff_role_wider RENAME TO staff_role;
