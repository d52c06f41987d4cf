"""chatapp: self-hosted, streaming AI chat."""
