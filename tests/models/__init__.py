"""Tests of chatapp.models."""
