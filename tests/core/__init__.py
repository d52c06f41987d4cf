"""The core: events, parts, prompt and server-sent events, without any I/O."""
