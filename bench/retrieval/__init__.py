"""How well questions find the documents that answer them."""
