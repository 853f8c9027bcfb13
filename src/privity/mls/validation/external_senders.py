# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The form of those whom a group lists as external senders (RFC 9420, sections 5.3 and 12.1.8.1)."""

from __future__ import annotations

from privity.mls.crypto import check_signature_key
from privity.mls.messages.codepoints import X509
from privity.mls.messages.extensions import Extensions, external_senders
from privity.mls.suites import CipherSuite
from privity.mls.validation.certificates import check_chain


def check_senders(extensions: Extensions, suite: CipherSuite) -> None:
    """Raise unless every sender has a key of the suite, and a certificate for it if its credential is X.509.

    Whether to believe the credentials is asked elsewhere, of the application.
    """
    for sender in external_senders(extensions):
        check_signature_key(suite, sender.signature_key)
        if sender.credential.type == X509:
            check_chain(sender.credential.certificates, sender.signature_key, suite)
