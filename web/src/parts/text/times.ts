// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const LONG_WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const LONG_DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium" });
const DAY_MS = 86_400_000;

export function clock(ms: number): string {
  return CLOCK.format(ms);
}

export function full(ms: number): string {
  return FULL.format(ms);
}

export function longDate(ms: number): string {
  return LONG_DATE.format(ms);
}

/** For a row in a list: as short as tells it apart. */
export function brief(ms: number, now: number): string {
  const days = daysBetween(ms, now);
  if (days === 0) {
    return CLOCK.format(ms);
  }
  return days < 7 ? WEEKDAY.format(ms) : DATE.format(ms);
}

/** For a line between two days of a conversation. */
export function day(ms: number, now: number): string {
  const days = daysBetween(ms, now);
  if (days === 0) {
    return "Today";
  }
  if (days === 1) {
    return "Yesterday";
  }
  return days < 180 ? LONG_WEEKDAY.format(ms) : LONG_DATE.format(ms);
}

/** How long something lasts, in words: "1 hour", "4 weeks". */
export function span(seconds: number): string {
  const units = [
    ["week", 604_800],
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ["second", 1];
  const count = Math.max(1, Math.round(seconds / size));
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function daysBetween(earlier: number, later: number): number {
  return Math.round((new Date(later).setHours(0, 0, 0, 0) - new Date(earlier).setHours(0, 0, 0, 0)) / DAY_MS);
}
