"""The end of a browser's profile."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Error, Page


def close(context: BrowserContext) -> None:
    """Ends a profile. Its pages are left first: Chromium may wait for ever for the end of one that
    is on its way to another."""
    for page in context.pages:
        while not _is_left(page):
            pass  # it arrived somewhere else meanwhile
    context.close()


def _is_left(page: Page) -> bool:
    try:
        page.goto("about:blank")
    except Error as error:
        if "interrupted by another navigation" not in error.message:
            raise
        return False
    return True
