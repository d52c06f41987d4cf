"""Tests of chatapp.views."""
