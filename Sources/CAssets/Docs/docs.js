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

// MARK: Pages

// `#/table/books`
function route() {
  const [, kind, encoded] = location.hash.split("/");
  try { return { kind, name: decodeURIComponent(encoded ?? "") }; } catch { return { kind, name: "" }; }
}

function render() {
  const main = byId("main");
  const { kind, name } = route();
  contents(kind, name);
  byId("version").textContent = api?.version ? `Offstage ${api.version}` : "";
  let page;
  if (!api) page = [el("p", { class: "soft" }, "Loading …")];
  else if (api.failure) page = failurePage();
  else if (kind === "table") page = tablePage(api.relations.find((relation) => relation.name === name), name);
  else if (kind === "function") page = functionPage(api.functions.find((item) => item.name === name), name);
  else if (kind === "diagram") page = diagramPage();
  else page = overview();
  main.replaceChildren(...page.filter(Boolean));
  const title = main.querySelector("h1")?.firstChild?.textContent;
  document.title = title && kind ? `${title} · API reference` : "API reference";
}

function contents(kind, name) {
  const wanted = byId("find").value.trim().toLowerCase();
  const fits = (item) => item.name.toLowerCase().includes(wanted);
  const entry = (href, text, isCurrent) => el("li", {}, el("a", { href, "aria-current": isCurrent && "page" }, text));
  const parts = [el("ul", {}, entry("#/", "Overview", !kind), entry("#/diagram", "Diagram", kind === "diagram"))];
  for (const [title, items, link, own] of [
    ["Tables", (api?.relations ?? []).filter((item) => item.kind === "table"), tableLink, "table"],
    ["Views", (api?.relations ?? []).filter((item) => item.kind !== "table"), tableLink, "table"],
    ["Functions", api?.functions ?? [], functionLink, "function"],
  ]) {
    const shown = items.filter(fits);
    if (shown.length) parts.push(el("h2", {}, title), el("ul", {}, shown.map((item) => entry(link(item.name), item.name, kind === own && name === item.name))));
  }
  if (wanted && parts.length === 1) parts.push(el("p", { class: "soft" }, "Nothing of this name."));
  byId("list").replaceChildren(...parts);
}

function failurePage() {
  const { title, words, wantsKey } = api.failure;
  return [
    el("h1", {}, title), el("p", { class: "error", role: "alert" }, words),
    el("div", { class: "buttons" }, wantsKey && el("button", { type: "button", class: "primary", onclick: openKeys }, "Type a key in"),
      el("button", { type: "button", onclick: load }, "Try again")),
  ];
}

function overview() {
  const { relations, functions, told } = api;
  const card = (item, link) => el("li", {}, el("a", { href: link(item.name) }, el("strong", {}, item.name), el("span", {}, item.comment ?? "")));
  const page = [
    el("h1", {}, "API reference"),
    el("p", {}, "What ", code(told.role), " may do with the schema ", code(told.schema), ". The address is ", code(base), "."),
  ];
  if (told.schemas?.length > 1) {
    const choice = el("select", { id: "schema", onchange: (event) => { caller.schema = event.target.value; load(); } },
      told.schemas.map((name) => el("option", { value: name, selected: name === told.schema }, name)));
    page.push(el("p", { class: "fields" }, el("label", { for: "schema" }, "Schema ", choice)));
  }
  if (!relations.length && !functions.length) {
    page.push(el("p", { class: "note" }, `There is nothing that ${told.role} may use yet. Tables are open to a role once they are granted to it; a user's access token may open more.`),
      el("div", { class: "buttons" }, el("button", { type: "button", onclick: openKeys }, "Change the key or token")));
    return page;
  }
  const group = (title, items, link) => items.length ? [el("h2", {}, title), el("ul", { class: "cards" }, items.map((item) => card(item, link)))] : [];
  page.push(
    ...group("Tables", relations.filter((item) => item.kind === "table"), tableLink),
    ...group("Views", relations.filter((item) => item.kind !== "table"), tableLink), ...group("Functions", functions, functionLink));
  return page;
}

function missing(name) {
  return [el("h1", {}, name || "Nothing"), el("p", { class: "note" }, `There is nothing of this name that ${api.told.role} may use. `, el("a", { href: "#/" }, "Overview"))];
}

