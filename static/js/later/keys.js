/** Keys that count anywhere on a page. */

const SINGLE_KEYS = "single-keys";
const LETTERS = { c: "copy", e: "edit", m: "write", n: "begin", s: "search" };

/** Whether keys without Ctrl count; some people speak, or press keys that they did not mean. */
export const singleKeys = {
  get on() {
    return localStorage.getItem(SINGLE_KEYS) !== "off";
  },
  set on(on) {
    if (on) localStorage.removeItem(SINGLE_KEYS);
    else localStorage.setItem(SINGLE_KEYS, "off");
  },
};

/** Does what a key asks for; `covered` says that something lies over the page. */
export async function hear(event, covered) {
  const wanted = wish(event, covered);
  if (!wanted) return;
  event.preventDefault();
  const { act } = await import("./commands.js");
  act(wanted);
}

function wish({ key, target, altKey, ctrlKey, metaKey, shiftKey, isComposing, repeat }, covered) {
  if (isComposing || altKey) return undefined;
  if (ctrlKey !== metaKey && key.toLowerCase() === "k" && !shiftKey) return "commands";
  if (ctrlKey || metaKey) return undefined;
  if (key === "Escape") return isAnswering() && !covered ? "stop" : undefined;
  if (isWritten(target) || repeat || !singleKeys.on) return undefined;
  return key === "?" ? "keys" : LETTERS[key];
}

/** Whether keys are letters there. */
function isWritten(element) {
  return element.isContentEditable || element.matches("input, textarea, select");
}

function isAnswering() {
  return document.querySelector('chat-composer[data-state="answering"]') !== null;
}
