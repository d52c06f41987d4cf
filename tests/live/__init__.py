"""Tests of chatapp.live."""
