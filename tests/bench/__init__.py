"""The benchmark's own tools: a measurement is worth what they notice."""
