"""`python -m mnist_app`."""

import sys

if __name__ == "__main__":
    try:
        from mnist_app.cli import app

        app()
    except KeyboardInterrupt:  # while importing; later ones are the command line's own business
        sys.exit(130)
