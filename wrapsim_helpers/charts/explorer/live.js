// The explorer with a kernel, as a widget: a message for each move, and its reply.
function render({ model, el }) {
  let answer = null;
  const replied = (reply) => { if (answer) answer(reply); };
  const host = document.createElement("div");
  host.className = "wrapsim-live";
  model.on("msg:custom", replied);
  // the form without a kernel, in the output before, is hidden whichever of the two is drawn first
  const style = document.createElement("style");
  style.textContent = ":is(.jp-OutputArea, .output, .output_area, .cell-output)" +
    ":has(.wrapsim-live) .wrapsim-still { display: none }";
  el.append(style, host);
  const ask = (choice, then) => { answer = then; model.send({ choice }); };
  explorer(host, model.get("data"), ask, PARTS, draw);
  return () => model.off("msg:custom", replied);
}
export default { render };
