"""A page at 400 %: what a window of 1280 by 1024 pixels is then, is 320 by 256.

https://www.w3.org/WAI/WCAG22/Understanding/reflow and https://www.w3.org/WAI/WCAG22/Understanding/target-size-minimum
"""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize

from tests.browser.axe import DESKTOP

ZOOMED = ViewportSize(width=320, height=256)

_CROWDED = """async () => {
    const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const wide = "pre, table, .prose__table, [data-scrolls]";
    const found = [];
    const tell = (words, element) => found.push(`${words}: ${element.outerHTML.slice(0, 160)}`);
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) tell(`${root.scrollWidth} px wide`, root);
    for (const element of document.body.querySelectorAll("*")) {
        const { overflowX } = getComputedStyle(element);
        const scrolls = ["auto", "scroll"].includes(overflowX);
        const row = element.clientHeight < 64; // of controls, which is read along
        const over = element.scrollWidth > element.clientWidth + 1;
        if (scrolls && over && !row && !element.closest(wide)) {
            tell("scrolls sideways", element);
        }
    }
    for (const element of document.querySelectorAll(controls)) {
        const seen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        if (!seen || element.matches(".unseen, .skip, .unseen *")) continue;
        element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
        const target = element.closest("label") ?? element;
        const { width, height, left, right, top, bottom } = target.getBoundingClientRect();
        const inText = target.matches("p a, li a") || getComputedStyle(target).display === "inline";
        if (!inText && (width < 23.9 || height < 23.9)) tell(`${width}x${height} px`, target);
        const shown = Math.min(bottom, innerHeight) - Math.max(top, 0);
        if (right > innerWidth + 1 || left < -1) tell("out of sight", target);
        else if (shown < Math.min(height, 20)) tell("out of reach", target);
    }
    return found;
}"""


def crowded(page: Page) -> list[str]:
    """What has no room on the page at 400 %, cannot be reached there, or is too small to press."""
    page.set_viewport_size(ZOOMED)
    found: list[str] = page.evaluate(_CROWDED)
    page.set_viewport_size(DESKTOP)
    return [f"{each} at {page.url}" for each in found]
