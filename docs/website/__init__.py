"""What `docs/build.py` makes the site of: Sphinx's settings, pages, and how pages are made."""
