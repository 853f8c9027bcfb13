# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Encrypted backups (spec/backup.md): what a new device of the account may read, and nothing by which one would act."""
