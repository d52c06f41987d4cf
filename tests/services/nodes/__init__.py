"""Two real nodes behind a real nginx, over each of the databases."""
