"""Knowledge: what answers rest on."""
