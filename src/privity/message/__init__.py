# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is inside a message and what proves it: content, franking, receipts, attachments, reports."""
