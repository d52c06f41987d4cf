"""HTTP: each view reads a request, calls one function and picks a dialect or a template."""
