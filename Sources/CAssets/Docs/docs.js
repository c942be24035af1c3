"use strict";

// The page at /docs. All it shows comes from the OpenAPI document of the caller whose key was typed in, as plain text.
// The key and the token live in `caller` and nowhere else.
const caller = { key: "", token: "", schema: "" };
let api = null;

const base = new URL("rest/v1", new URL(".", location.href)).href;
const byId = (id) => document.getElementById(id);

// MARK: Nodes

// el("p", { class: "note" }, "text", node): texts become text nodes, never HTML.
function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value); else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const code = (text) => el("code", {}, text);
// What stands between backticks is code; all of it is text.
const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? code(part) : part));
const badge = (text, kind = "") => el("span", { class: `badge ${kind}` }, text);
const say = (text) => { byId("status").textContent = text; };
const tableLink = (name) => `#/table/${encodeURIComponent(name)}`;
const functionLink = (name) => `#/function/${encodeURIComponent(name)}`;

// MARK: Who asks

// Why a key or token is not taken; null where it is.
function refusal(text) {
  if (!text) return null;
  if (text.startsWith("sb_secret_")) return "That is a secret key: it opens everything and belongs on servers only. This page does not take it. Use a publishable or anon key.";
  if (!/^[\x21-\x7e]+$/.test(text)) return "A key has no spaces and only ASCII characters. Was all of it copied, and nothing else?";
  const role = claims(text)?.role;
  if (role === "service_role" || role === "supabase_admin" || role === "postgres") return `That is a service key (its role is ${role}): policies do not hold for it. This page does not take it. Use a publishable or anon key.`;
  return null;
}

// What a JSON Web Token says, unproved; null where the text is none.
function claims(text) {
  const parts = text.split(".");
  if (parts.length !== 3) return null;
  try {
    const bytes = Uint8Array.from(atob(parts[1].replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
    const found = JSON.parse(new TextDecoder().decode(bytes));
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

function identity() {
  const headers = {};
  if (caller.key) headers.apikey = caller.key;
  if (caller.token) headers.Authorization = `Bearer ${caller.token}`;
  return headers;
}

function showCaller(role) {
  byId("role").textContent = role;
  byId("who").classList.toggle("has-key", Boolean(caller.key || caller.token));
  byId("who").setAttribute("aria-label", `Asking as ${role}. Change the key or token`);
}

function openKeys() {
  byId("keys-error").hidden = true;
  byId("key").value = "";
  byId("token").value = "";
  byId("key").placeholder = caller.key ? "in use; empty keeps it" : "none";
  byId("token").placeholder = caller.token ? "in use; empty keeps it" : "none";
  byId("keys").showModal();
  byId("key").focus();
}

function useKeys() {
  const key = byId("key").value.trim(), token = byId("token").value.trim().replace(/^Bearer\s+/i, "");
  const problem = refusal(key) ?? refusal(token);
  if (problem) {
    byId("key").value = "";
    byId("token").value = "";
    byId("keys-error").textContent = problem;
    byId("keys-error").hidden = false;
    return;
  }
  if (key) caller.key = key;
  if (token) caller.token = token;
  closeKeys();
  load();
}

function closeKeys() {
  byId("key").value = "";
  byId("token").value = "";
  byId("keys").close();
}

function forget() {
  caller.key = "";
  caller.token = "";
}

// MARK: The document

async function load() {
  say("Loading");
  api = null;
  render();
  let response, text;
  try {
    const headers = { Accept: "application/openapi+json", ...identity() };
    if (caller.schema) headers["Accept-Profile"] = caller.schema;
    response = await fetch(`${base}/`, { headers, credentials: "omit", cache: "no-store" });
    text = await response.text();
  } catch {
    return fail("The server cannot be reached", "Is it still running? Load the page again when it is.");
  }
  let body = null;
  try { body = JSON.parse(text); } catch { /* Said below. */ }
  if (!response.ok) {
    const words = [body?.message, body?.hint].filter(Boolean).map((text) => text.replace(/[.]?$/, ".")).join(" ") || `The server answered ${response.status}.`;
    if (response.status === 401) {
      const had = caller.key || caller.token;
      forget();
      return fail(had ? "The key or token was not accepted" : "This API wants a key", had ? `${body?.message ?? "The server refused it."}. It was forgotten.` : words, true);
    }
    return fail("There is no description to show", words);
  }
  const told = body?.["x-offstage"];
  if (!told) return fail("There is no description to show", "The server's answer was not the description of the API.");
  if (told.bypassesPolicies || told.role === "service_role") {
    forget();
    return fail("A service key is not taken here", `Policies do not hold for ${told.role}, so its keys belong on servers only. This one was forgotten. Use a publishable or anon key.`, true);
  }
  api = model(body, told);
  caller.schema = told.schema;
  showCaller(told.role);
  render();
  say(`${api.relations.length} tables and views, ${api.functions.length} functions`);
}

function fail(title, words, wantsKey = false) {
  api = { failure: { title, words, wantsKey }, relations: [], functions: [] };
  showCaller("nobody");
  render();
}

// What the pages are made from: relations and functions with their operations.
function model(document_, told) {
  const relations = [], functions = [];
  const operations = new Map();
  for (const [path, item] of Object.entries(document_.paths ?? {})) {
    const list = Object.entries(item).map(([method, operation]) => ({ method, path, operation }));
    if (path.startsWith("/rpc/")) {
      functions.push({ name: decodeURIComponent(path.slice(5)), comment: list[0]?.operation.description, operations: list });
    } else {
      operations.set(decodeURIComponent(path.slice(1)), list);
    }
  }
  for (const schema of Object.values(document_.components?.schemas ?? {})) {
    const told = schema["x-offstage"];
    if (!told) continue;
    relations.push({
      name: told.name, kind: told.kind, comment: schema.description, columns: told.columns ?? [], primaryKey: told.primaryKey ?? [],
      unique: told.unique ?? [], foreignKeys: told.foreignKeys ?? [], checks: told.checks ?? [], rowSecurity: told.rowSecurity,
      policies: told.policies ?? [], operations: operations.get(told.name) ?? [], properties: schema.properties ?? {},
    });
  }
  return { document: document_, told, relations, functions, version: document_.info?.version };
}

function resolve(value) {
  for (let steps = 0; value?.$ref && steps < 8; steps++) {
    value = value.$ref.slice(2).split("/").reduce((found, part) => found?.[part.replace(/~1/g, "/").replace(/~0/g, "~")], api.document);
  }
  return value ?? {};
}

// MARK: Start

byId("who").addEventListener("click", openKeys);
byId("use").addEventListener("click", useKeys);
byId("cancel").addEventListener("click", closeKeys);
byId("forget").addEventListener("click", () => { forget(); closeKeys(); load(); });
byId("keys").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") useKeys(); });
byId("keys").addEventListener("close", () => { byId("key").value = ""; byId("token").value = ""; });
byId("find").addEventListener("input", () => { const { kind, name } = route(); contents(kind, name); });
byId("menu").addEventListener("click", () => {
  const isOpen = byId("nav").classList.toggle("open");
  byId("menu").setAttribute("aria-expanded", String(isOpen));
});
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
// A page that the browser keeps for "back" keeps no key.
addEventListener("pagehide", forget);
addEventListener("pageshow", (event) => { if (event.persisted) load(); });
addEventListener("hashchange", () => {
  byId("nav").classList.remove("open");
  byId("menu").setAttribute("aria-expanded", "false");
  render();
  scrollTo(0, 0);
  byId("main").focus({ preventScroll: true });
});
load();
