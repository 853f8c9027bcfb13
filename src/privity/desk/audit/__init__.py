# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every act of this desk in a log that nobody can change unseen: an RFC 6962 tree with signed checkpoints."""
