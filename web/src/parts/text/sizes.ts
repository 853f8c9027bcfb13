// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { span } from "./times";

const COUNTED = 999; // the daemon counts unread messages to 1,000 and no further

/** A number of unread messages. */
export function count(unread: number): string {
  return unread > COUNTED ? `${COUNTED}+` : String(unread);
}

/** A number of bytes as people say it. */
export function size(bytes: number): string {
  if (bytes < 1000) {
    return `${bytes} bytes`;
  }
  const units = ["kB", "MB", "GB"] as const;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power - 1]}`;
}

/** How fast it goes and how long it will take, empty while that cannot be told. */
export function rate(done: number, total: number, elapsedMs: number): string {
  if (done <= 0 || elapsedMs < 500) {
    return "";
  }
  const perSecond = (done * 1000) / elapsedMs;
  const left = (total - done) / perSecond;
  return `${size(Math.round(perSecond))} a second, ${left < 1 ? "almost done" : `${span(Math.ceil(left))} left`}`;
}
