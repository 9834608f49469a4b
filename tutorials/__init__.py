"""Notebooks that derive, code and check every gradient of mnist_app's networks.

`python -m tutorials` shows which exercises are solved; README.md is the way in.
"""
