# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an exchange may answer its client: from where it was asked and nowhere else, so much, and within a time.

The clients follow whoever sends them elsewhere, with their keys in headers that go along, wait as long as bytes come or
as they are told to, and hold whatever comes in memory. All of them ask through one method of one library and retry by
one of another, which are held while they work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from privity.desk.limits import MAX_EXCHANGE_WAIT_S
from privity.desk.matching.errors import ExchangeBusy, ExchangeFailed

MAX_BYTES: Final = 64 << 20
"""Of one answer, unpacked: a page of a thousand entries has less than one of these."""
MAX_S: Final = 300.0
"""From its first byte to its last."""
SILENT_S: Final = 60.0
"""Without any byte."""
_LIBRARY: Final = "requests"
_RETRYING: Final = "urllib3.util.retry"
_AT_ONCE: Final = 1 << 16


@contextmanager
def bounded() -> Iterator[None]:
    """Within it, whatever is asked through the library raises ExchangeFailed for an answer that no exchange gives, and
    ExchangeBusy for one that asks for longer pauses than there are."""
    library: Any = sys.modules.get(_LIBRARY)
    if library is None:
        yield
        return
    send = library.Session.send
    retrying: Any = sys.modules[_RETRYING].Retry
    wanted, waited_s = retrying.get_retry_after, 0.0

    def pause(retry: Any, answer: Any) -> Any:
        nonlocal waited_s
        seconds = wanted(retry, answer)
        waited_s += seconds or 0.0
        if waited_s > MAX_EXCHANGE_WAIT_S:
            raise ExchangeBusy(
                f"the exchange wants to be asked again in {seconds:.0f} seconds, and {MAX_EXCHANGE_WAIT_S:.0f} are"
                " waited for in all: pull again then; what came before is kept"
            )
        return seconds

    def asked(session: Any, request: Any, **said: Any) -> Any:
        said |= {"allow_redirects": False, "stream": True, "timeout": said.get("timeout") or SILENT_S}
        answer = send(session, request, **said)
        _read(answer)
        return answer

    library.Session.send, retrying.get_retry_after = asked, pause
    try:
        yield
    finally:
        library.Session.send, retrying.get_retry_after = send, wanted


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
