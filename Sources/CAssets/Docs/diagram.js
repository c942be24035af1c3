"use strict";

// The entity-relationship diagram: tables as boxes, foreign keys as lines, referenced tables to the left of those that refer to them.
// Positions are attributes and looks are classes, since the page's policy allows no inline style.
const Diagram = (() => {
  const ROW = 19, HEAD = 28, GAP = 28, LANE = 90, MARGIN = 24, MOST = 24;
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
    node.append(...children);
    return node;
  }

  const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

  const short = (type) => type.replace("timestamp with time zone", "timestamptz").replace("timestamp without time zone", "timestamp")
    .replace("time without time zone", "time").replace("character varying", "varchar").replace("double precision", "float8");

  // What a box shows: all columns, or those of keys.
  function box(relation, isShort) {
    const foreign = new Set(relation.foreignKeys.flatMap((key) => key.columns));
    const primary = new Set(relation.primaryKey);
    let columns = relation.columns;
    if (isShort) columns = columns.filter((column) => primary.has(column.name) || foreign.has(column.name) || relation.targets.has(column.name));
    const more = relation.columns.length - Math.min(columns.length, MOST);
    const rows = columns.slice(0, MOST).map((column) => ({
      name: cut(column.name, 26), type: cut(short(column.type), 22), full: column.name, isKey: primary.has(column.name), isForeign: foreign.has(column.name),
    }));
    if (more > 0) rows.push({ name: `… ${more} more`, type: "", full: null, isKey: false, isForeign: false });
    const widest = Math.max(cut(relation.name, 30).length * 8.4, ...rows.map((row) => row.name.length * 7.5 + row.type.length * 6.8 + 34));
    return { relation, rows, width: Math.ceil(Math.max(130, widest + 22)), height: HEAD + rows.length * ROW + 6, x: 0, y: 0, lane: 0, rank: 0, near: new Set() };
  }

  // Tables that hang together, each group a list; tables alone come as one group at the end.
  function groups(boxes) {
    const seen = new Set(), together = [], alone = [];
    for (const first of boxes.values()) {
      if (seen.has(first)) continue;
      const group = [first];
      seen.add(first);
      for (let i = 0; i < group.length; i++) {
        for (const other of group[i].near) if (!seen.has(other)) { seen.add(other); group.push(other); }
      }
      if (group.length > 1) together.push(group); else alone.push(first);
    }
    together.sort((a, b) => b.length - a.length);
    return { together, alone };
  }

  // How many steps it is from a table to one that refers to none; a circle is cut where it is met.
  function rank(group, boxes) {
    const state = new Map();
    function visit(item) {
      if (state.has(item)) return state.get(item) ?? 0;
      state.set(item, null);
      let deepest = 0;
      for (const key of item.relation.foreignKeys) {
        const target = boxes.get(key.table);
        if (target && target !== item && !(state.has(target) && state.get(target) === null)) deepest = Math.max(deepest, visit(target) + 1);
      }
      state.set(item, deepest);
      item.rank = deepest;
      return deepest;
    }
    for (const item of group) visit(item);
  }

  const middle = (item) => item.y + item.height / 2;

  // Columns of boxes from left to right. A line that passes a column has a place of its own in it, which lines to the same target share,
  // so that no line runs behind a box. Gives the columns' places for the lines.
  function place(group, edges, top) {
    const lanes = [];
    for (const item of group) (lanes[item.rank] ??= []).push(item);
    const links = new Map(group.map((item) => [item, [...item.near]]));
    arrange(lanes, links);
    const area = group.reduce((sum, item) => sum + (item.height + GAP) * (item.width + LANE), 0);
    const columns = lanes.flatMap((lane) => split(lane, Math.max(760, Math.sqrt(area) * 0.9)));
    columns.forEach((column, index) => { for (const item of column) item.rank = index; });
    const passes = new Map();
    for (const edge of edges) pass(edge, columns, links, passes);
    arrange(columns, links);
    const heights = columns.map((column) => column.reduce((sum, item) => sum + item.height + GAP, -GAP));
    const tallest = Math.max(...heights);
    let x = MARGIN;
    columns.forEach((column, index) => {
      const width = Math.max(...column.map((item) => item.width));
      for (const item of column) { item.x = x; item.lane = width; item.y += top + (tallest - heights[index]) / 2; }
      x += width + LANE;
    });
    return { width: x - LANE, bottom: top + tallest };
  }

  // Each column ordered by where its neighbours stand.
  function arrange(columns, links) {
    columns.forEach(stack);
    for (let sweep = 0; sweep < 10; sweep++) {
      for (const column of sweep % 2 ? [...columns].reverse() : columns) {
        const pull = new Map(column.map((item) => {
          const others = links.get(item).filter((other) => other.rank !== item.rank);
          return [item, others.length ? others.reduce((sum, other) => sum + middle(other), 0) / others.length : middle(item)];
        }));
        column.sort((a, b) => pull.get(a) - pull.get(b));
        stack(column);
      }
    }
  }

  function stack(column) {
    let y = 0;
    for (const item of column) { item.y = y; y += item.height + GAP; }
  }

  // A column that is too tall, as several.
  function split(lane, tall) {
    const total = lane.reduce((sum, item) => sum + item.height + GAP, 0);
    const most = total / Math.max(1, Math.ceil(total / tall));
    const columns = [[]];
    let height = 0;
    for (const item of lane) {
      if (columns.at(-1).length && height + item.height / 2 > most) { columns.push([]); height = 0; }
      columns.at(-1).push(item);
      height += item.height + GAP;
    }
    return columns;
  }

  // Gives a line its places in the columns between its ends.
  function pass(edge, columns, links, passes) {
    const step = Math.sign(edge.to.rank - edge.from.rank);
    if (Math.abs(edge.to.rank - edge.from.rank) < 2) return;
    links.set(edge.from, links.get(edge.from).filter((other) => other !== edge.to));
    links.set(edge.to, links.get(edge.to).filter((other) => other !== edge.from));
    let before = edge.from;
    for (let rank = edge.from.rank + step; rank !== edge.to.rank; rank += step) {
      const name = JSON.stringify([edge.to.relation.name, edge.key.referenced[0], rank, step]);
      let place = passes.get(name);
      if (!place) {
        place = { rank, width: 0, height: 2, x: 0, y: 0, lane: 0 };
        passes.set(name, place);
        links.set(place, []);
        columns[rank].push(place);
      }
      links.get(before).push(place);
      links.get(place).push(before);
      edge.places.push(place);
      before = place;
    }
    links.get(before).push(edge.to);
    links.get(edge.to).push(before);
  }

  // Tables that nothing refers to and that refer to nothing, as a grid under the rest.
  function grid(alone, top, width) {
    let x = MARGIN, y = top, deepest = 0, right = 0;
    for (const item of alone) {
      if (x > MARGIN && x + item.width > width) { x = MARGIN; y += deepest + GAP; deepest = 0; }
      item.x = x;
      item.y = y;
      x += item.width + GAP;
      right = Math.max(right, x);
      deepest = Math.max(deepest, item.height);
    }
    return { width: right, bottom: y + deepest };
  }

  function rowOf(item, column) {
    const index = item.rows.findIndex((row) => row.full === column);
    return item.y + (index < 0 ? HEAD / 2 : HEAD + index * ROW + ROW / 2 + 2);
  }

  // From the column that refers (a crow's foot: many) to the one referred to (a bar: one).
  function line({ from, to, key, places }) {
    const y1 = rowOf(from, key.columns[0]), y2 = rowOf(to, key.referenced[0]);
    const step = Math.sign(to.rank - from.rank);
    const side1 = step < 0 ? -1 : 1, side2 = step > 0 ? -1 : 1;
    const x1 = side1 < 0 ? from.x : from.x + from.width, x2 = side2 < 0 ? to.x : to.x + to.width;
    const a = x1 + side1 * 11, b = x2 + side2 * 11;
    let path = `M${x1} ${y1 - 5}L${a} ${y1}L${x1} ${y1 + 5}M${x1} ${y1}L${a} ${y1}`;
    if (step === 0) {
      const right = Math.max(a, b) + 34;
      path += `C${right} ${y1} ${right} ${y2} ${b} ${y2}`;
    } else {
      let x = a, y = y1;
      const curve = (toX, toY) => {
        const half = (x + toX) / 2;
        path += `C${half} ${y} ${half} ${toY} ${toX} ${toY}`;
        [x, y] = [toX, toY];
      };
      for (const place of places) {
        curve(step < 0 ? place.x + place.lane : place.x, place.y);
        x = step < 0 ? place.x : place.x + place.lane;
        path += `L${x} ${y}`;
      }
      curve(b, y2);
    }
    path += `L${x2} ${y2}M${x2 + side2 * 7} ${y2 - 5}v10`;
    const words = `${from.relation.name} (${key.columns.join(", ")}) refers to ${key.table} (${key.referenced.join(", ")})`;
    return make("path", { class: "line", d: path }, make("title", {}, words));
  }

  function drawn(item, link, lines) {
    const { relation } = item;
    const group = make("g", { class: relation.kind === "table" ? "table" : "view", transform: `translate(${item.x} ${item.y})` });
    group.append(
      make("rect", { class: "box", width: item.width, height: item.height, rx: 6 }),
      make("rect", { class: "head", x: 1, y: 1, width: item.width - 2, height: HEAD - 4, rx: 5 }),
      make("text", { class: "title", x: 10, y: 18 }, cut(relation.name, 30)));
    item.rows.forEach((row, index) => {
      const y = HEAD + index * ROW + 15;
      const name = make("text", { class: row.isKey ? "keycolumn" : "column", x: 10, y }, (row.isKey ? "• " : row.isForeign ? "→ " : "") + row.name);
      const type = make("text", { class: "type", x: item.width - 10, y, "text-anchor": "end" }, row.type);
      group.append(name, type);
    });
    const anchor = make("a", { href: link(relation), "aria-label": `${relation.kind} ${relation.name}` }, make("title", {}, relation.name), group);
    const light = (isLit) => () => { for (const path of lines) path.classList.toggle("lit", isLit); };
    anchor.addEventListener("mouseenter", light(true));
    anchor.addEventListener("mouseleave", light(false));
    anchor.addEventListener("focus", light(true));
    anchor.addEventListener("blur", light(false));
    return anchor;
  }

  // relations: name, kind, columns, primaryKey, foreignKeys. Gives the SVG and its size.
  function draw(relations, isShort, link) {
    for (const relation of relations) relation.targets = new Set();
    const byName = new Map(relations.map((relation) => [relation.name, relation]));
    for (const relation of relations) {
      for (const key of relation.foreignKeys) for (const column of key.referenced) byName.get(key.table)?.targets.add(column);
    }
    const boxes = new Map(relations.map((relation) => [relation.name, box(relation, isShort)]));
    const edges = [];
    for (const item of boxes.values()) {
      for (const key of item.relation.foreignKeys) {
        const target = boxes.get(key.table);
        if (!target) continue;
        edges.push({ from: item, to: target, key, places: [] });
        if (target !== item) { item.near.add(target); target.near.add(item); }
      }
    }
    const { together, alone } = groups(boxes);
    let top = MARGIN, width = 0;
    for (const group of together) {
      rank(group, boxes);
      const members = new Set(group);
      const placed = place(group, edges.filter((edge) => edge.from !== edge.to && members.has(edge.from)), top);
      width = Math.max(width, placed.width);
      top = placed.bottom + GAP * 1.6;
    }
    if (alone.length) {
      const placed = grid(alone, top, Math.max(width, 900));
      width = Math.max(width, placed.width);
      top = placed.bottom + GAP;
    }
    width += MARGIN + 50;
    const svg = make("svg", { class: "er", viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(top)}`, role: "group", "aria-label": "Entity-relationship diagram" });
    const linesOf = new Map([...boxes.values()].map((item) => [item, []]));
    for (const edge of edges) {
      const path = line(edge);
      linesOf.get(edge.from).push(path);
      if (edge.to !== edge.from) linesOf.get(edge.to).push(path);
      svg.append(path);
    }
    for (const item of boxes.values()) svg.append(drawn(item, link, linesOf.get(item)));
    return { svg, width: Math.ceil(width), height: Math.ceil(top) };
  }

  return { draw };
})();
