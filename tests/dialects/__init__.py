"""Words out: what each client format writes."""
