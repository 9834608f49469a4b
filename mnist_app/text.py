"""Numbers as people read them."""


def percent(share: float | None, decimals: int = 2) -> str:
    """0.99054 -> "99.05 %", None -> "-"; never a 100 % that is not whole."""
    if share is None:
        return "-"
    text = f"{100 * share:.{decimals}f}"
    if share < 1 and float(text) == 100:
        text = f"{100 - 10.0**-decimals:.{decimals}f}"
    return f"{text} %"
