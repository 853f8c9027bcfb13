# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Transparency logs: trees of RFC 6962, checkpoints, cosignatures and the quorum that makes a checkpoint count."""
