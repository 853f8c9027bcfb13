# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is who: URIs, handles, signed device lists, recovery phrase, safety numbers."""
