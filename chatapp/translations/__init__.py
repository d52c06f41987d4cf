"""The languages of the pages: one catalogue of gettext each, read when it is first needed."""
