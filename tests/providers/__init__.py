"""What the providers make of a model server's bytes."""
