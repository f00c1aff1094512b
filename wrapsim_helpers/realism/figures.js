// The page of a figure: a chart for each of its checks, with the tolerance as a band.
const PARTS = `<style>.said { min-height: 7.4em } select[name=figure] { max-width: 440px }
  .checks { margin-top: 10px }</style>
  <div class="checks"></div>`;

// The scale of a check, [low, high]; numbers farther than four tolerances are drawn at its edge.
function scale({ band, rows }) {
  const [low, high] = band, wide = high - low, known = (value) => typeof value === "number";
  const near = (value) =>
    (wide > 0 ? Math.min(Math.max(value, low - 4 * wide), high + 4 * wide) : value);
  const numbers = rows.flatMap((row) => [row.value, row.low, row.high]);
  const shown = [...band, ...numbers].filter(known).map(near);
  const reach = Math.max(...shown) - Math.min(...shown) || Math.abs(shown[0]) || 1;
  return [Math.min(...shown) - reach / 12, Math.max(...shown) + reach / 12];
}

function drawCheck({ node, frame }, box, check) {
  const DATA = "#8C8794", GREY = "#5A5563", ACCENT = "#C0341B", LINE = "#D9D6DE", BAND = "#E9E6EC";
  const left = 236, right = 620, top = 30, room = 26, bottom = top + room * check.rows.length;
  const [from, to] = scale(check), inside = (value) => Math.min(Math.max(value, from), to);
  const x = (value) => left + ((right - left) * (inside(value) - from)) / (to - from);
  const svg = frame(box, 720, bottom + 8, check.alt);
  const text = (at, y, words, fill = GREY, anchor = "start") =>
    svg.append(node("text", { x: at, y, fill, "text-anchor": anchor }, words));
  const [low, high] = [check.band[0] ?? from, check.band[1] ?? to];
  svg.append(node("rect", { x: x(low), y: top - 8, width: Math.max(x(high) - x(low), 2),
    height: bottom - top + 8, fill: BAND }));
  for (const end of check.published.filter((value) => value !== null))
    svg.append(node("line", { x1: x(end), x2: x(end), y1: top - 8, y2: bottom, stroke: ACCENT,
      "stroke-width": 2 }));
  text(0, 14, check.name, GREY);
  text(left, 14, `published ${check.text}; grey: within the tolerance`, ACCENT);
  check.rows.forEach((row, i) => {
    const y = top + room * (i + 0.5), own = i === 0;
    text(0, y + 4, row.label, own ? "#17151F" : GREY);
    text(right + 12, y + 4, row.text, own ? "#17151F" : GREY);
    svg.append(node("line", { x1: left, x2: right, y1: y, y2: y, stroke: LINE }));
    if (row.value === null) return;
    if (row.low !== null)
      svg.append(node("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y,
        stroke: own ? "#17151F" : DATA, "stroke-width": 2 }));
    const at = x(row.value), far = row.value < from ? -1 : row.value > to ? 1 : 0;
    svg.append(far
      ? node("path", { d: `M${at + 8 * far},${y}l${-10 * far},-6v12z`, fill: own ? "#17151F" : DATA })
      : node("circle", { cx: at, cy: y, r: 5, fill: own ? "#17151F" : DATA }));
  });
}

function draw(page, figure) {
  const boxes = figure.checks.map((check) => {
    const box = page.html("figure", {});
    drawCheck(page, box, check);
    return box;
  });
  page.part("checks").replaceChildren(...boxes);
}
