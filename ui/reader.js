// The panel that shows an article with cited words marked. gradio hands in `element` and `server`.
// Everything that comes from the server is put in with textContent: it never becomes markup.

const part = (name) => element.querySelector(`[data-part="${name}"]`);

let request = 0; // the latest one: a slow answer to an earlier click is dropped
let opener = null; // the link that was followed, to go back to
let cited = []; // the spans cited by the reply that the link stands in, in its order
let kept = null; // what the reply itself keeps of the words that were followed, in case their article has gone

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function spanAt(address) {
  const found = /^#cite:([^:]+):(\d+):(\d+)$/.exec(address || "");
  return found && { id: decodeURIComponent(found[1]), start: Number(found[2]), end: Number(found[3]) };
}

// The page's own address names what is open, so that it can be copied, bookmarked and loaded again.
function remember(reply, link) {
  const answer = /\banswer-(\w+)/.exec(reply.className)?.[1];
  const number = /^\[(\d+)\]$/.exec(link.textContent)?.[1];
  if (answer) history.replaceState(null, "", `?answer=${answer}${number ? `&cite=${number}` : ""}`);
}

// Once, when the page was loaded with such an address.
function reopen() {
  const wanted = new URLSearchParams(location.search);
  const [answer, number] = [wanted.get("answer"), wanted.get("cite")];
  if (!/^\w+$/.test(answer || "") || !/^\d+$/.test(number || "")) return;
  const look = new MutationObserver(() => {
    const links = document.querySelectorAll(`.answer-${answer} a.cite`);
    const link = [...links].find((a) => a.textContent === `[${number}]`);
    if (!link) return;
    look.disconnect();
    follow(link);
  });
  look.observe(document.body, { subtree: true, childList: true });
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

// An address that leads to a page of the web is a link, opened only when it is asked for; any other is text.
function address(url) {
  const line = make("p", "reader-url");
  if (/^https?:\/\//i.test(url)) {
    const link = make("a", "", url);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    line.append(link);
  } else line.textContent = url;
  return line;
}

function copies(others) {
  const line = make("p", "reader-copies", "The same story, also from ");
  others.forEach((other, n) => {
    const button = make("button", "", other.origin);
    button.type = "button";
    button.title = other.title;
    button.addEventListener("click", () => open(other.id, null));
    line.append(n ? ", " : "", button);
  });
  return line;
}

function showArticle(article, chosen) {
  const head = make("header");
  head.append(make("p", "reader-outlet", article.outlet));
  const title = make("h2", "", article.title);
  title.tabIndex = -1;
  head.append(title);
  head.append(make("p", "reader-byline", [article.author, article.dates].filter(Boolean).join(" · ")));
  if (article.url) head.append(address(article.url));
  if (article.copies.length) head.append(copies(article.copies));
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
  showPlace(chosen);
  const article = await fetched("article", id);
  if (mine !== request) return;
  if (article) showArticle(article, chosen);
  else if (article === null) showKept();
  else note("The article could not be fetched: is Clipdesk still running?");
}

// Where the chosen words stand among those that the answer cites.
function showPlace(chosen) {
  const at = chosen ? cited.findIndex((s) => href(s) === href(chosen)) : -1;
  part("steps").hidden = at < 0 || cited.length < 2;
  if (at < 0) return;
  part("place").textContent = `${at + 1} of ${cited.length} quotes`;
  part("previous").disabled = at === 0;
  part("next").disabled = at === cited.length - 1;
  part("previous").onclick = () => step(at - 1);
  part("next").onclick = () => step(at + 1);
}

function step(to) {
  const span = cited[to];
  const link = opener?.closest(".reply")?.querySelector(`a.cite[href="${href(span)}"]`);
  if (link) follow(link);
  else open(span.id, span);
}

function showKept() {
  note("This article is no longer stored. The answer kept the words that it cites:");
  if (!kept) return;
  const quote = make("blockquote", "reader-kept");
  const mark = make("mark", "chosen", kept.words);
  mark.tabIndex = -1;
  quote.append(mark, make("p", "reader-note", kept.where));
  part("scroll").append(quote);
  mark.focus({ preventScroll: true });
}

function textOf(link, name) {
  return link.parentElement?.querySelector(`.card .${name}`)?.textContent || "";
}

async function showContents() {
  const mine = ++request;
  const articles = (await fetched("contents", null)) || [];
  if (mine !== request) return;
  part("contents").hidden = true;
  part("steps").hidden = true;
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
  const chosen = spanAt(link.getAttribute("href"));
  if (!chosen) return;
  const reply = link.closest(".reply");
  if (reply) {
    opener = link;
    cited = [...new Set([...reply.querySelectorAll("a.cite")].map((a) => a.getAttribute("href")))].map(spanAt);
    kept = { words: textOf(link, "card-words"), where: [textOf(link, "card-where"), textOf(link, "card-title")].join(": ") };
    remember(reply, link);
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
document.addEventListener("clipdesk:read", (event) => {
  [opener, cited, kept] = [null, [], null];
  open(event.detail, null);
});
document.addEventListener("clipdesk:changed", () => {
  if (part("contents").hidden) showContents();
});
showContents();
reopen();
