// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Keys of one letter. Each does what a link or a field on the page does; without this script nothing is missing.
"use strict";

const links = () => [...document.querySelectorAll("[data-row]")].map((row) => row.querySelector("a")).filter(Boolean);

function walk(step) {
  const rows = links();
  const at = rows.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  if (rows[to]) rows[to].focus();
}

function go(key) {
  const found = document.querySelector(`[data-key="${key}"]`);
  if (!found) return false;
  found.focus();
  if (found.tagName === "A" || found.tagName === "BUTTON") found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "o" && links().includes(document.activeElement)) document.activeElement.click();
  else if (!["d", "u", "/", "?"].includes(event.key) || !go(event.key)) return;
  event.preventDefault();
});
