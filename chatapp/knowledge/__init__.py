"""What answers rest on: documents, their passages and the search for them."""
