"""What axe-core finds on a page: https://github.com/dequelabs/axe-core, from `make clients`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.support.bundle import PACKAGES

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)

_RUN = """rules => axe.run(document, {
    resultTypes: ["violations"],
    ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
    rules: { "target-size": { enabled: true } },
}).then(({ violations }) => violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.map(({ target, failureSummary, html }) =>
        `${target.join(" ")}\\n    ${html.slice(0, 200)}\\n    ${failureSummary}`),
})))"""


@dataclass(frozen=True)
class Look:
    """A way to look at a page; all rules count, or those that depend on what is different."""

    theme: Literal["light", "dark"]
    size: ViewportSize
    rules: tuple[str, ...] = ()


LOOKS = (
    Look("light", DESKTOP),
    Look("dark", DESKTOP, ("color-contrast", "link-in-text-block")),
    Look("dark", PHONE),
    Look("light", PHONE, ("color-contrast", "link-in-text-block")),
)


def examine(page: Page, looks: Sequence[Look] = LOOKS) -> list[str]:
    """What is wrong with the page as it stands, in each look; nothing, if all is well."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_script())  # the page's policy does not hold for what a debugger runs
    found = [words for look in looks for words in _examine(page, look)]
    page.set_viewport_size(DESKTOP)
    return found


def _examine(page: Page, look: Look) -> list[str]:
    page.set_viewport_size(look.size)
    page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")
    found: list[dict[str, Any]] = page.evaluate(_RUN, list(look.rules) or None)
    where = f"{page.url} ({look.theme}, {look.size['width']} px)"
    return [
        f"{each['id']}: {each['help']} at {where}\n  " + "\n  ".join(each["nodes"])
        for each in found
    ]


@cache
def _script() -> str:
    file = PACKAGES / "axe-core" / "axe.min.js"
    if not file.exists():
        missing = "axe-core is not installed (make clients)"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return file.read_text()
