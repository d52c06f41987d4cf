"""The chat as people use it: a real browser, a real server, and a model that waits for both."""
