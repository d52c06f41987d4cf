"""Tests against the real programs that stand around chatapp."""
