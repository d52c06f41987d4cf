"""The pages of docs/guides in a browser, on another origin than the chat."""
