"""Conversations: who may see what, what is asked, and what a send does."""
