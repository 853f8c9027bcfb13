# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public pages as HTML without scripts. Whatever comes from outside passes `escape`, and nothing else does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Final

from privity.message.notice import MAX_EMAIL, MAX_NAME, MAX_TARGET, MAX_WORDS
from privity.server.notices.forms import Fields
from privity.server.notices.model import Handed, Notice
from privity.server.notices.words import Words
from privity.wire.errors import ErrorBody

_FIRST: Final = {"about": "about-0"}
"""Where a link to a field leads that has several parts."""


def form(words: Words, host: str, fields: Fields, problems: Mapping[str, str]) -> str:
    """The form, with what was typed and what is missing."""
    targets = "".join(
        f'<label class="choice"><input type="radio" name="about" id="about-{at}" value="{target.value}"'
        f"{_checked(fields, 'about', str(target.value))} required> {escape(label)}</label>"
        for at, (target, label) in enumerate(words.targets.items())
    )
    reasons = "".join(
        f'<option value="{reason.value}"{" selected" if fields.get("reason") == str(reason.value) else ""}>'
        f"{escape(label)}</option>"
        for reason, label in words.reasons.items()
    )
    parts = [
        _problems(words, problems),
        *(f"<p>{escape(line.format(host=host))}</p>" for line in words.intro),
        f'<p class="danger">{escape(words.danger)}</p>',
        '<form method="post" action="/notice">',
        f"<fieldset{_described('about', problems)}><legend>{escape(words.about)}</legend>"
        f"{_problem(words, 'about', problems)}{targets}</fieldset>",
        _line(words, "address", words.address, fields, problems, hint=words.address_hint, most=MAX_TARGET, needed=True),
        f'<div class="field"><label for="reason">{escape(words.reason)}</label>{_problem(words, "reason", problems)}'
        f'<select id="reason" name="reason" required{_described("reason", problems)}>'
        f'<option value="">{escape(words.choose)}</option>{reasons}</select></div>',
        _area(words, "words", words.words, words.words_hint, fields, problems),
        f'<fieldset><legend>{escape(words.who)}</legend><p class="hint">{escape(words.who_hint)}</p>',
        _line(words, "name", words.name, fields, problems, most=MAX_NAME, complete="name"),
        _line(words, "email", words.email, fields, problems, hint=words.email_hint, most=MAX_EMAIL, complete="email"),
        _box(words, "formal", words.formal, fields, problems),
        "</fieldset>",
        _box(words, "good_faith", words.good_faith, fields, problems, needed=True),
        f'<button type="submit">{escape(words.send)}</button></form>',
        f'<p class="hint">{escape(words.kept)}</p>',
        f'<p><a href="/notice/status">{escape(words.look_up)}</a></p>',
    ]
    return _page(words, words.title, parts)


def received(words: Words, handed: Handed) -> str:
    """The receipt, once."""
    parts = [
        *(f"<p>{escape(line)}</p>" for line in words.done),
        '<dl class="codes">',
        f"<dt>{escape(words.receipt)}</dt><dd><code>{escape(_grouped(handed.receipt))}</code></dd>",
        f"<dt>{escape(words.code)}</dt><dd><code>{escape(_grouped(handed.code))}</code></dd></dl>",
        f'<form method="post" action="/notice/status">{_hidden(handed)}'
        f'<button type="submit" class="quiet">{escape(words.look_now)}</button></form>',
    ]
    return _page(words, words.done_title, parts)


def ask_status(words: Words) -> str:
    parts = [
        f"<p>{escape(words.status_hint)}</p>",
        '<form method="post" action="/notice/status">',
        _line(words, "receipt", words.receipt, {}, {}, most=64, needed=True),
        _line(words, "code", words.code, {}, {}, most=64, needed=True),
        f'<button type="submit">{escape(words.status_button)}</button></form>',
        f'<p><a href="/notice">{escape(words.make)}</a></p>',
    ]
    return _page(words, words.status_title, parts)


def status(
    words: Words, shown: Handed, notice: Notice, now_ms: int, fields: Fields, problems: Mapping[str, str]
) -> str:
    """What the desk said, newest below, and the appeal while one can be made."""
    lines = "".join(
        f'<li><p class="hint">{_time(line.at_ms)}</p><p class="said" dir="auto">{escape(line.text)}</p></li>'
        for line in notice.lines
    )
    parts = [
        _problems(words, problems),
        f"<p>{escape(words.received).format(day=_time(notice.received_ms))}</p>",
        f"<h2>{escape(words.said)}</h2><ol>{lines}</ol>" if lines else f"<p>{escape(words.nothing_yet)}</p>",
    ]
    if notice.can_appeal(now_ms):
        parts += [
            f'<h2>{escape(words.appeal_title)}</h2><form method="post" action="/notice/appeal">{_hidden(shown)}',
            _area(words, "appeal", words.appeal, words.appeal_hint, fields, problems),
            f'<button type="submit">{escape(words.appeal_send)}</button></form>',
        ]
    if notice.lines:
        parts.append(f'<p class="hint">{escape(words.redress)}</p>')
    return _page(words, words.status_title, parts)


