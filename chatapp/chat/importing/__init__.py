"""Conversations from elsewhere: read piece by piece, stored whole or not at all."""
