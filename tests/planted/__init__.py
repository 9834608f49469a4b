"""Bugs that are planted one by one, to see the tests notice them: python -m tests.planted."""
