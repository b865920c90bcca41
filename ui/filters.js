// The filters beside the question. The value is what Python gets with the next question; `readings` are filters that the
// last answer read out of its question, which can be taken away. gradio hands in `element`, `props`, `trigger`, `watch`.

const part = (name) => element.querySelector(`[data-part="${name}"]`);
const DAYS = { since: "from", until: "to", as_of: "as of" };

const spoken = (day) => {
  const known = new Date(`${day}T00:00`);
  return Number.isNaN(known.valueOf()) ? day : known.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
};

function set(changes) {
  props.value = { ...props.value, ...changes };
  draw();
}

function chip(label, hint, remove) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  words.textContent = label;
  item.append(words);
  if (hint) {
    const small = document.createElement("small");
    small.textContent = hint;
    item.append(small);
  }
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", `Remove the filter ${label}`);
  button.addEventListener("click", remove);
  item.append(button);
  return item;
}

function without(removed) {
  const kept = props.value.readings.filter((reading) => reading !== removed);
  const asked = { sources: [...props.value.sources], since: props.value.since, until: props.value.until };
  for (const { filters } of kept) {
    asked.sources.push(...filters.sources);
    asked.since ||= filters.since;
    asked.until ||= filters.until;
    asked.language ||= filters.language;
  }
  set({ readings: [] });
  trigger("without", { ...asked, as_of: props.value.as_of, read: false });
}

function drawChips() {
  const { sources, readings } = props.value;
  const chips = sources.map((name) => chip(name, "", () => set({ sources: sources.filter((n) => n !== name) })));
  for (const [key, label] of Object.entries(DAYS)) {
    const day = props.value[key];
    if (day) chips.push(chip(`${label} ${spoken(day)}`, "", () => set({ [key]: "" })));
  }
  for (const reading of readings) {
    chips.push(chip(reading.label, `read from “${reading.words}”`, () => without(reading)));
  }
  part("chips").replaceChildren(...chips);
}

function drawOutlets() {
  const { outlets, sources } = props.value;
  part("outlets").replaceChildren(
    ...outlets.map(({ name, articles }) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = sources.includes(name);
      box.addEventListener("change", () =>
        set({ sources: box.checked ? [...props.value.sources, name] : props.value.sources.filter((n) => n !== name) }),
      );
      label.append(box, ` ${name} `, Object.assign(document.createElement("small"), { textContent: articles }));
      return label;
    }),
  );
}

function draw() {
  drawChips();
  // a box that has the focus is not made anew under the hand
  if (part("outlets").contains(document.activeElement)) return;
  drawOutlets();
  for (const input of element.querySelectorAll("[data-day]")) input.value = props.value[input.dataset.day];
}

async function freshen() {
  const outlets = await server.outlets(null).catch(() => undefined);
  if (outlets) set({ outlets });
}

part("toggle").addEventListener("click", () => {
  const open = part("panel").hidden;
  part("panel").hidden = !open;
  part("toggle").setAttribute("aria-expanded", String(open));
});
part("clear").addEventListener("click", () => {
  part("clear").focus();
  set({ sources: [], since: "", until: "", as_of: "" });
});
for (const input of element.querySelectorAll("[data-day]")) {
  input.addEventListener("change", () => set({ [input.dataset.day]: input.value }));
}
document.addEventListener("clipdesk:changed", freshen);
watch("value", draw);
draw();
