# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every number that bounds what a page may do to the daemon, with its reason."""

from __future__ import annotations

from typing import Final

TOKEN_S: Final = 60.0
"""How long the token in an address works: a browser starts within it, and nobody finds it later in a history."""
MAX_TOKENS: Final = 16
"""Tokens that may be open at once; the oldest goes. Each `privity app` makes one."""
MAX_SESSIONS: Final = 64
"""Pages that are known; the one that connected longest ago goes. Tabs that were closed do not say so."""
SESSION_MS: Final = 24 * 3_600_000
"""How long a page that was let in is known: a day at the machine, also when the daemon is started again in it."""
MAX_PAGES: Final = 32
"""Connections at once: more windows than anybody looks at."""
PROVE_S: Final = 10.0
"""How long a connection may take for each step of proving itself."""
MAX_FRAME: Final = 4 << 20
"""Bytes of one request. The largest is a draft (`client.preferences`), whatever was pasted into it."""
MAX_ENTER: Final = 1024
"""Bytes of what carries a token or a proof."""
MAX_UNDER_WAY: Final = 2_000
"""Requests of one page that wait for their answer. Each message that is written offline waits; more than two full
outboxes is a page that has gone wrong."""
MAX_QUEUED: Final = 64 << 20
"""Bytes that wait for a page that does not read. It is cut off then, and asks anew."""
MAX_ACCOUNTS: Final = 16
"""Accounts in one home. Each open one holds a connection and its keys."""
MAX_FILE: Final = 64 << 20
"""Bytes of a file from the page: what a device takes at most (`client.attachments`)."""
MAX_FILES_UNDER_WAY: Final = 3
"""Files that are in memory at once, each with its ciphertext."""
MAX_BROUGHT: Final = 2
"""Backups and exports that the page has brought and no errand has begun with; the oldest goes."""
MAX_BROUGHT_BYTES: Final = 16 << 30
"""Of one such file. It lies on disk, so that this bounds a mistake rather than memory."""
MAX_ENTRIES: Final = 200
"""Entries of one answer: a few screens."""
MAX_UNREAD: Final = 1_000
"""Entries that are looked at to count what was not read: beyond that nobody wants the number, and each new message
would cost more."""
MAX_HITS: Final = 200
MAX_SHOWN: Final = 8_000
"""Characters of a message that are laid out at once. The rest is there on demand, as it was written."""
MAX_SIGNS: Final = 400
"""Brackets, stars and the like of one kind in a text that is parsed: time to parse grows with their square."""
MAX_MARKS: Final = 8
"""Combining marks on one letter that are shown; every script is content with fewer."""
MAX_DEPTH: Final = 8
"""Quotes and lists within each other that are told apart."""
PREVIEWS_AT_ONCE: Final = 2
"""Pictures that are decoded at a time: a long conversation of pictures must not take the machine."""
KEPT_PREVIEWS: Final = 32 << 20
"""Bytes of previews that an open account keeps in memory."""
MAX_PREVIEW: Final = 120
"""Characters of a message in a list or a quoted line."""
MAX_QR: Final = 600
"""Bytes in a QR code: about a hundred squares a side, which a simple camera still reads off a screen."""
IDLE_S: Final = 60 * 60.0
"""Without a person's doing for so long, everything is locked."""
WATCH_S: Final = 1.0
"""How often the clocks and the connections are looked at."""
FREE_TRIES: Final = 3
"""Wrong passphrases before one has to wait: people mistype."""
FIRST_WAIT_S: Final = 5
LONGEST_WAIT_S: Final = 900
"""Waits double between these. A person who remembers later is not locked out; a guesser makes a hundred tries a day."""
