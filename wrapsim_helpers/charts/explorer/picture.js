// What an explorer shows as a file: a PNG of its sentences, charts and tables, each at its place.
const SCALE = 2;  // pixels of the file for one of the page
const WIDTH = 720, EDGE = 16, FOOT = 24;  // of the page for the picture on every screen; margins

// An element of SVG as an image that can be drawn on a canvas.
async function imageOf(svg) {
  const copy = svg.cloneNode(true), image = new Image(), style = getComputedStyle(svg);
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("width", SCALE * width);
  copy.setAttribute("height", SCALE * height);
  copy.setAttribute("font-family", style.fontFamily);
  copy.setAttribute("font-size", style.fontSize);
  const text = new XMLSerializer().serializeToString(copy);
  image.src = "data:image/svg+xml," + encodeURIComponent(text);
  await image.decode();
  return image;
}

// The words of an element: [word, its box, its style].
function wordsOf(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = new Range();
  const words = [];
  while (walker.nextNode()) {
    const text = walker.currentNode, style = getComputedStyle(text.parentElement);
    for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      words.push([word, range.getBoundingClientRect(), style]);
    }
  }
  return words;
}

function drawWord(pen, word, box, { fontWeight, fontSize, fontFamily, color }) {
  pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  pen.fillStyle = color;
  pen.fillText(word, box.left, box.top + pen.measureText(word).fontBoundingBoxAscent);
}

function drawRule(pen, cell) {
  const box = cell.getBoundingClientRect(), style = getComputedStyle(cell);
  pen.fillStyle = style.borderTopColor;
  pen.fillRect(box.left, box.top, box.width, parseFloat(style.borderTopWidth));
}

// A canvas with what the explorer of a shadow root shows, without its controls. note: its last line
async function pictureOf(root, note) {
  const charts = [...root.querySelectorAll("svg")], page = root.querySelector(".explorer");
  const images = await Promise.all(charts.map(imageOf));
  page.style.width = WIDTH + "px";  // until all is measured
  const canvas = drawn(root, charts, images, note);
  page.style.width = "";
  return canvas;
}

function drawn(root, charts, images, note) {
  const texts = [...root.querySelectorAll(".said, table")];
  const boxes = [...charts, ...texts].map((element) => element.getBoundingClientRect());
  const edge = (most, side) => most(...boxes.map((box) => box[side]));
  const left = edge(Math.min, "left") - EDGE, top = edge(Math.min, "top") - EDGE;
  const right = edge(Math.max, "right") + EDGE, bottom = edge(Math.max, "bottom") + EDGE + FOOT;
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = SCALE * (right - left);
  canvas.height = SCALE * (bottom - top);
  pen.scale(SCALE, SCALE);
  pen.translate(-left, -top);
  pen.fillStyle = "#fff";
  pen.fillRect(left, top, right - left, bottom - top);
  const drawChart = (image, { x, y, width, height }) => pen.drawImage(image, x, y, width, height);
  images.forEach((image, i) => drawChart(image, boxes[i]));
  root.querySelectorAll("td, [scope=row]").forEach((cell) => drawRule(pen, cell));
  texts.flatMap(wordsOf).forEach((word) => drawWord(pen, ...word));
  const { fontFamily, color } = getComputedStyle(root.querySelector("label"));
  pen.font = `12px ${fontFamily}`;
  pen.fillStyle = color;
  pen.fillText(note, left + EDGE, bottom - EDGE, right - left - 2 * EDGE);
  return canvas;
}

// Save what an explorer shows. changes: [control, text now, text at first] of what was moved
async function savePicture(root, changes) {
  const words = changes.map(([control, now, was]) => `${control}: ${now} (first: ${was}).`);
  const canvas = await pictureOf(root, ["Simulated by wrapsim.", ...words].join(" "));
  const name = ["explorer", ...changes.map(([, now]) => now)].join(" ");
  const link = document.createElement("a");
  link.href = canvas.toDataURL();
  link.download = name.replace(/[^\p{L}\p{N}]+/gu, "_") + ".png";
  link.click();
}
