# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Appeals against what the desk decided, and their answers by somebody who had no part in it."""
