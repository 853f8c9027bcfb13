# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The structs of RFC 9420 as frozen dataclasses: what was decoded, not yet what was verified."""
