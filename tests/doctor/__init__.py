"""Tests of chatapp.doctor."""