function tablePage(relation, name) {
  if (!relation) return missing(name);
  const backwards = api.relations.flatMap((other) => other.foreignKeys.filter((key) => key.table === relation.name).map((key) => ({ other, key })));
  return [
    el("h1", {}, relation.name, el("span", { class: "kind" }, relation.kind)),
    relation.comment && el("p", { class: "comment" }, relation.comment),
    el("h2", {}, "Columns"), columnTable(relation),
    ...keyList(relation), ...(backwards.length ? [el("h2", {}, "Referred to by"), el("ul", {}, backwards.map(({ other, key }) =>
      el("li", {}, el("a", { href: tableLink(other.name) }, other.name), " (", code(key.columns.join(", ")), ")")))] : []),
    ...(relation.checks.length ? [el("h2", {}, "Checks"), el("ul", {}, relation.checks.map((check) => el("li", {}, code(check.condition), el("span", { class: "soft" }, ` ${check.name}`))))] : []),
    ...policyPart(relation),
    el("h2", {}, "Requests"), el("p", { class: "soft" }, "Requests are real: what they write is written."),
    ...relation.operations.map((item) => callPart(item, relation)),
  ];
}

function columnTable(relation) {
  const primary = new Set(relation.primaryKey);
  const single = new Set(relation.unique.filter((key) => key.length === 1).map((key) => key[0]));
  const rows = relation.columns.map((column) => {
    const keys = relation.foreignKeys.filter((key) => key.columns.includes(column.name));
    const labels = resolve(relation.properties[column.name]).enum?.filter((label) => label !== null);
    return el("tr", {},
      el("td", { class: "name code" }, column.name), el("td", {}, code(column.type)),
      el("td", {},
        primary.has(column.name) && badge("primary key", "key"), single.has(column.name) && badge("unique"),
        keys.map((key) => el("a", { class: "badge", href: tableLink(key.table) }, `→ ${key.table}.${key.referenced[key.columns.indexOf(column.name)]}`)),
        column.notNull && badge("not null"), column.identity && badge(`identity, ${column.identity}`), column.isGenerated && badge("generated"),
        column.writeOnly && badge("may not be read"),
        column.default !== undefined && el("div", {}, el("span", { class: "soft" }, "default "), code(column.default)),
        column.generated !== undefined && el("div", {}, el("span", { class: "soft" }, "is "), code(column.generated)),
        labels?.length && el("div", {}, el("span", { class: "soft" }, "one of "), code(labels.join(", ")))),
      el("td", {}, column.comment ?? ""));
  });
  return el("div", { class: "scroll" }, el("table", { class: "columns" },
    el("thead", {}, el("tr", {}, ["Name", "Type", "Rules", "Comment"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)));
}

function keyList(relation) {
  const items = [];
  if (relation.primaryKey.length) items.push(el("li", {}, "Primary key ", code(relation.primaryKey.join(", "))));
  for (const key of relation.unique) items.push(el("li", {}, "Unique ", code(key.join(", "))));
  for (const key of relation.foreignKeys) {
    items.push(el("li", {}, code(key.columns.join(", ")), " refers to ", el("a", { href: tableLink(key.table) }, key.table), " (", code(key.referenced.join(", ")), ")",
      key.onDelete !== "no action" && el("span", { class: "soft" }, `; on delete ${key.onDelete}`)));
  }
  return items.length ? [el("h2", {}, "Keys"), el("ul", {}, items)] : [];
}

function policyPart(relation) {
  if (relation.kind !== "table") return [];
  const title = el("h2", {}, "Policies");
  if (!api.told.definitions) {
    return [title, el("p", { class: "soft" }, "Policies, checks and defaults are shown only to the developer: on the embedded engine, outside production, at the server's own machine.")];
  }
  if (!relation.rowSecurity) return [title, el("p", { class: "note" }, "Row level security is off: whoever has a grant reaches every row.")];
  if (!relation.policies.length) return [title, el("p", { class: "note" }, "Row level security is on and there is no policy: no row can be reached, but by service keys.")];
  const rows = relation.policies.map((policy) => el("tr", {},
    el("td", {}, policy.name, !policy.permissive && el("div", {}, badge("restrictive"))), el("td", {}, policy.command), el("td", {}, policy.roles.join(", ")),
    el("td", {}, policy.using !== undefined && el("div", {}, el("span", { class: "soft" }, "using "), code(policy.using)),
      policy.check !== undefined && el("div", {}, el("span", { class: "soft" }, "with check "), code(policy.check)))));
  return [title, el("div", { class: "scroll" }, el("table", { class: "policies" },
    el("thead", {}, el("tr", {}, ["Name", "For", "To", "Rows"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)))];
}

function functionPage(item, name) {
  if (!item) return missing(name);
  return [
    el("h1", {}, item.name, el("span", { class: "kind" }, "function")), item.comment && el("p", { class: "comment" }, item.comment),
    ...parameterPart(item), el("p", {}, el("span", { class: "soft" }, "Gives "), ...typeWords(result(item))),
    el("h2", {}, "Requests"), el("p", { class: "soft" }, "Requests are real: what the function writes is written."),
    ...item.operations.map((operation) => callPart(operation, null)),
  ];
}

function parameterPart(item) {
  const schema = resolve(Object.values(item.operations.find(({ method }) => method === "post")?.operation.requestBody?.content ?? {})[0]?.schema);
  const must = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => el("tr", {},
    el("td", { class: "name code" }, name), el("td", {}, ...typeWords(property)), el("td", {}, must.has(name) ? badge("required", "key") : badge("optional"))));
  if (!rows.length) return [el("h2", {}, "Parameters"), el("p", { class: "soft" }, "None.")];
  return [el("h2", {}, "Parameters"), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Name", "Type", "Rules"].map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, rows)))];
}

const result = (item) => Object.values(item.operations[0]?.operation.responses?.["200"]?.content ?? {})[0]?.schema;

// PostgreSQL's name of a format.
const typeName = (format) => ({ int32: "integer", int64: "bigint", "date-time": "timestamp with time zone" })[format] ?? format;

// A schema in words: `integer`, a list of rows of books, an object with its columns.
function typeWords(schema, depth = 0) {
  if (!schema) return ["nothing"];
  if (schema.$ref) {
    const name = resolve(schema)["x-offstage"]?.name;
    return name ? ["a row of ", el("a", { href: tableLink(name) }, name)] : ["an object"];
  }
  const type = [schema.type].flat().find((name) => name && name !== "null");
  if (type === "array") return depth > 3 ? ["a list"] : ["a list: ", ...typeWords(schema.items, depth + 1)];
  if (type === "object" && schema.properties && depth < 3) {
    const columns = Object.entries(schema.properties);
    return ["an object with ", ...columns.flatMap(([name, property], index) => [index ? ", " : "", code(name), " (", ...typeWords(property, depth + 1), ")"])];
  }
  if (schema.enum) return ["one of ", code(schema.enum.filter((label) => label !== null).join(", "))];
  return [code(typeName(schema.format) ?? type ?? "json")];
}

function diagramPage() {
  const title = el("h1", {}, "Diagram");
  const tables = api.relations;
  if (!tables.length) return [title, el("p", { class: "note" }, `There is no table that ${api.told.role} may use.`)];
  if (tables.length > 300) return [title, el("p", { class: "note" }, `${tables.length} tables are too many for one drawing.`)];
  const canvas = el("div", { class: "canvas", tabindex: 0, role: "region", "aria-label": "Diagram; scrolls" });
  const percent = el("span", { class: "soft" });
  let isShort = tables.reduce((sum, table) => sum + table.columns.length, 0) > 220, scale = 0, drawing;
  function zoom(to) {
    scale = Math.max(0.15, Math.min(3, to));
    drawing.svg.setAttribute("width", Math.round(drawing.width * scale));
    drawing.svg.setAttribute("height", Math.round(drawing.height * scale));
    percent.textContent = `${Math.round(scale * 100)} %`;
  }
  const fit = () => zoom(Math.min(1, (canvas.clientWidth - 4 || 900) / drawing.width));
  function draw() {
    drawing = Diagram.draw(tables, isShort, (relation) => tableLink(relation.name));
    canvas.replaceChildren(drawing.svg);
    if (scale) zoom(scale); else requestAnimationFrame(() => zoom(Math.max(0.8, Math.min(1, (canvas.clientWidth - 4 || 900) / drawing.width))));
  }
  const button = (text, label, action) => el("button", { type: "button", "aria-label": label, onclick: action }, text);
  const short = el("input", { type: "checkbox", id: "short", class: "check", checked: isShort, onchange: (event) => { isShort = event.target.checked; draw(); } });
  const keys = tables.flatMap((table) => table.foreignKeys.map((key) => ({ table, key })));
  draw();
  return [
    title,
    el("div", { class: "tools" }, button("−", "Smaller", () => zoom(scale / 1.25)), button("+", "Larger", () => zoom(scale * 1.25)), button("Fit", "Fit the width", fit),
      percent, short, el("label", { for: "short" }, "Keys only")),
    canvas,
    el("details", {}, el("summary", {}, "The same in words"), keys.length
      ? el("ul", {}, keys.map(({ table, key }) => el("li", {}, `${table.name} (${key.columns.join(", ")}) refers to ${key.table} (${key.referenced.join(", ")})`)))
      : el("p", { class: "soft" }, "No table refers to another.")),
  ];
}

// MARK: Trying a request

function callPart({ method, path, operation }, relation) {
  const words = operation.summary ?? (method === "get" ? "Call it to read" : "Call it");
  const inside = el("div", { class: "inside" });
  const part = el("details", { class: "call", ontoggle: () => { if (part.open && !inside.firstChild) form(inside, method, path, operation, relation); } },
    el("summary", {}, el("span", { class: `method ${method}` }, method), code(path), el("span", { class: "soft" }, words)), inside);
  return part;
}

let fieldCount = 0;

function form(place, method, path, operation, relation) {
  const parameters = (operation.parameters ?? []).map(resolve);
  const columns = new Set(relation ? relation.columns.map((column) => column.name) : []);
  const isFilter = (parameter) => relation && parameter.in === "query" && columns.has(parameter.name) && parameter.description?.startsWith("A condition");
  const inputs = [];
  function field(parameter) {
    const id = `field-${++fieldCount}`;
    const filter = isFilter(parameter);
    const value = relation && method === "get" && parameter.name === "limit" && !filter ? "20" : "";
    const input = el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", value, oninput: preview,
      placeholder: filter ? "eq.value" : parameter.example ?? "" });
    inputs.push({ parameter, input, filter });
    const type = relation ? "" : typeName(resolve(parameter.schema).format) ?? [resolve(parameter.schema).type].flat().join(", ");
    return el("div", { class: "field" }, el("label", { for: id }, parameter.name, " ", parameter.required && el("span", { class: "must", title: "required" }, "*"), type && el("small", {}, type)),
      input, !filter && parameter.description && el("p", {}, withCode(parameter.description)));
  }
  const plain = parameters.filter((parameter) => !isFilter(parameter)), filters = parameters.filter(isFilter);
  if (plain.length) place.append(el("div", { class: "fields" }, plain.map(field)));
  if (filters.length) {
    place.append(el("details", { open: method !== "get" || filters.length <= 8 }, el("summary", {}, "Conditions ", el("span", { class: "soft" }, "eq.5, gt.3, like.A*, in.(1,2), is.null")),
      el("div", { class: "fields" }, filters.map(field))));
  }
  let body = null;
  if (operation.requestBody) {
    const id = `field-${++fieldCount}`;
    body = el("textarea", { id, spellcheck: "false", autocomplete: "off", oninput: preview });
    body.value = JSON.stringify(example(operation.requestBody, method, relation), null, 2);
    place.append(el("label", { for: id }, "Body ", el("small", {}, "JSON")), body);
  }
  const command = el("pre", { tabindex: 0, "aria-label": "The request as a curl command" });
  const send = el("button", { type: "button", class: "primary", onclick: () => run(false) }, "Send");
  const copy = el("button", { type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(command.textContent); say("Copied"); copy.textContent = "Copied"; } catch { copy.textContent = "Copying is not allowed here"; }
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  } }, "Copy");
  const answer = el("div", { class: "answer", "aria-live": "polite" });
  place.append(el("h3", {}, "As a command"), command, el("div", { class: "buttons" }, send, copy), answer);
  let isArmed = false;

  function request() {
    const query = [], headers = identity();
    for (const { parameter, input } of inputs) {
      const value = input.value.trim();
      if (!value) continue;
      if (parameter.in === "header") headers[parameter.name] = value; else query.push(`${escaped(inQuotes(parameter.name))}=${escaped(value)}`);
    }
    if (api.told.schemas?.length > 1) headers[method === "get" ? "Accept-Profile" : "Content-Profile"] = api.told.schema;
    if (body) headers["Content-Type"] = "application/json";
    const where = path.split("/").map((part) => encodeURIComponent(decodeURIComponent(part.replace(/%(?![0-9A-F]{2})/gi, "%25")))).join("/");
    return { url: `${base}${where}${query.length ? "?" + query.join("&") : ""}`, method: method.toUpperCase(), headers, body: body?.value };
  }

  function preview() {
    isArmed = false;
    send.textContent = "Send";
    send.className = "primary";
    command.textContent = curl(request());
  }

  async function run() {
    const reachesAll = relation && (method === "patch" || method === "delete") && !inputs.some(({ filter, input }) => filter && input.value.trim());
    if (reachesAll && !isArmed) {
      isArmed = true;
      send.textContent = method === "delete" ? "No condition: delete every row?" : "No condition: update every row?";
      send.className = "danger";
      return;
    }
    const { url, ...options } = request();
    preview();
    send.disabled = true;
    answer.replaceChildren(el("p", { class: "soft" }, "Sent …"));
    const begun = performance.now();
    try {
      const response = await fetch(url, { ...options, credentials: "omit", cache: "no-store" });
      const text = await response.text();
      answer.replaceChildren(...answerPart(response, text, performance.now() - begun));
    } catch (error) {
      answer.replaceChildren(el("p", { class: "error" }, `No answer came: ${error.message}`));
    }
    send.disabled = false;
  }
  preview();
}

