"""What clients are told to reach us, in the names that they know."""

from __future__ import annotations

from tests.support.v1_site import Site


def env_of(site: Site) -> dict[str, str]:
    """The environment of a client."""
    return {
        "OPENAI_BASE_URL": site.base_url,
        "OPENAI_API_BASE": site.base_url,
        "OPENAI_API_KEY": site.token,
        "CHATAPP_URL": site.base_url.removesuffix("/v1"),
    }
