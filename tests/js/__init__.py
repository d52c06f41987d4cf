"""The scripts without a DOM, under Node."""
