// The explorer with a kernel, as a widget: a message for each move, and its reply.
function render({ model, el }) {
  let answer = null;
  const replied = (reply) => { if (answer) answer(reply); };
  const host = document.createElement("div");
  model.on("msg:custom", replied);
  el.append(host);
  yearExplorer(host, model.get("data"), (choice, then) => { answer = then; model.send({ choice }); });
  const outputs = el.closest(".jp-OutputArea, .output_area, .output");
  outputs?.querySelectorAll(".wrapsim-still").forEach((still) => { still.style.display = "none"; });
  return () => model.off("msg:custom", replied);
}
export default { render };
