"""Clients in a page of Chromium."""
