"use strict";

// The pages, each a list of nodes: the overview, a table, a function, the diagram.

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