def appealed(words: Words, shown: Handed) -> str:
    parts = [
        f"<p>{escape(words.appeal_done)}</p>",
        f'<form method="post" action="/notice/status">{_hidden(shown)}'
        f'<button type="submit" class="quiet">{escape(words.look_now)}</button></form>',
    ]
    return _page(words, words.appeal_done_title, parts)


def refused(words: Words, error: ErrorBody) -> str:
    """Why not, and by the name of the refusal for who reads it with a program."""
    sentence = words.refused.get(error.code, error.message)
    parts = [
        f'<p data-refused="{escape(error.code.value)}">{escape(sentence)}</p>',
        f'<p><a href="/notice">{escape(words.back)}</a></p>',
        f'<p><a href="/notice/status">{escape(words.look_up)}</a></p>',
    ]
    return _page(words, words.refused_title, parts)


def _page(words: Words, title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="{escape(words.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><link rel="stylesheet" href="/notice/style.css">'
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def _time(at_ms: int) -> str:
    day = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f'<time datetime="{day:%Y-%m-%dT%H:%MZ}">{day:%Y-%m-%d %H:%M} UTC</time>'


def _grouped(letters: str) -> str:
    """In fours, as they are easier to write down; the spaces may be typed or left out."""
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hidden(shown: Handed) -> str:
    return (
        f'<input type="hidden" name="receipt" value="{escape(shown.receipt)}">'
        f'<input type="hidden" name="code" value="{escape(shown.code)}">'
    )


def _problems(words: Words, problems: Mapping[str, str]) -> str:
    """What has to be looked at again, above everything, each leading to its field."""
    if not problems:
        return ""
    items = "".join(
        f'<li><a href="#{_FIRST.get(field, field)}">{escape(words.missing[why])}</a></li>'
        for field, why in problems.items()
    )
    return (
        f'<section class="problems" role="alert"><h2>{escape(words.problem_title)}</h2>'
        f"<p>{escape(words.problem_fields)}</p><ul>{items}</ul></section>"
    )


def _problem(words: Words, field: str, problems: Mapping[str, str]) -> str:
    why = problems.get(field)
    return "" if why is None else f'<p class="problem" id="{field}-problem">{escape(words.missing[why])}</p>'


def _described(field: str, problems: Mapping[str, str], hint: str = "") -> str:
    """What a screen reader says beside a field."""
    by = [f"{field}-hint"] if hint else []
    by += [f"{field}-problem"] if field in problems else []
    invalid = ' aria-invalid="true"' if field in problems and field != "about" else ""
    return (f' aria-describedby="{" ".join(by)}"' if by else "") + invalid


def _hint(field: str, hint: str) -> str:
    return f'<p class="hint" id="{field}-hint">{escape(hint)}</p>' if hint else ""


def _line(
    words: Words,
    field: str,
    label: str,
    fields: Fields,
    problems: Mapping[str, str],
    *,
    hint: str = "",
    most: int,
    needed: bool = False,
    complete: str = "off",
) -> str:
    return (
        f'<div class="field"><label for="{field}">{escape(label)}</label>{_hint(field, hint)}'
        f'{_problem(words, field, problems)}<input type="text" id="{field}" name="{field}" dir="auto"'
        f' value="{escape(fields.get(field, ""))}" maxlength="{most}" autocomplete="{complete}" spellcheck="false"'
        f"{' required' if needed else ''}{_described(field, problems, hint)}></div>"
    )


def _area(words: Words, field: str, label: str, hint: str, fields: Fields, problems: Mapping[str, str]) -> str:
    return (
        f'<div class="field"><label for="{field}">{escape(label)}</label>{_hint(field, hint)}'
        f'{_problem(words, field, problems)}<textarea id="{field}" name="{field}" rows="8" dir="auto"'
        f' maxlength="{MAX_WORDS}" required{_described(field, problems, hint)}>\n'
        f"{escape(fields.get(field, ''))}</textarea></div>"
    )


def _box(
    words: Words, field: str, label: str, fields: Fields, problems: Mapping[str, str], *, needed: bool = False
) -> str:
    return (
        f'{_problem(words, field, problems)}<label class="choice"><input type="checkbox" id="{field}" name="{field}"'
        f' value="yes"{_checked(fields, field, "yes")}{" required" if needed else ""}{_described(field, problems)}>'
        f" {escape(label)}</label>"
    )


def _checked(fields: Fields, name: str, value: str) -> str:
    return " checked" if fields.get(name) == value else ""
