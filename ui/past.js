// The history: conversations found, opened, renamed, exported and deleted. gradio hands in `element`, `server`, `trigger`.

const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fetched = (name, value) => server[name](value).catch(() => undefined);
const LOST = "That did not work: is Clipdesk still running?";

let request = 0;

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(label, name, act) {
  const node = make("button", "", label);
  node.type = "button";
  if (name) node.setAttribute("aria-label", `${label}: ${name}`);
  node.addEventListener("click", act);
  return node;
}

function row(conversation) {
  const item = make("li");
  const text = make("div", "row-text");
  const title = button(conversation.title, "", () => trigger("open", { id: conversation.id }));
  title.className = "row-title";
  text.append(title, make("span", "row-origin", conversation.words));
  const acts = make("div", "row-acts");
  const put = (...nodes) => acts.replaceChildren(...nodes);
  const rest = () =>
    put(
      button("Rename", conversation.title, () => rename(conversation, put, rest)),
      button("Markdown", conversation.title, () => save(conversation, "markdown", put)),
      button("HTML", conversation.title, () => save(conversation, "html", put)),
      button("Delete", conversation.title, () => remove(conversation, put, rest)),
    );
  rest();
  acts.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    rest();
    acts.querySelector("button").focus();
  });
  item.append(text, acts);
  return item;
}

function rename(conversation, put, rest) {
  const input = make("input");
  input.value = conversation.title;
  input.maxLength = 120;
  input.setAttribute("aria-label", "New title");
  const keep = async () => {
    const words = await fetched("rename", { id: conversation.id, title: input.value });
    if (words === "") list();
    else put(make("p", "", words ?? LOST), button("Back", "", rest));
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && keep());
  put(input, button("Keep", "", keep), button("Cancel", "", rest));
  input.select();
}

async function save(conversation, kind, put) {
  const made = await fetched("export_as", { id: conversation.id, kind });
  if (!made?.text) return put(make("p", "", made?.fault || LOST));
  const link = make("a");
  const address = URL.createObjectURL(new Blob([made.text], { type: "application/octet-stream" }));
  Object.assign(link, { href: address, download: made.name });
  link.click();
  URL.revokeObjectURL(address);
}

function remove(conversation, put, rest) {
  const sure = button("Delete it", "", async () => {
    const words = await fetched("forget", conversation.id);
    if (words === "") list();
    else put(make("p", "", words ?? LOST), button("Back", "", rest));
  });
  sure.className = "danger";
  put(make("p", "", "Delete this conversation for good?"), sure, button("Keep it", "", rest));
  sure.focus();
}

async function list() {
  const mine = ++request;
  const found = await fetched("conversations", part("form").elements.words.value);
  if (mine !== request) return;
  part("total").textContent = found ? found.words : LOST;
  if (found) part("rows").replaceChildren(...found.rows.map(row));
}

let typing = 0;
part("form").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(list, 250);
});
part("form").addEventListener("submit", (event) => event.preventDefault());
// the list is made anew whenever its tab comes into view
new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && list()).observe(element);
