"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const story = find(".story"), stage = find(".stage"), wipe = find(".wipe"), said = find("#said");
  const cards = [...document.querySelectorAll(".card")], bars = [...document.querySelectorAll(".bars i")];
  const pause = find(".pause"), save = find(".save"), all = find(".all");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const LEAD = 300, HOLD = 250, SWIPE = 40;  // ms, ms, CSS pixels
  const stops = new Set();  // why the story waits: "user", "hold", "hidden"
  let now = -1;

  // ---- which card is shown

  function go(to) {
    to = Math.max(0, Math.min(to, cards.length - 1));
    if (to === now) return restart();
    const from = cards[now], card = cards[to], wiped = from && to === now + 1 && !waits();
    settle();
    now = to;
    if (from) Object.assign(from, { className: from.className.replace(/ on| final/g, ""), inert: true });
    if (wiped) spread(from, card);
    story.style.cssText += card.style.cssText;
    story.style.setProperty("--lead", wiped ? `${LEAD}ms` : "0ms");
    show(card);
  }

  function show(card) {
    card.inert = false;
    card.classList.add("on");
    card.classList.toggle("final", waits());
    bars.forEach((bar, i) => { bar.className = i < now ? "done" : i === now ? "on" : ""; });
    story.style.setProperty("--seconds", `${card.dataset.seconds}s`);
    const last = now === cards.length - 1;
    pause.textContent = last ? "Play again" : stops.has("user") ? "Play" : "Pause";
    save.hidden = all.hidden = last;
    const picture = card.querySelector("[role=img]");
    said.textContent = card.getAttribute("aria-label") + (picture ? `. ${picture.getAttribute("aria-label")}` : "");
    story.dataset.now = now;
  }

  function restart() {
    const card = cards[now], bar = bars[now];
    for (const part of [card, bar]) part?.classList.remove("on");
    void story.offsetWidth;  // so that its motion begins again
    show(card);
  }

  // ---- the accent of a card spreads from its place and becomes the ground of the next card

  function spread(from, card) {
    if (reduced.matches) return;
    const box = stage.getBoundingClientRect(), [x, y] = from.dataset.accent.split(" ").map((n) => n * box.width / 1080);
    const across = Math.max(box.left + x, innerWidth - box.left - x), down = Math.max(box.top + y, innerHeight - box.top - y);
    story.style.setProperty("--below", from.style.getPropertyValue("--ground"));
    story.style.setProperty("--from", from.style.getPropertyValue("--accent"));
    wipe.style.cssText = `left:${x}px;top:${y}px;--scale:${Math.hypot(across, down) / 50 + 0.1}`;
    from.classList.add("leaves", "final");
    wipe.classList.add("on");
  }

  function settle() {
    wipe.classList.remove("on");
    story.style.removeProperty("--below");
    for (const card of cards) if (card.classList.contains("leaves")) card.classList.remove("leaves", "final");
  }

  wipe.addEventListener("animationend", (event) => { if (event.target === wipe) settle(); });
  bars.forEach((bar) => bar.addEventListener("animationend", () => go(now + 1)));

  // ---- waiting

  const waits = () => stops.has("user");

  function stop(reason, stopped) {
    stops[stopped ? "add" : "delete"](reason);
    story.classList.toggle("paused", stops.size > 0);
    if (now < cards.length - 1) pause.textContent = waits() ? "Play" : "Pause";
  }

  function toggle() {
    if (now === cards.length - 1) { stop("user", false); go(0); } else stop("user", !waits());
  }

  document.addEventListener("visibilitychange", () => stop("hidden", document.hidden));
  new IntersectionObserver((seen) => stop("hidden", !seen.at(-1).isIntersecting), { threshold: 0.3 }).observe(story);

  // ---- tap, hold, swipe, keys

  let down = null, timer = 0, used = false;

  function press(event) {
    down = event;
    used = false;
    timer = setTimeout(() => { used = true; stop("hold", true); }, HOLD);
  }

  function release(event) {
    clearTimeout(timer);
    stop("hold", false);
    if (!down || event.type === "pointercancel") { down = null; return; }
    const dx = event.clientX - down.clientX, dy = event.clientY - down.clientY;
    down = null;
    if (Math.abs(dx) > SWIPE && Math.abs(dx) > Math.abs(dy)) { used = true; go(now + (dx < 0 ? 1 : -1)); }
  }

  for (const zone of document.querySelectorAll(".zone")) {
    zone.addEventListener("pointerdown", press);
    zone.addEventListener("mousedown", (event) => event.preventDefault());  // the keys stay those of the story
    zone.addEventListener("contextmenu", (event) => event.preventDefault());
    zone.addEventListener("click", () => {
      if (!used) go(now + (zone.classList.contains("back") ? -1 : 1));
      used = false;
    });
  }
  addEventListener("pointerup", release);
  addEventListener("pointercancel", release);

  const keys = {
    ArrowRight: () => go(now + 1), ArrowLeft: () => go(now - 1),
    Home: () => go(0), End: () => go(cards.length - 1), " ": toggle,
  };
  addEventListener("keydown", (event) => {
    const button = event.target.closest?.("button") && event.key === " ";
    if (event.altKey || event.ctrlKey || event.metaKey || button || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  pause.addEventListener("click", toggle);
  all.addEventListener("click", () => go(cards.length - 1));
  document.querySelectorAll(".tile").forEach((tile, i) => tile.addEventListener("click", () => go(i)));

  // ---- the card as a PNG of 1080 x 1920 pixels, drawn from its SVG

  async function png(card) {
    const svg = card.querySelector("svg").cloneNode(true), image = new Image();
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = find("#faces").textContent;
    svg.prepend(style);
    for (const [name, value] of [["width", 1080], ["height", 1920]]) svg.setAttribute(name, value);
    image.src = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 1080, height: 1920 });
    canvas.getContext("2d").drawImage(image, 0, 0, 1080, 1920);
    URL.revokeObjectURL(image.src);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  save.addEventListener("click", async () => {
    const card = cards[now], link = document.createElement("a");
    link.href = URL.createObjectURL(await png(card));
    link.download = card.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });

  story.classList.add("plays");
  go(0);
})();
