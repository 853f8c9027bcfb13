# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Writes spec/vectors/notice.json: `python -m tests.message.notice_vectors`."""

from __future__ import annotations

import json
from pathlib import Path

from privity.message import cbor
from privity.message.notice import PublicNotice, Target
from privity.message.report import Reason

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "notice.json"
USER = "mimi://hub.example/u/" + "a" * 26
ROOM = "mimi://hub.example/r/" + "a" * 26


def good() -> list[PublicNotice]:
    """One of each target: formal, nameless by law, and with the least that can be said."""
    return [
        PublicNotice(
            Target.ACCOUNT, "mallory", USER, Reason.HATE, "Teapots are no pots.", "Zoë", "z@example.org", True, "en"
        ),
        PublicNotice(Target.PROFILE, "@nobody", "", Reason.CHILD_SAFETY, "The picture.", "", "", True, "en"),
        PublicNotice(Target.LINK, "a link", ROOM, Reason.SPAM, "x", "", "", False, "gsw"),
    ]


def bad() -> dict[str, object]:
    """What a decoder refuses, by what is wrong with it."""
    plain = cbor.decode(good()[0].encode())
    assert isinstance(plain, list)

    def other(at: int, value: object) -> list[object]:
        return [*plain[:at], value, *plain[at + 1 :]]

    return {
        "another kind": other(0, "appeal"),
        "another version": other(1, 2),
        "an unknown target": other(2, 3),
        "no address": other(3, " "),
        "a long address": other(3, "a" * 1025),
        "a long found address": other(4, "a" * 513),
        "an unknown reason": other(5, 11),
        "no words": other(6, "\n"),
        "long words": other(6, "a" * 8193),
        "a long name": other(7, "a" * 257),
        "a formal notice without a name": other(7, ""),
        "a formal notice without an e-mail address": other(8, ""),
        "an e-mail address without an @": other(8, "zoe"),
        "an e-mail address with two lines": other(8, "z@example.org\n"),
        "an e-mail address with two @": other(8, "z@y@example.org"),
        "formal as a number": other(9, 1),
        "a language in capitals": other(10, "EN"),
        "no language": other(10, ""),
        "a field too few": plain[:-1],
        "a field too many": [*plain, ""],
        "a map": {"notice": 1},
        "words that are bytes": other(6, b"x"),
    }


def main() -> None:
    made = {
        "about": "Public notices; see spec/notice.md. Invented.",
        "good": [notice.encode().hex() for notice in good()],
        "bad": {why: cbor.encode(value).hex() for why, value in bad().items()},
    }
    VECTORS.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
