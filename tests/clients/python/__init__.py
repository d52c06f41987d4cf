"""Clients in Python: programs for the environment that `make clients` has made."""
