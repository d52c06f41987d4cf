"""How each format is read."""
