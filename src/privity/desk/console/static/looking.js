// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A page that only says how far something is, and on which nothing can be filled in, looks again by itself.
"use strict";

if (document.querySelector("[data-looking]")) setTimeout(() => location.reload(), 2000);
