"""Numbers and names as people read them."""

import re

# Control characters, and what changes the direction of the text around it.
UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""A name for the terminal, which it cannot command: an escape character becomes \x1b."""
    return UNREADABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def percent(share: float | None, decimals: int = 2) -> str:
    """0.99054 -> "99.05 %", None -> "-"; never a 100 % that is not whole."""
    if share is None:
        return "-"
    text = f"{100 * share:.{decimals}f}"
    if share < 1 and float(text) == 100:
        text = f"{100 - 10.0**-decimals:.{decimals}f}"
    return f"{text} %"
