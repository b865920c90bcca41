// What gradio's chatbot does not do: readable names for its messages, a reply that is read from its question on, cards at
// the marks, and what can be done with an answer. gradio hands in `element` (the masthead) and `server`.

const inChat = (node) => node instanceof Element && node.closest("#chat") !== null;

let questions = 0; // shown so far
let shown = ""; // of the newest reply
let answer = new URLSearchParams(location.search).get("answer"); // the one that the page's address names
let following = false; // keep the newest question in view, until the reader moves about for themselves

const addressOf = (id) => `${location.pathname}?answer=${id}`;

// gradio names each message by its raw HTML, which nobody wants read out
function nameMessages() {
  for (const node of document.querySelectorAll('#chat [data-testid][aria-label*="<"]')) {
    node.setAttribute("aria-label", node.dataset.testid === "bot" ? "Answer" : "Question");
  }
}

function keepInView() {
  const asked = document.querySelectorAll("#chat .asked");
  if (asked.length > questions) following = true;
  if (questions && !asked.length) {
    history.replaceState(null, "", location.pathname);
    answer = "";
  }
  questions = asked.length;
  const newestAnswer = [...document.querySelectorAll("#chat .reply")].at(-1)?.className.match(/\banswer-(\w+)/)?.[1];
  if (newestAnswer && newestAnswer !== answer) history.replaceState(null, "", addressOf(newestAnswer));
  answer = newestAnswer || answer;
  const text = [...document.querySelectorAll("#chat .reply")].at(-1)?.textContent;
  const grown = text !== shown;
  shown = text;
  if (!following || !questions || !grown) return;
  const newest = asked[questions - 1];
  const scroll = newest.closest('[role="log"]');
  scroll.scrollTop += newest.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
}

// the chatbot is put into the page after this runs, so that the page is watched
new MutationObserver((changes) => {
  if (!changes.some((change) => inChat(change.target))) return;
  nameMessages();
  keepInView();
}).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });

for (const event of ["wheel", "touchmove", "pointerdown", "keydown", "focusin"]) {
  document.addEventListener(event, (happened) => (following &&= !inChat(happened.target)), { passive: true });
}

// ---- cards: who said it, the words, and where they stand, as soon as a mark is pointed at or reached by keyboard ----

const card = document.createElement("div");
card.id = "cite-card";
card.setAttribute("role", "tooltip");
card.hidden = true;
document.body.append(card);

let leaving = 0;

function showCard(link) {
  const lines = link.parentElement?.querySelector(".card");
  if (!lines) return;
  clearTimeout(leaving);
  card.replaceChildren(
    ...[...lines.children].map((line) => Object.assign(document.createElement("p"), { className: line.className, textContent: line.textContent })),
  );
  card.hidden = false;
  link.setAttribute("aria-describedby", card.id);
  const at = link.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - card.offsetWidth - 8));
  const below = at.bottom + 6 + card.offsetHeight < innerHeight;
  card.style.left = `${left}px`;
  card.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - card.offsetHeight - 6)}px`;
}

function hideCard() {
  clearTimeout(leaving);
  leaving = setTimeout(() => (card.hidden = true), 120);
}

const marked = (event) => event.target instanceof Element && event.target.closest(".cited a.cite");
for (const come of ["pointerover", "focusin"]) {
  document.addEventListener(come, (event) => marked(event) && showCard(marked(event)));
}
for (const go of ["pointerout", "focusout"]) document.addEventListener(go, (event) => marked(event) && hideCard());
card.addEventListener("pointerenter", () => clearTimeout(leaving));
card.addEventListener("pointerleave", hideCard);
document.addEventListener("scroll", () => (card.hidden = true), true);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") card.hidden = true;
});

// ---- what can be done with an answer ----

const ASKS = {
  right: ["Right", "Anything to add?"],
  wrong: ["Wrong", "What is wrong with it?"],
  missing: ["Something is missing", "What is missing, and where does it stand?"],
};

function say(words) {
  const line = document.createElement("p");
  line.id = "said";
  line.setAttribute("role", "status");
  document.getElementById("said")?.remove();
  document.body.append(line);
  line.textContent = words;
  setTimeout(() => line.remove(), 6000);
}

function askForNote(verdict, answer) {
  const [title, question] = ASKS[verdict];
  const dialog = document.createElement("dialog");
  dialog.id = "feedback";
  dialog.setAttribute("aria-labelledby", "feedback-title");
  const form = document.createElement("form");
  form.method = "dialog";
  const head = Object.assign(document.createElement("h2"), { id: "feedback-title", textContent: `Your verdict: ${title}` });
  const label = Object.assign(document.createElement("label"), { textContent: question });
  const note = Object.assign(document.createElement("textarea"), { rows: 4, maxLength: 2000 });
  label.append(note);
  const keep = Object.assign(document.createElement("button"), { textContent: "Keep it", value: "keep", className: "main" });
  const leave = Object.assign(document.createElement("button"), { textContent: "Cancel", value: "", formNoValidate: true });
  form.append(head, label, keep, leave);
  dialog.append(form);
  dialog.addEventListener("close", async () => {
    dialog.remove();
    if (dialog.returnValue !== "keep") return;
    const fault = await server.feedback({ answer, verdict, note: note.value }).catch(() => "It could not be kept: is Clipdesk still running?");
    say(fault || "Thank you. It is kept for the evals: “python -m evals new --from-feedback” makes a question of it.");
  });
  document.body.append(dialog);
  dialog.showModal();
  note.focus();
}

async function copyLink(answer) {
  const address = location.origin + addressOf(answer);
  const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
  say(copied ? "The link is copied." : `The link is ${address}`);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target instanceof Element && event.target.closest("#chat a.act");
    const found = link && /^#act:(\w+):(\w+)$/.exec(link.getAttribute("href") || "");
    if (!found) return;
    event.preventDefault();
    event.stopPropagation();
    const [, act, answer] = found;
    if (act === "link") copyLink(answer);
    else if (act in ASKS) askForNote(act, answer);
  },
  true,
);

document.addEventListener("clipdesk:count", ({ detail }) => {
  element.querySelector(".count").textContent = `${detail.toLocaleString("en")} saved ${detail === 1 ? "article" : "articles"}`;
});
