// Find a set by words of its name, parameters or error. Without this script, every set is shown.
const tools = document.querySelector(".tools"), sets = [...document.querySelectorAll(".set")];
const field = tools.querySelector("input"), count = tools.querySelector("output");
const words_of = (set) => [...set.querySelectorAll("h3, .given div, .panel")].map((part) => part.textContent);
const texts = new Map(sets.map((set) => [set, words_of(set).join(" ").toLowerCase()]));
tools.querySelector("label").hidden = sets.length < 7;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const set of sets) set.hidden = !words.every((word) => texts.get(set).includes(word));
  const shown = sets.filter((set) => !set.hidden).length;
  count.value = words.length ? `${shown} of ${sets.length} sets` : "";
});
