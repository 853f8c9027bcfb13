# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every rule of RFC 9420, chapters 5 to 12, that a sender or a receiver can break, as a numbered check with its test.

`check` says what a check is, the `chapter_...` modules list them, `showing` proves that a test provokes the refusal it
claims to, `listing` finds each check's tests and writes docs/mls-checks.md (`python -m tests.mls.checks`).
"""
