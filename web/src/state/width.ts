// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { MediaQuery } from "svelte/reactivity";

/** Room for details beside a conversation. */
export const wide = new MediaQuery("min-width: 1100px");
/** One column at a time. */
export const narrow = new MediaQuery("max-width: 719px");
