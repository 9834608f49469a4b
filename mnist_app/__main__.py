"""`python -m mnist_app`."""

import os
import sys


def open_closed_streams() -> None:
    """Give what was started without standard streams (`>&-`) the null device in their place.

    Otherwise Python has None there, and the next file that is opened is taken for the stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


if __name__ == "__main__":
    try:
        open_closed_streams()
        from mnist_app.cli import app

        app()
    except KeyboardInterrupt:  # while importing; later ones are the command line's own business
        sys.exit(130)
