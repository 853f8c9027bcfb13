# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's database: one encrypted file, numbered SQL, one transaction for each act."""
