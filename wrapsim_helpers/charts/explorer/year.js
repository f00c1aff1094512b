// Draws a year from its numbers, and asks for another one when a control moves.
//   host  an element; the page is in its shadow root, so that styles of the notebook stay out
//   data  {first, controls, marks, step, style}, as from explorer_data
//   ask   function (choice, answer): calls answer(year); choice: name -> value, null for unchanged
function yearExplorer(host, data, ask) {
  const DATA = "#8C8794", GREY = "#5A5563", ACCENT = "#C0341B", LINE = "#D9D6DE", INK = "#17151F";
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${data.style}</style><section class="explorer" aria-label="Explorer">
    <form class="controls"></form><p class="said" aria-live="polite"></p>
    <figure class="year"></figure><div class="pair"><figure class="clock"></figure>
    <div class="top"></div></div><p class="note"></p></section>`;
  const part = (name) => root.querySelector("." + name);
  const state = Object.fromEntries(data.controls.map((c) => [c.name, c.start]));
  let waiting = false, wanted = null, began = 0, timer = 0;

  const node = (tag, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const html = (tag, attributes, text) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const count = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, n >= 10000 ? "\u2009" : "");
  const percent = (share) => Math.round(100 * share) + "\u2009%";
  const steps = (top) => {
    const power = 10 ** Math.floor(Math.log10(Math.max(top, 1e-9) / 3));
    const step = [1, 2, 5, 10].map((k) => k * power).find((s) => top / s <= 5);
    return [...Array(Math.floor(top / step) + 1).keys()].map((k) => k * step);
  };

  // -- controls ------------------------------------------------------------------------------------

  function slider(control) {
    const box = html("label", { class: "control" }, control.label + " ");
    const shown = html("output", {}, control.texts[control.start]);
    const input = html("input", {
      type: "range", min: 0, max: control.values.length - 1, step: 1, name: control.name,
      "aria-valuetext": control.texts[control.start],
    });
    input.value = control.start;
    input.addEventListener("input", () => {
      shown.textContent = control.texts[input.value];
      input.setAttribute("aria-valuetext", control.texts[input.value]);
      move(control.name, Number(input.value));
    });
    box.append(shown, input);
    return box;
  }

  function menu(control) {
    const box = html("label", { class: "control" }, control.label);
    const input = html("select", { name: control.name });
    control.texts.forEach((text, i) => input.append(html("option", { value: i }, text)));
    input.value = control.start;
    input.addEventListener("change", () => move(control.name, Number(input.value)));
    box.append(input);
    return box;
  }

  function reset() {
    const button = html("button", { type: "button" }, "Back to the first year");
    button.addEventListener("click", () => {
      data.controls.forEach((c) => {
        const input = root.querySelector(`[name=${c.name}]`);
        input.value = c.start;
        input.dispatchEvent(new Event(c.kind === "range" ? "input" : "change"));
      });
    });
    return button;
  }

  // -- asking: one question at a time, then the last one that was wanted ---------------------------

  function move(name, place) {
    state[name] = place;
    wanted = Object.fromEntries(data.controls.map((c) => [c.name, c.values[state[c.name]]]));
    began = performance.now();
    next();
  }

  function next() {
    if (waiting || !wanted) return;
    waiting = true;
    const choice = wanted;
    wanted = null;
    clearTimeout(timer);
    timer = setTimeout(() => note("No answer from the kernel. Run this cell again."), 5000);
    ask(choice, (year) => {
      clearTimeout(timer);
      waiting = false;
      note(year.error || "");
      if (!year.error) draw(year);
      host.dataset.ms = Math.round(performance.now() - began);
      host.dataset.total = year.total;
      next();
    });
  }

  const note = (text) => { part("note").textContent = text; };

  // -- pictures ------------------------------------------------------------------------------------

  function frame(box, width, height, alt) {
    const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": alt });
    box.replaceChildren(svg);
    return svg;
  }

  function rule(svg, y, from, to, text) {
    svg.append(node("line", { x1: from, x2: to, y1: y, y2: y, stroke: LINE }));
    svg.append(node("text", { x: from - 6, y: y + 4, "text-anchor": "end", fill: GREY }, text));
  }

  function drawYear(year) {
    const width = 720, height = 230, left = 48, right = 646, top = 30, bottom = 200;
    const [was, now] = [data.first.weeks, year.weeks], most = Math.max(...was, ...now, 1);
    const x = (i) => left + ((right - left) * i) / Math.max(was.length - 1, 1);
    const y = (value) => bottom - ((bottom - top) * value) / most;
    const svg = frame(part("year"), width, height,
      `Minutes a ${data.step}. First year: ${was.join(", ")}. Now: ${now.join(", ")}.`);
    svg.append(node("text", { x: 0, y: 14, fill: GREY }, `minutes a ${data.step}`));
    for (const value of steps(most)) rule(svg, y(value), left, right, count(value));
    for (const [place, text] of data.marks)
      svg.append(node("text", { x: x(place), y: 220, fill: GREY }, text));
    const path = (values) => values.map((v, i) => `${i ? "L" : "M"}${x(i)},${y(v)}`).join("");
    const line = (values, stroke) =>
      svg.append(node("path", { d: path(values), fill: "none", stroke, "stroke-width": 2 }));
    line(was, DATA);
    if (changed()) line(now, ACCENT);
    const [first, last] = [y(was[was.length - 1]), y(now[now.length - 1])];
    const apart = changed() && Math.abs(first - last) < 16 ? (first > last ? 8 : -8) : 0;
    svg.append(node("text", { x: right + 6, y: first + 4 + apart, fill: GREY }, "first year"));
    if (changed())
      svg.append(node("text", { x: right + 6, y: last + 4 - apart, fill: ACCENT }, "now"));
  }

  function drawClock(year) {
    const width = 360, height = 200, left = 40, right = 356, top = 30, bottom = 160;
    const [was, now] = [data.first.hours, year.hours], most = Math.max(...was, ...now, 0.01);
    const room = (right - left) / 24, x = (hour) => left + room * hour;
    const y = (value) => bottom - ((bottom - top) * value) / most;
    const svg = frame(part("clock"), width, height,
      `Share of plays by local hour from 0. First year: ${was.map(percent).join(", ")}. ` +
      `Now: ${now.map(percent).join(", ")}.`);
    svg.append(node("text", { x: 0, y: 14, fill: GREY }, "share of plays by hour of the day"));
    for (const value of steps(most)) rule(svg, y(value), left, right, percent(value));
    now.forEach((share, hour) => svg.append(node("rect", {
      x: x(hour) + 1, y: y(share), width: room - 2, height: bottom - y(share),
      fill: changed() ? ACCENT : DATA,
    })));
    const steps_ = was.map((v, h) => `${h ? "L" : "M"}${x(h)},${y(v)}L${x(h + 1)},${y(v)}`).join("");
    if (changed())
      svg.append(node("path", { d: steps_, fill: "none", stroke: INK, "stroke-width": 1.5 }));
    for (const hour of [0, 6, 12, 18])
      svg.append(node("text", { x: x(hour), y: 178, fill: GREY }, `${hour}:00`));
    if (changed())
      svg.append(node("text", { x: left, y: 196, fill: INK }, "black line: first year"));
  }

  function drawTop(year) {
    const table = html("table", {}), known = new Set(data.first.top.map(([name]) => name));
    table.append(html("caption", {}, "Top five artists, streams"));
    const head = html("tr", {});
    head.append(html("th", { scope: "col" }, "first year"));
    if (changed()) head.append(html("th", { scope: "col", class: "now" }, "now (new: bold)"));
    table.append(head);
    const cell = (entry, names) => {
      const box = html("td", {});
      if (!entry) return box;
      box.append(html(names && !names.has(entry[0]) ? "strong" : "span", {}, entry[0]));
      box.append(html("small", {}, " " + count(entry[1])));
      return box;
    };
    for (let i = 0; i < Math.max(data.first.top.length, year.top.length); i++) {
      const row = html("tr", {});
      row.append(cell(data.first.top[i]));
      if (changed()) row.append(cell(year.top[i], known));
      table.append(row);
    }
    part("top").replaceChildren(table);
  }

  const changed = () => data.controls.some((c) => state[c.name] !== c.start);

  function draw(year) {
    part("said").textContent = year.said;
    drawYear(year);
    drawClock(year);
    drawTop(year);
  }

  const drawn = { range: slider, choice: menu };
  data.controls.forEach((control) => part("controls").append(drawn[control.kind](control)));
  part("controls").append(reset());
  draw(data.first);
  host.dataset.ready = "yes";
}
