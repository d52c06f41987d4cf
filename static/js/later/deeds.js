/**
 * What can be done on a page by name: each deed finds the control that does it, so that whatever
 * the page does not offer now, its commands do not either.
 */

const find = (selector) => document.querySelector(selector);
const last = (selector) => [...document.querySelectorAll(selector)].at(-1) ?? null;
const press = (control) => control.click();
const send = (form) => form.requestSubmit();

function focus(element) {
  element.focus();
}

/** The list stands beside the chat, or comes over it. */
function showList() {
  const sidebar = find("#sidebar");
  if (sidebar && !sidebar.checkVisibility()) sidebar.showPopover();
}

/** The menu of the conversation that is read. */
const current = (selector) => find(`.conversation-item[data-state="current"] ${selector}`);

function rename(field) {
  showList();
  field.closest("details").open = true;
  field.focus();
  field.select();
}

function search(field) {
  showList();
  field.focus();
  field.select();
}

const THEME = "theme";

function setTheme(_, theme) {
  const lasts = theme ? 31536000 : 0;
  document.cookie = `${THEME}=${theme}; path=/; max-age=${lasts}; samesite=lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Each finds its control, and acts on it. */
const DEEDS = {
  begin: [() => find('a[href="/"]'), press],
  write: [() => find("#words:not([readonly])"), focus],
  search: [() => find('#sidebar [name="q"]'), search],
  stop: [() => find('chat-composer [data-part="stop"]:not([hidden])'), press],
  copy: [() => last('chat-answer [data-action="copy"]:not([hidden])'), press],
  regenerate: [() => lastOfAnswer('form[data-action="regenerate"]'), send],
  edit: [() => settled() && last('chat-question [data-action="edit"]'), press],
  rename: [() => current('[name="title"]'), rename],
  delete: [() => current('[data-action="delete"]'), press],
  theme: [() => document.documentElement, setTheme],
  language: [() => find("#palette form"), sendLanguage],
  leave: [() => find('form[action="/logout"]'), send],
};

function settled() {
  return find('chat-composer[data-state="answering"]') === null;
}

function lastOfAnswer(selector) {
  return settled() ? (last("chat-answer")?.querySelector(selector) ?? null) : null;
}

function sendLanguage(form, code) {
  form.elements.language.value = code;
  form.elements.next.value = location.pathname + location.search;
  form.requestSubmit();
}

/** Whether the page offers it now. */
export function offers(name) {
  return Boolean(DEEDS[name]?.[0]());
}

/** Does it, where the page offers it. */
export function perform(name, value) {
  const [seek, act] = DEEDS[name];
  const control = seek();
  if (control) act(control, value);
}
