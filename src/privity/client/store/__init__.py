# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a device keeps on disk, encrypted under a key made from the passphrase."""
