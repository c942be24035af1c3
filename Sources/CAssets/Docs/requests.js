"use strict";

// The form of each request: its fields, the request as a curl command, and the answer.

function callPart({ method, path, operation }, relation) {
  const words = operation.summary ?? (method === "get" ? "Call it to read" : "Call it");
  const inside = el("div", { class: "inside" });
  const part = el("details", { class: "call", ontoggle: () => { if (part.open && !inside.firstChild) form(inside, method, path, operation, relation); } },
    el("summary", {}, el("span", { class: `method ${method}` }, method), code(path), el("span", { class: "soft" }, words)), inside);
  return part;
}

let fieldCount = 0;

// What few requests need, and what the page itself sends.
const rare = new Set(["and", "or", "not.and", "not.or", "after", "columns", "Range", "If-Match", "If-None-Match", "Idempotency-Key"]);
const own = new Set(["Accept-Profile", "Content-Profile"]);

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
  const isRare = (parameter) => !isFilter(parameter) && (parameter.in === "header" || !parameter.required)
    && (rare.has(parameter.name) && /^(Condition|What a|The columns of|The first|The tags|The request)/.test(parameter.description ?? "") || !relation && parameter.description?.startsWith("A condition"));
  const shown = parameters.filter((parameter) => !own.has(parameter.name));
  const plain = shown.filter((parameter) => !isFilter(parameter) && !isRare(parameter)), filters = shown.filter(isFilter), more = shown.filter(isRare);
  if (plain.length) place.append(el("div", { class: "fields" }, plain.map(field)));
  if (filters.length) {
    place.append(el("details", { open: method !== "get" || filters.length <= 8 }, el("summary", {}, "Conditions ", el("span", { class: "soft" }, "eq.5, gt.3, like.A*, in.(1,2), is.null")),
      el("div", { class: "fields" }, filters.map(field))));
  }
  if (more.length) place.append(el("details", {}, el("summary", {}, "More"), el("div", { class: "fields" }, more.map(field))));
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
