# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one port between the page and whatever stands behind it: what can be asked, what is answered, what happens.

Everything travels as JSON: `Asked` from the page, `Answered`, `Failed` and `Happened` to it. Bytes are base64, times
are milliseconds since 1970, `account` is the name of an account in this home. `web/src/port/types.ts` is written from
these files, so that both sides are checked against the same words.
"""
