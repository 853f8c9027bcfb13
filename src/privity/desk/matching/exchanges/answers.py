# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an exchange may answer its client: from where it was asked and nowhere else, so much, and within a time.

The clients follow whoever sends them elsewhere, with their keys in headers that go along, wait as long as bytes come,
and hold whatever comes in memory. All of them ask through one method of one library, which is held while they work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from privity.desk.matching.errors import ExchangeFailed

MAX_BYTES: Final = 64 << 20
"""Of one answer, unpacked: a page of a thousand entries has less than one of these."""
MAX_S: Final = 300.0
"""From its first byte to its last."""
SILENT_S: Final = 60.0
"""Without any byte."""
_LIBRARY: Final = "requests"
_AT_ONCE: Final = 1 << 16


@contextmanager
def bounded() -> Iterator[None]:
    """Within it, whatever is asked through the library raises ExchangeFailed for an answer that no exchange gives."""
    library: Any = sys.modules.get(_LIBRARY)
    if library is None:
        yield
        return
    send = library.Session.send

    def asked(session: Any, request: Any, **said: Any) -> Any:
        said |= {"allow_redirects": False, "stream": True, "timeout": said.get("timeout") or SILENT_S}
        answer = send(session, request, **said)
        _read(answer)
        return answer

    library.Session.send = asked
    try:
        yield
    finally:
        library.Session.send = send


def _read(answer: Any) -> None:
    try:
        if answer.is_redirect:
            raise ExchangeFailed("the exchange sends to another address, and nothing is asked there")
        answer._content = b"".join(_parts(answer.raw))  # where the library keeps what it has read
        answer._content_consumed = True
    finally:
        answer.close()


def _parts(raw: Any) -> Iterator[bytes]:
    began, size = time.monotonic(), 0
    while part := raw.read1(_AT_ONCE, decode_content=True):
        size += len(part)
        if size > MAX_BYTES:
            raise ExchangeFailed(f"an answer has more than {MAX_BYTES} bytes")
        if time.monotonic() - began > MAX_S:
            raise ExchangeFailed(f"an answer was not there after {MAX_S:.0f} seconds")
        yield part
