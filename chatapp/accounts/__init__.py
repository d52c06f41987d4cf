"""Who somebody is: sign-in, guests, sessions, tokens, passwords."""
