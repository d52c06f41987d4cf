"""Formats: each turns one kind of file into Markdown."""
