"""Providers: each turns what one kind of model server says into events. Words in.

`openai_chat`, `openai_responses`, `ai_client` and `offline` are the members; `create_app` makes
the one that the settings name.
"""
