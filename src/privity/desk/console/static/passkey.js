// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// A passkey is asked for when a form that needs one is sent: what it answers goes along as a field of that form.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function wanted(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) found.allowCredentials = named(options.allowCredentials);
  if (options.excludeCredentials) found.excludeCredentials = named(options.excludeCredentials);
  return found;
}

function said(credential) {
  const from = credential.response;
  const response = { clientDataJSON: text(from.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[name]) response[name] = text(from[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

const answered = new WeakSet();

async function ask(form, button) {
  const note = form.querySelector("[data-note]");
  try {
    const publicKey = wanted(JSON.parse(form.dataset.options));
    const credential = await (form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    form.elements.answer.value = said(credential);
  } catch (problem) {
    note.textContent = "No passkey was used (" + problem.name + "). Nothing was sent; try again.";
    note.classList.add("warn");
    return;
  }
  answered.add(form);
  form.requestSubmit(button);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("[data-note]").textContent = "Your browser will ask for your passkey.";
  form.addEventListener("submit", (event) => {
    if (answered.delete(form)) return;
    event.preventDefault();
    ask(form, event.submitter);
  });
  form.querySelector(".waits").disabled = false;
}

// A code stands behind the # of its address: it is put into the first empty field and taken out of the address. The
// address of its other half may be opened in the same place after it.
const codes = [...document.querySelectorAll("[data-code]")];

function take() {
  const empty = codes.find((field) => !field.value);
  if (!empty || location.hash.length < 2) return;
  empty.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

take();
addEventListener("hashchange", take);
