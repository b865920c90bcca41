// The library: files go in, articles are listed, drawn by day, opened and deleted. gradio hands in `element`, `server` and
// `upload`; what comes from the server is put in with textContent.

const PAGE = 50;
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fetched = (name, value) => server[name](value).catch(() => undefined);
const changed = () => document.dispatchEvent(new CustomEvent("clipdesk:changed"));

let offset = 0;
let request = 0;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(label, className, act) {
  const node = make("button", className, label);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

// ---- files in ----

async function filesOf(entry, at = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    return file ? [{ file, name: at + entry.name }] : [];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map((child) => filesOf(child, `${at}${entry.name}/`)))).flat();
}

function result(name, state, words) {
  const item = make("li", state);
  item.append(make("strong", "", state === "failed" ? "✕ " : state === "done" ? "✓ " : "… "), make("span", "name", name));
  item.append(make("span", "words", words));
  return item;
}

async function takeOne(found, largest, batch) {
  if (found.file.size > largest) return { place: "", words: `it is larger than ${largest >> 20} MB: read it with "clipdesk ingest"` };
  const given = await upload(found.file).catch(() => null);
  if (!given?.path) return { place: "", words: "it could not be taken in: is Clipdesk still running, and the file not too large?" };
  return (await fetched("take", { path: given.path, name: `${batch}/${found.name}` })) || { place: "", words: "it could not be kept" };
}

async function load(files) {
  if (!files.length) return;
  const { largest, kinds } = (await fetched("bounds", null)) || {};
  const [bar, words, list] = [part("progress"), part("loading-words"), part("results")];
  part("loading").hidden = false;
  list.replaceChildren();
  bar.max = files.length * 2;
  bar.value = 0;
  const [kept, failed] = [[], []];
  // a folder of its own for each time, so that a page never takes the place of another of the same name
  const batch = new Date().toISOString().slice(0, 19).replace(/\D/g, "-");
  for (const found of files) {
    words.textContent = `Taking in ${found.name} …`;
    const known = kinds?.some((kind) => found.name.toLowerCase().endsWith(kind));
    const taken = known ? await takeOne(found, largest, batch) : { place: "", words: "files of this kind are not read" };
    if (taken.place) kept.push({ ...found, place: taken.place });
    else failed.push(list.appendChild(result(found.name, "failed", taken.words)));
    bar.value += 1;
  }
  bar.value = files.length + failed.length;
  let good = 0;
  for (const page of kept) {
    words.textContent = `Reading ${page.name} …`;
    const [told] = (await fetched("read_pages", { places: [page.place], captured: part("captured").value })) || [
      { state: "failed", words: "it could not be read: is Clipdesk still running?" },
    ];
    good += told.state === "done";
    list.append(result(page.name, told.state, told.words));
    bar.value += 1;
  }
  words.textContent = `${good} of ${files.length} ${files.length === 1 ? "file" : "files"} read.`;
  changed();
}

