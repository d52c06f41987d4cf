/** The element inside `root` that scripts know under this name, or null. */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** A copy of what a template holds. */
export function copyOf(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}

/** The first element of HTML that our own server made, as a node of this document. */
export function parsed(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return document.importNode(page.body.firstElementChild, true);
}

/** Tells the page what happened in an element. */
export function tell(element, name, detail) {
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}
