# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Templates: everything that is put into one is escaped, and what was not put in is an error, not an empty place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from privity.desk.console.plain import line, runs

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LAST_MS: Final = 253_402_300_799_000
"""The end of the year 9999."""


class Templates:
    """The templates of this package, read once each."""

    __slots__ = ()

    def render(self, name: str, /, **values: Any) -> str:
        return _ENVIRONMENT.get_template(name).render(**values)


def time_of(ms: int) -> Markup:
    """A time in UTC that programs read as well. What a reporter claims may lie beyond any calendar."""
    at = datetime.fromtimestamp(min(ms, _LAST_MS) / 1000, UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M} UTC")


def day_of(ms: int) -> Markup:
    """A day in UTC, where the moment would say more than it should."""
    said = f"{datetime.fromtimestamp(min(ms, _LAST_MS) / 1000, UTC):%Y-%m-%d}"
    return Markup('<time datetime="{}">{}</time>').format(said, said)


def time_left(until_ms: int, now_ms: int) -> str:
    """How long it is until then, in the largest unit that says it: `3 d 4 h left`, or `2 h overdue`."""
    away = abs(until_ms - now_ms)
    if away >= _DAY:
        said = f"{away // _DAY} d {away % _DAY // _HOUR} h"
    elif away >= _HOUR:
        said = f"{away // _HOUR} h {away % _HOUR // _MINUTE} min"
    else:
        said = f"{away // _MINUTE} min"
    return f"{said} left" if until_ms >= now_ms else f"{said} overdue"


@pass_context
def who(context: Context, said: str) -> str:
    """The name of a colleague who stands as `staff:N`; whatever else acted stays as it is."""
    return str(context["name_of"](said))


_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("privity.desk.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters.update(time=time_of, day=day_of, left=time_left, who=who, line=line, words=runs)
