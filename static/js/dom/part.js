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
