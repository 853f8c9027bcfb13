// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
/** Arrow keys, Home and End move among the focusable things of a list; the list itself is one stop of the Tab key
 * only where its items say so. */
export function arrows(selector: string): (list: HTMLElement) => () => void {
  return (list) => {
    const move = (event: KeyboardEvent): void => {
      const items = [...list.querySelectorAll<HTMLElement>(selector)];
      const at = items.findIndex((each) => each.contains(document.activeElement));
      const to = target(event.key, at, items.length);
      if (to === null || event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) {
        return;
      }
      event.preventDefault();
      items[to]?.focus();
    };
    list.addEventListener("keydown", move);
    return () => list.removeEventListener("keydown", move);
  };
}

/** Whoever goes a step further in a sheet goes on from what the step is about. */
export function step(node: HTMLElement): void {
  node.querySelector<HTMLElement>("input, textarea, button")?.focus();
}

/** Where the focus goes on a new screen: to its heading, unless something on it has it already. */
export function heading(title: HTMLElement): void {
  queueMicrotask(() => {
    const screen = title.closest("section, main");
    if (title.isConnected && screen?.contains(document.activeElement) === false) {
      title.focus({ preventScroll: true });
    }
  });
}

/** Whether keys are words here and not commands. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

function target(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, count - 1);
    case "ArrowUp":
      return at < 0 ? count - 1 : Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
