"""Settings that all tests share, above all what hypothesis draws.

A plain run draws the same examples every time. `--hypothesis-profile=random` draws other ones,
and more; a failure says how to draw it again.
"""

import os

from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is not a failure
)
settings.register_profile(
    "random",
    settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=500,
    print_blob=True,
)
settings.load_profile("repeatable")
