# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""To which keys a package is encrypted, and that those are the ones that were approved.

The manifest names each key by its SHA-256, so that the passkeys of those who approve answer for it as well.
"""

from __future__ import annotations

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.agencies.errors import RecipientRefused
from privity.desk.legal.releasing.errors import NoRecipient, OtherRecipient
from privity.desk.legal.requests import recipients as by_hand
from privity.desk.legal.requests.model import LegalRequest
from privity.production import age_key
from privity.production.model import Facts


def there(db: Db, request: LegalRequest) -> tuple[str, ...]:
    """The officer's key, or the one that was written down by hand and confirmed; nothing where there is none."""
    if request.officer is not None:
        try:
            return agencies.recipients(db, request.officer)
        except RecipientRefused:
            return ()
    found = by_hand.confirmed(db, request.number)
    return () if found is None else (found.recipient,)


def of(db: Db, request: LegalRequest) -> tuple[str, ...]:
    """The same. Raises NoRecipient where there is none."""
    found = there(db, request)
    if not found:
        raise NoRecipient(
            f"no officer of request {request.number} has a key here: two members of staff write one down and confirm"
            " it, or a letter is handed over on paper"
        )
    return found


def named(recipients: tuple[str, ...]) -> tuple[str, ...]:
    """As the manifest names them."""
    return tuple(sorted(map(age_key.fingerprint, recipients)))


def must_be_approved(facts: Facts, recipients: tuple[str, ...]) -> None:
    """Raise OtherRecipient unless these are the keys that the approved manifest names."""
    if not recipients or named(recipients) != facts.recipients:
        raise OtherRecipient(
            f"the package of {facts.case} would be encrypted to other keys than those that were approved"
        )
