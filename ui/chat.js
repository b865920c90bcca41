// What gradio's chatbot does not do: readable names for its messages, and a reply that is read from its question on.

const inChat = (node) => node instanceof Element && node.closest("#chat") !== null;

let questions = 0; // shown so far
let shown = ""; // of the newest reply
let following = false; // keep the newest question in view, until the reader moves about for themselves

// gradio names each message by its raw HTML, which nobody wants read out
function nameMessages() {
  for (const node of document.querySelectorAll('#chat [data-testid][aria-label*="<"]')) {
    node.setAttribute("aria-label", node.dataset.testid === "bot" ? "Answer" : "Question");
  }
}

function keepInView() {
  const asked = document.querySelectorAll("#chat .asked");
  if (asked.length > questions) following = true;
  questions = asked.length;
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
