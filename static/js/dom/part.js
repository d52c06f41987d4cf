/** The element inside `root` that scripts know under this name, or null. */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** A copy of what a template holds. */
export function copyOf(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}

/** The elements of HTML that our own server made, as nodes of this document. */
export function allParsed(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.body.children].map((element) => document.importNode(element, true));
}

/** The first of them. */
export function parsed(html) {
  return allParsed(html)[0];
}

/** Tells the page what happened in an element. */
export function tell(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

/** Puts `fresh` in the place of `old`; it gets the focus where `old` had it. */
export function replace(old, fresh) {
  const held = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (held) focusOn(fresh);
}

/** Takes an element away; `next` gets the focus where it had it. */
export function remove(element, next) {
  const held = element.contains(document.activeElement);
  element.remove();
  if (held) focusOn(next);
}

/** Changes what an element holds, which gets the focus where what had it is gone. */
export function holdFocus(element, change) {
  const held = element.contains(document.activeElement);
  change();
  if (held && !element.contains(document.activeElement)) focusOn(element);
}

/** Focuses what no key leads to by itself, too. */
function focusOn(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
