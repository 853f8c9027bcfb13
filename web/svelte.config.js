// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
export default {
  compilerOptions: {
    runes: true,
    // Templates are built with createElement, never from a string of HTML, so that the page runs under
    // `require-trusted-types-for 'script'; trusted-types 'none'`.
    fragments: "tree",
    // Styles come as a file; the policy forbids inline ones.
    css: "external",
  },
};
