# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Privity: an end-to-end encrypted messenger anyone can host, with no back door."""
