"""Dialects: each turns events into what one kind of client reads. Words out."""
