// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { RoomReportShown } from "../../port/types";
import type { App } from "../../state/app.svelte";

/** What came to somebody who looks after a conversation, kept as it is now while a screen shows it; null before that is
 * known. Reports that cannot be read any more, because the office is gone, are none. */
export function loading(app: App, account: string, room: string): { readonly reports: readonly RoomReportShown[] | null } {
  let reports = $state.raw<readonly RoomReportShown[] | null>(null);

  async function load(): Promise<void> {
    await app.try(async () => {
      const found = (await app.port.ask({ do: "room_reports", account, room_uri: room })).reports;
      app.people.meet(
        account,
        found.flatMap(({ reporter, accused }) => (accused === null ? [reporter] : [reporter, accused])),
      );
      reports = found;
    });
  }
  void load();
  $effect(() =>
    app.port.listen((event) => {
      const mine =
        event.event === "room_reports_changed"
          ? event.room_uri === room
          : event.event === "conversation_changed" && event.conversation.room_uri === room;
      if (mine && "account" in event && event.account === account) {
        void load();
      }
    }),
  );
  return {
    get reports() {
      return reports;
    },
  };
}
