"""Tests of chatapp.chat."""
