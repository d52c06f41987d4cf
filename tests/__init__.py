"""What chatapp promises, as facts that can fail."""