for (const name of ["files", "folder"]) {
  part(name).addEventListener("change", () => {
    const files = [...part(name).files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
    part(name).value = "";
    load(files);
  });
}
part("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  part("drop").classList.add("is-over");
});
part("drop").addEventListener("dragleave", () => part("drop").classList.remove("is-over"));
part("drop").addEventListener("drop", async (event) => {
  event.preventDefault();
  part("drop").classList.remove("is-over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...event.dataTransfer.files].map((file) => ({ file, name: file.name }));
  load(entries.length ? (await Promise.all(entries.map((entry) => filesOf(entry)))).flat() : files);
});

// ---- the picture: a column per day (or month), a shade and a letter per outlet ----

const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

function drawTimeline({ columns, outlets, words }) {
  const place = part("timeline");
  place.replaceChildren();
  if (!columns.length) return;
  const [width, height, base] = [720, 130, 108];
  const most = Math.max(...columns.map((column) => column.counts.reduce((sum, n) => sum + n, 0)));
  const step = width / columns.length;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "timeline-words" });
  svg.append(shape("title", { id: "timeline-words" }, words));
  columns.forEach((column, at) => {
    let top = base;
    column.counts.forEach((count, outlet) => {
      if (!count) return;
      const tall = Math.max((count / most) * (base - 16), 3);
      top -= tall;
      const bar = { x: at * step + Math.min(2, step / 8), y: top, width: Math.max(step - 4, 1.5), height: tall - 1 };
      const node = shape("rect", { ...bar, class: `outlet-${outlet}` });
      node.append(shape("title", {}, `${column.label}, ${outlets[outlet]}: ${count}`));
      svg.append(node);
    });
    if (at % Math.ceil(columns.length / 6) === 0) svg.append(shape("text", { x: at * step + 2, y: height - 6 }, column.label));
  });
  svg.append(shape("line", { x1: 0, x2: width, y1: base, y2: base }));
  const key = make("ul", "key");
  outlets.forEach((name, at) => {
    const item = make("li", "", name);
    const swatch = shape("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
    swatch.append(shape("rect", { width: 10, height: 10, class: `outlet-${at}` }));
    item.prepend(swatch);
    key.append(item);
  });
  const told = make("details");
  told.append(make("summary", "", "The picture in words"), make("p", "", words));
  place.append(svg, key, told);
}

// ---- the list ----

function wanted() {
  const form = new FormData(part("form"));
  const value = Object.fromEntries(form.entries());
  return { ...value, undated: form.has("undated"), copies: form.has("copies"), limit: PAGE, offset };
}

function row(article) {
  const item = make("li");
  const text = make("div", "row-text");
  text.append(button(article.title, "row-title", () => document.dispatchEvent(new CustomEvent("clipdesk:read", { detail: article.id }))));
  text.append(make("span", "row-origin", article.origin));
  if (article.copies) text.append(make("span", "row-copies", article.copies));
  const remove = button("Delete", "row-delete", () => confirmDelete(item, article, remove));
  remove.setAttribute("aria-label", `Delete ${article.title}`);
  item.append(text, remove);
  return item;
}

function confirmDelete(item, article, remove) {
  const ask = make("div", "row-sure");
  const back = () => {
    ask.remove();
    remove.hidden = false;
    remove.focus();
  };
  const sure = button("Delete it", "danger", async () => {
    const words = await fetched("delete_article", article.id);
    if (words === "") return changed();
    ask.replaceChildren(make("p", "", words || "It could not be deleted: is Clipdesk still running?"));
  });
  ask.append(make("p", "", "Delete this article from the library? The saved page that it came from stays, and answers in the history keep the words they quote."));
  ask.append(sure, button("Keep it", "", back));
  ask.addEventListener("keydown", (event) => event.key === "Escape" && back());
  remove.hidden = true;
  item.append(ask);
  sure.focus();
}

async function list() {
  const mine = ++request;
  const found = await fetched("library", wanted());
  if (mine !== request) return;
  if (!found) {
    part("total").textContent = "The list could not be fetched: is Clipdesk still running?";
    return;
  }
  if (found.fault) {
    part("total").textContent = found.fault;
    return;
  }
  part("fresh").textContent = found.fresh;
  part("total").textContent = found.words;
  part("rows").replaceChildren(...found.rows.map(row));
  part("less").hidden = offset === 0;
  part("more").hidden = offset + PAGE >= found.total;
  const outlets = part("form").elements.outlet;
  const chosen = outlets.value;
  outlets.replaceChildren(new Option("all", ""), ...found.outlets.map((name) => new Option(name || "unknown", name || "?")));
  outlets.value = chosen;
  drawTimeline(found.timeline);
  document.dispatchEvent(new CustomEvent("clipdesk:count", { detail: found.stored }));
}

function again() {
  offset = 0;
  list();
}

let typing = 0;
part("form").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(again, event.target.type === "search" ? 250 : 0);
});
part("form").addEventListener("submit", (event) => event.preventDefault());
part("less").addEventListener("click", () => {
  offset = Math.max(0, offset - PAGE);
  list();
});
part("more").addEventListener("click", () => {
  offset += PAGE;
  list();
});
document.addEventListener("clipdesk:changed", list);
list();
