// The page of a story: a frame that plays it, and its facts beside those of the first story.
const PARTS = `<style>.said { min-height: 0 }</style>
  <div class="pair"><div class="story"></div><div class="half facts"></div></div>`;

// HTML from base64 of gzip
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function draw({ data, part, changed, html }, story) {
  const frame = html("iframe", { title: story.title, width: 360, height: 640 });
  part("story").replaceChildren(frame);
  unpacked(story.packed).then((text) => { frame.srcdoc = text; });
  const table = html("table", {}), head = html("tr", {}), first = data.first.facts;
  head.append(html("th", { scope: "col" }, ""), html("th", { scope: "col" }, "first story"));
  if (changed()) head.append(html("th", { scope: "col", class: "now" }, "now"));
  table.append(head);
  story.facts.forEach(([label, now], i) => {
    const row = html("tr", {}), was = first[i][1];
    row.append(html("th", { scope: "row" }, label), html("td", {}, was));
    const cell = html("td", {});
    cell.append(html(now === was ? "span" : "strong", {}, now));
    if (changed()) row.append(cell);
    table.append(row);
  });
  part("facts").replaceChildren(table);
}
