# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Everything in MLS that turns one secret into another. Never imported by a server.

kdf            labelled key derivation (RFC 9420 section 8)
hpke           sealing to a public key (RFC 9180 base mode; RFC 9420 section 5.1.3)
key_schedule   from one epoch to the next (section 8)
psk            pre-shared keys (section 8.4)
exporting      secrets for other purposes (section 8.5, and the safe exporter of the extensions draft)
secret_tree    one key and nonce for each message (section 9)
path_secrets   the secret side of TreeKEM (section 7.4 to 7.6)
protect        sealing and opening of framed messages (section 6)
"""