// As the dialect wants a name in which a dot, a colon or the like would mean something.
const inQuotes = (name) => (/^[\p{L}\p{N}_ $-]+$/u.test(name) ? name : `"${name.replace(/[\\"]/g, "\\$&")}"`);

// Readable in a URL: what needs no escape in a query has none.
const escaped = (text) => encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");

// The request as it is sent; the key and the token stand in two variables, so that the command can be shown to others.
function curl({ url, method, headers, body }) {
  const quoted = (text) => `'${text.replace(/'/g, "'\\''")}'`;
  const parts = [`curl -i${method === "GET" ? "" : ` -X ${method}`} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (name === "apikey") parts.push('-H "apikey: $KEY"');
    else if (name === "Authorization") parts.push('-H "Authorization: Bearer $TOKEN"');
    else parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

function answerPart(response, text, time) {
  const most = 200_000;
  let shown = text;
  if (/json/.test(response.headers.get("content-type") ?? "") && text.length < most) {
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* As it came. */ }
  }
  const left = shown.length - most;
  const size = new Blob([text]).size;
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return [
    el("p", {}, el("span", { class: `status ${response.ok ? "ok" : "no"}` }, `${response.status} ${response.statusText}`),
      el("span", { class: "soft" }, ` · ${time < 10 ? time.toFixed(1) : Math.round(time)} ms · ${size < 1024 ? `${size} byte${size === 1 ? "" : "s"}` : `${(size / 1024).toFixed(1)} KB`}`)),
    el("details", {}, el("summary", {}, "Headers"), el("pre", { tabindex: 0 }, headers)),
    shown ? el("pre", { tabindex: 0, "aria-label": "Body of the answer" }, left > 0 ? shown.slice(0, most) : shown) : el("p", { class: "soft" }, "No body."),
    left > 0 && el("p", { class: "soft" }, `${left} more characters are not shown.`),
  ].filter(Boolean);
}

// A body to begin with: what must be given, or a first column.
function example(requestBody, method, relation) {
  let schema = resolve(Object.values(requestBody.content ?? {})[0]?.schema);
  if (schema.oneOf) schema = resolve(schema.oneOf[0]);
  const properties = Object.entries(schema.properties ?? {});
  const must = new Set(schema.required ?? []);
  let wanted = properties.filter(([name]) => must.has(name));
  if (!wanted.length && relation) {
    const others = properties.filter(([name]) => !relation.primaryKey.includes(name));
    wanted = (others.length ? others : properties).slice(0, method === "patch" ? 1 : 4);
  }
  return Object.fromEntries(wanted.map(([name, property]) => [name, sample(resolve(property))]));
}

function sample(property) {
  if (property.default !== undefined) return property.default;
  if (property.enum?.length) return property.enum[0];
  const type = [property.type].flat().find((name) => name !== "null");
  switch (type) {
    case "integer": case "number": return 1;
    case "boolean": return true;
    case "array": return [];
    case "object": case undefined: return {};
  }
  switch (property.format) {
    case "uuid": return "00000000-0000-4000-8000-000000000000";
    case "date": return "2026-01-31";
    case "date-time": return "2026-01-31T12:00:00Z";
    case "timestamp without time zone": return "2026-01-31T12:00:00";
    case "time without time zone": return "12:00:00";
    default: return "text";
  }
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
