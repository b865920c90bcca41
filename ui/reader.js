// The panel that shows an article with cited words marked. gradio hands in `element` and `server`.
// Everything that comes from the server is put in with textContent: it never becomes markup.

const part = (name) => element.querySelector(`[data-part="${name}"]`);

let request = 0; // the latest one: a slow answer to an earlier click is dropped
let opener = null; // the link that was followed, to go back to
let cited = []; // the spans cited by the reply that the link stands in

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function target(link) {
  const found = /^#cite:([^:]+):(\d+):(\d+)$/.exec(link.getAttribute("href") || "");
  return found && { id: decodeURIComponent(found[1]), start: Number(found[2]), end: Number(found[3]) };
}

function href(span) {
  return `#cite:${encodeURIComponent(span.id)}:${span.start}:${span.end}`;
}

// Cuts a text into runs, each plain, of the chosen span, or of another cited one. The chosen span stays in one run.
function runs(length, chosen, others) {
  const inside = (at) => chosen && at > chosen.start && at < chosen.end;
  const edges = [0, length, ...[chosen, ...others].filter(Boolean).flatMap((s) => [s.start, s.end])];
  const cuts = [...new Set(edges)].filter((at) => at <= length && !inside(at)).sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, n) => {
    const end = cuts[n + 1];
    if (chosen && start === chosen.start) return { start, end, chosen };
    return { start, end, other: others.find((s) => s.start <= start && end <= s.end) };
  });
}

function body(text, chosen, others) {
  // offsets count code points, JavaScript's own count UTF-16 units
  const points = Array.from(text);
  const node = make("div", "reader-body");
  for (const run of runs(points.length, chosen, others)) {
    const words = points.slice(run.start, run.end).join("");
    if (run.chosen) {
      const mark = make("mark", "chosen", words);
      mark.tabIndex = -1;
      node.append(mark);
    } else if (run.other) {
      const link = make("a", "cite also", words);
      link.setAttribute("href", href(run.other));
      node.append(link);
    } else {
      node.append(words);
    }
  }
  return node;
}

function show(...nodes) {
  part("scroll").replaceChildren(...nodes);
  part("scroll").scrollTop = 0;
}

function showArticle(article, chosen) {
  const head = make("header");
  head.append(make("p", "reader-outlet", article.outlet));
  const title = make("h2", "", article.title);
  title.tabIndex = -1;
  head.append(title);
  head.append(make("p", "reader-byline", [article.author, article.dates].filter(Boolean).join(" · ")));
  if (article.url) head.append(make("p", "reader-url", article.url));
  const others = cited.filter((s) => s.id === article.id && !(chosen && s.start === chosen.start && s.end === chosen.end));
  const page = make("article");
  page.append(head, body(article.text, chosen, others));
  show(page);
  const mark = page.querySelector("mark.chosen");
  (mark || title).focus({ preventScroll: true });
  if (mark) bring(mark);
}

// Into the middle of the panel, or with its first words on top where it is longer than that.
function bring(mark) {
  const scroll = part("scroll");
  const at = mark.getBoundingClientRect();
  const room = scroll.getBoundingClientRect();
  const above = Math.max(24, (room.height - at.height) / 2);
  scroll.scrollTop += at.top - room.top - above;
}

function note(text) {
  show(make("p", "reader-note", text));
}

// undefined where the server failed: gradio resolves to that for an error of the server, and rejects without a server
const fetched = (name, value) => server[name](value).catch(() => undefined);

async function open(id, chosen) {
  const mine = ++request;
  element.classList.add("is-open");
  part("contents").hidden = false;
  part("back").hidden = !opener;
  const article = await fetched("article", id);
  if (mine !== request) return;
  if (article) showArticle(article, chosen);
  else if (article === null) note("This article is no longer stored: ask again for an answer from those that are.");
  else note("The article could not be fetched: is Clipdesk still running?");
}

async function showContents() {
  const mine = ++request;
  const articles = (await fetched("contents", null)) || [];
  if (mine !== request) return;
  part("contents").hidden = true;
  show(make("h2", "reader-heading", articles.length ? "The articles" : "No articles yet"));
  const list = make("ul", "reader-contents");
  for (const article of articles) {
    const item = make("li");
    const button = make("button", "", article.title);
    button.type = "button";
    button.addEventListener("click", () => {
      [opener, cited] = [null, []];
      open(article.id, null);
    });
    item.append(button, make("span", "", article.origin));
    list.append(item);
  }
  part("scroll").append(list);
}

function follow(link) {
  const chosen = target(link);
  if (!chosen) return;
  const reply = link.closest(".reply");
  if (reply) {
    opener = link;
    cited = [...reply.querySelectorAll("a.cite")].map(target).filter(Boolean);
  }
  document.querySelectorAll("a.cite[aria-current]").forEach((a) => a.removeAttribute("aria-current"));
  if (reply) link.setAttribute("aria-current", "true");
  open(chosen.id, chosen);
}

function back() {
  element.classList.remove("is-open");
  if (!opener) return;
  // the chat may have drawn the link anew since
  const again = opener.isConnected ? opener : document.querySelector(`.reply a.cite[href="${opener.getAttribute("href")}"]`);
  if (again) again.focus();
}

function onClick(event) {
  const link = event.target.closest("a.cite");
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  follow(link);
}

document.addEventListener("click", onClick, true);
element.addEventListener("keydown", (event) => {
  if (event.key === "Escape") back();
});
part("contents").addEventListener("click", showContents);
part("back").addEventListener("click", back);
showContents();
