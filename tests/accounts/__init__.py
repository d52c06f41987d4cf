"""Tests of chatapp.accounts."""
