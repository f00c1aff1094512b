// Controls, and a page that is drawn from the answers to them.
//   host  an element; the page is in its shadow root, so that styles of the notebook stay out
//   data  {first, controls, style, back, ...}: the first answer, see `control`, what draw needs
//   ask   function (choice, answer): calls answer(numbers); choice: name -> value, null for
//         unchanged
//   parts HTML of the places that draw fills;  draw  function (page, numbers)
function explorer(host, data, ask, parts, draw) {
  const DATA = "#8C8794", GREY = "#5A5563", ACCENT = "#C0341B", LINE = "#D9D6DE", INK = "#17151F";
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${data.style}</style><section class="explorer" aria-label="Explorer">
    <form class="controls"></form><p class="said" aria-live="polite"></p>${parts}
    <p class="note"></p></section>`;
  const part = (name) => root.querySelector("." + name);
  const state = Object.fromEntries(data.controls.map((c) => [c.name, c.start]));
  let waiting = false, wanted = null, began = 0, timer = 0, answers = 0;

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
    const button = html("button", { type: "button" }, data.back);
    button.addEventListener("click", () => {
      data.controls.forEach((c) => {
        const input = root.querySelector(`[name=${c.name}]`);
        input.value = c.start;
        input.dispatchEvent(new Event(c.kind === "range" ? "input" : "change"));
      });
    });
    return button;
  }

  function save() {
    const button = html("button", { type: "button" }, "Save picture");
    button.addEventListener("click", () => {
      const moved = data.controls.filter((c) => state[c.name] !== c.start);
      const changes = moved.map((c) => [c.label, c.texts[state[c.name]], c.texts[c.start]]);
      savePicture(root, changes)
        .catch(() => note("This browser cannot draw the picture. Take a screenshot instead."));
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
    ask(choice, (numbers) => {
      clearTimeout(timer);
      note(numbers.error || numbers.soon || "");
      if (numbers.soon) return;  // the kernel says what it does before the answer is there
      if (!numbers.error) show(numbers);
      waiting = false;
      host.dataset.ms = Math.round(performance.now() - began);
      host.dataset.answers = ++answers;
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

  // Two series as lines: what was first in grey, what is now in the accent's colour.
  //   chart  {was, now, alt, title, names, marks, width, format}; marks: [position, text]
  function lines(box, { was, now, alt, title, names, marks, width = 720, format = count }) {
    const height = 230, left = 48, right = width - 74, top = 30, bottom = 200;
    const most = Math.max(...was, ...now, 1e-9), last = Math.max(was.length - 1, 1);
    const x = (i) => left + ((right - left) * i) / last;
    const y = (value) => bottom - ((bottom - top) * value) / most;
    const svg = frame(box, width, height, alt);
    svg.append(node("text", { x: 0, y: 14, fill: GREY }, title));
    for (const value of steps(most)) rule(svg, y(value), left, right, format(value));
    for (const [place, text] of marks)
      svg.append(node("text", { x: x(place), y: 220, fill: GREY }, text));
    const end = (values) => (values.length ? y(values[values.length - 1]) : NaN);
    const apart = changed() && Math.abs(end(was) - end(now)) < 16 ? (end(was) > end(now) ? 8 : -8) : 0;
    const line = (values, stroke, fill, name, move) => {
      if (!values.length) return;
      const d = values.map((v, i) => `${i ? "L" : "M"}${x(i)},${y(v)}`).join("");
      svg.append(node("path", { d, fill: "none", stroke, "stroke-width": 2 }));
      svg.append(node("text", { x: right + 6, y: end(values) + 4 + move, fill }, name));
    };
    line(was, DATA, GREY, names[0], apart);
    if (changed()) line(now, ACCENT, ACCENT, names[1], -apart);
  }

  // Two series of shares: bars of what is now, and a black line of what was first.
  //   chart  {was, now, alt, title, name, marks}; name: of what was first
  function bars(box, { was, now, alt, title, name, marks }) {
    const width = 360, height = 200, left = 40, right = 356, top = 30, bottom = 160;
    const most = Math.max(...was, ...now, 0.01);
    const room = (right - left) / was.length, x = (i) => left + room * i;
    const y = (value) => bottom - ((bottom - top) * value) / most;
    const svg = frame(box, width, height, alt);
    svg.append(node("text", { x: 0, y: 14, fill: GREY }, title));
    for (const value of steps(most)) rule(svg, y(value), left, right, percent(value));
    now.forEach((share, i) => svg.append(node("rect", {
      x: x(i) + 1, y: y(share), width: room - 2, height: bottom - y(share),
      fill: changed() ? ACCENT : DATA,
    })));
    const outline = was.map((v, i) => `${i ? "L" : "M"}${x(i)},${y(v)}L${x(i + 1)},${y(v)}`).join("");
    if (changed())
      svg.append(node("path", { d: outline, fill: "none", stroke: INK, "stroke-width": 1.5 }));
    for (const [place, text] of marks)
      svg.append(node("text", { x: x(place), y: 178, fill: GREY }, text));
    if (changed())
      svg.append(node("text", { x: left, y: 196, fill: INK }, `black line: ${name}`));
  }

  // Two lists of [name, streams] side by side.
  //   chart  {was, now, title, names}
  function ranks(box, { was, now, title, names }) {
    const table = html("table", {}), known = new Set(was.map(([name]) => name));
    table.append(html("caption", {}, title));
    const head = html("tr", {});
    head.append(html("th", { scope: "col" }, names[0]));
    if (changed()) head.append(html("th", { scope: "col", class: "now" }, `${names[1]} (new: bold)`));
    table.append(head);
    const cell = (entry, names) => {
      const box = html("td", {});
      if (!entry) return box;
      box.append(html(names && !names.has(entry[0]) ? "strong" : "span", {}, entry[0]));
      box.append(html("small", {}, " " + count(entry[1])));
      return box;
    };
    for (let i = 0; i < Math.max(was.length, now.length); i++) {
      const row = html("tr", {});
      row.append(cell(was[i]));
      if (changed()) row.append(cell(now[i], known));
      table.append(row);
    }
    box.replaceChildren(table);
  }

  const changed = () => data.controls.some((c) => state[c.name] !== c.start);
  const page = { data, part, changed, node, html, frame, count, percent, lines, bars, ranks };

  function show(numbers) {
    // a thin space of numbers, where no line may break
    if (numbers.said) part("said").textContent = numbers.said.replaceAll("\u2009", "\u202F");
    draw(page, numbers);
  }

  const drawn = { range: slider, choice: menu };
  data.controls.forEach((control) => part("controls").append(drawn[control.kind](control)));
  part("controls").append(reset());
  show(data.first);
  if (root.querySelector("svg")) part("controls").append(save());
  host.dataset.lmSuppressShortcuts = "true";  // JupyterLab leaves its keys to the controls
  host.dataset.ready = "yes";
}
