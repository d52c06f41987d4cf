"""Clients that are no part of chatapp, each run as a program against a real server of ours."""
