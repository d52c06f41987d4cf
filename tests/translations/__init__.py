"""The catalogues of languages: what belongs into them, and that they are whole."""
