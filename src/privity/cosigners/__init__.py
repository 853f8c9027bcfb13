# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking the witnesses of a log: for those who have one, the hub with its key log and the desk with its audit log."""
