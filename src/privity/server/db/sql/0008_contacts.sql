-- SPDX-FileCopyrightText: 2026 The Privity authors
-- SPDX-License-Identifier: Apache-2.0
-- Ages, profiles, contacts, guardians, invitations. An `entry` is a signed consent entry (identity.consent); `said_ms` is
-- the time in it, by the clock of the device that signed. All other times are the hub's, in milliseconds since 1970.

-- What an account said of its person's age. `review_ms`: since when they ask to be treated as an adult.
CREATE TABLE age (
    user_uri TEXT PRIMARY KEY REFERENCES account (user_uri),
    band TEXT NOT NULL,
    adult_from_ms INTEGER,
    review_ms INTEGER
) STRICT;
CREATE INDEX age_review ON age (review_ms) WHERE review_ms IS NOT NULL;
CREATE INDEX age_adult_from ON age (adult_from_ms) WHERE adult_from_ms IS NOT NULL;
INSERT INTO age (user_uri, band) SELECT user_uri, 'unknown' FROM account;

CREATE TABLE profile (
    user_uri TEXT PRIMARY KEY REFERENCES account (user_uri),
    listed INTEGER NOT NULL,
    name TEXT NOT NULL,
    bio TEXT NOT NULL,
    picture BLOB
) STRICT;

-- Who would like contact, with whom as it was typed: nobody is asked whether there is such a person.
CREATE TABLE contact_ask (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    target TEXT NOT NULL,
    entry BLOB NOT NULL,
    said_ms INTEGER NOT NULL,
    asked_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, target)
) STRICT;
CREATE INDEX contact_ask_of_target ON contact_ask (target, asked_ms);
CREATE INDEX contact_ask_age ON contact_ask (asked_ms);

-- What two who became contacts said for it, each on their side: `how` is asked, granted, met, or before (there was no
-- such thing as a contact yet, and they had a direct room). Whether it is enough is for the rules to say, each time.
CREATE TABLE contact_side (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    other_uri TEXT NOT NULL REFERENCES account (user_uri),
    how TEXT NOT NULL,
    entry BLOB,
    said_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, other_uri, how)
) STRICT;
CREATE INDEX contact_side_of_other ON contact_side (other_uri);

-- A person said no to another, or ended what was between them. `said_ms` is the newest entry that ended with it.
CREATE TABLE contact_no (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    other_uri TEXT NOT NULL REFERENCES account (user_uri),
    said_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, other_uri)
) STRICT;
CREATE INDEX contact_no_of_other ON contact_no (other_uri);
CREATE INDEX contact_no_age ON contact_no (at_ms);

CREATE TABLE contact_code (
    code_hash BLOB PRIMARY KEY,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    purpose TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_code_of_user ON contact_code (user_uri);
CREATE INDEX contact_code_expiry ON contact_code (expires_ms);

-- Who used a code, until a device of its maker has checked that.
CREATE TABLE contact_meeting (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    maker_uri TEXT NOT NULL REFERENCES account (user_uri),
    entry BLOB NOT NULL,
    said_ms INTEGER NOT NULL,
    met_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, maker_uri)
) STRICT;
CREATE INDEX contact_meeting_of_maker ON contact_meeting (maker_uri);
CREATE INDEX contact_meeting_age ON contact_meeting (met_ms);

-- `pending`: another guardian of the ward has to agree first.
CREATE TABLE guardian (
    ward_uri TEXT NOT NULL REFERENCES account (user_uri),
    guardian_uri TEXT NOT NULL REFERENCES account (user_uri),
    pending INTEGER NOT NULL,
    entry BLOB NOT NULL,
    said_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (ward_uri, guardian_uri)
) STRICT;
CREATE INDEX guardian_of_wards ON guardian (guardian_uri);

-- What a guardian said of somebody who would like contact with the ward; no entry is a no.
CREATE TABLE vouch (
    ward_uri TEXT NOT NULL REFERENCES account (user_uri),
    other_uri TEXT NOT NULL REFERENCES account (user_uri),
    guardian_uri TEXT NOT NULL REFERENCES account (user_uri),
    entry BLOB,
    said_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (ward_uri, other_uri, guardian_uri)
) STRICT;
CREATE INDEX vouch_of_other ON vouch (other_uri);
CREATE INDEX vouch_of_guardian ON vouch (guardian_uri);

-- Who invites whom to a group. `theirs` is the yes of the person, used up when they come in.
CREATE TABLE invitation (
    room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    invited_uri TEXT NOT NULL REFERENCES account (user_uri),
    entry BLOB NOT NULL,
    said_ms INTEGER NOT NULL,
    invited_ms INTEGER NOT NULL,
    theirs BLOB,
    PRIMARY KEY (room_id, user_uri, invited_uri)
) STRICT;
CREATE INDEX invitation_by ON invitation (user_uri);
CREATE INDEX invitation_of ON invitation (invited_uri);
CREATE INDEX invitation_age ON invitation (invited_ms);

-- Who will not be invited to a room by somebody; apart from the invitation, because whoever made that is not told.
CREATE TABLE invitation_no (
    room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    other_uri TEXT NOT NULL REFERENCES account (user_uri),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_uri, other_uri)
) STRICT;
CREATE INDEX invitation_no_of ON invitation_no (user_uri);
CREATE INDEX invitation_no_of_other ON invitation_no (other_uri);
CREATE INDEX invitation_no_age ON invitation_no (at_ms);

-- The newest of a person's entries that name a room: what their other devices enter it by.
CREATE TABLE room_word (
    user_uri TEXT NOT NULL REFERENCES account (user_uri),
    room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    other_uri TEXT NOT NULL REFERENCES account (user_uri),
    entry BLOB NOT NULL,
    said_ms INTEGER NOT NULL,
    PRIMARY KEY (user_uri, room_id)
) STRICT;
CREATE INDEX room_word_of_other ON room_word (other_uri);
CREATE INDEX room_word_of_room ON room_word (room_id);

-- Who has a direct room is a contact, unless one of the two blocked the other.
CREATE TEMP TABLE pair AS
    SELECT substr(direct_pair, 1, instr(direct_pair, ' ') - 1) AS one,
        substr(direct_pair, instr(direct_pair, ' ') + 1) AS other,
        (SELECT coalesce(min(from_ms), 0) FROM participation WHERE room_id = room.id) AS since_ms
    FROM room WHERE direct_pair IS NOT NULL;
INSERT INTO contact_side (user_uri, other_uri, how, said_ms, since_ms)
    SELECT p.one, p.other, 'before', 0, p.since_ms
    FROM (SELECT one, other, since_ms FROM pair UNION ALL SELECT other, one, since_ms FROM pair) p
    WHERE p.one IN (SELECT user_uri FROM account) AND p.other IN (SELECT user_uri FROM account)
        AND NOT EXISTS (SELECT 1 FROM block WHERE (user_uri, blocked_uri) IN (VALUES (p.one, p.other), (p.other, p.one)));
DROP TABLE pair;
