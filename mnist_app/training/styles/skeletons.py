"""Where the pen goes: the styles of handwritten digits, each by a function of a hand.

Labels are what a careful reader says. The flag of a 1 falls steeply from the stem's top, at 25 to
55 degrees from the stem. The bar of a 7 is nearly level, at most 12 degrees.
"""

import math
from collections.abc import Callable, Mapping

from mnist_app.training.styles.hand import Drawing, Hand, Point


def one(hand: Hand, flag: tuple[float, float] | None, foot: bool = False) -> Drawing:
    """A stem; a flag of a length in this range; a foot, with which the flag may be flatter."""
    lines = [hand.line((0.5, 0), (0.5 + hand.between(-0.03, 0.03), 1))]
    if flag is not None:
        length = hand.between(*flag)
        steepest, flattest = 25, (62 if foot else 55) - 20 * max(0.0, length - 0.3) / 0.3
        angle = math.radians(hand.between(steepest, flattest))
        across, down = length * math.sin(angle), length * math.cos(angle)
        sag = hand.between(-0.03, 0.06)
        lines[0][0] = (0.5, 0)
        middle = (0.5 - across / 2, down / 2 + sag * length)
        lines.append(hand.curve((0.5, 0), middle, (0.5 - across, down)))
    if foot:
        end = lines[0][1]
        left, right = hand.between(0.1, 0.33), hand.between(0.1, 0.33)
        lines.append(hand.line((end[0] - left, end[1]), (end[0] + right, end[1])))
    return Drawing(lines)


def wedged_one(hand: Hand) -> Drawing:
    """As bold fonts have it: the flag is a wedge that grows out of the stem."""
    drawing = one(hand, (0.2, 0.4), foot=hand.chance(0.4))
    top, tip = drawing.lines[1][0], drawing.lines[1][-1]
    below = (top[0], top[1] + hand.between(0.12, 0.3))
    return Drawing(drawing.lines, [hand.line(top, tip, below)])


def seven(hand: Hand, bar: str = "straight", crossed: bool = False) -> Drawing:
    """A bar (straight, wavy, or hooked: it begins with a serif), a stem, perhaps a line across."""
    width, rise = hand.between(0.4, 0.68), hand.between(-0.05, 0.09)
    left, corner = (0.0, rise), (width, 0.0)
    end = (width - hand.between(0.3 if bar == "wavy" else 0.05, 0.95) * width, 1.0)
    middle = ((corner[0] + end[0]) / 2 - hand.between(-0.02, 0.1), 0.5)
    if bar == "wavy":
        height = hand.between(0.03, 0.07)
        waves = (width / 3, rise - height), (2 * width / 3, height)
        lines = [hand.curve((0, rise + height), *waves, corner)]
    else:
        lines = [hand.line(left, corner)]
    if bar == "hooked":
        serif = (left[0] + hand.between(-0.06, 0.04), left[1] + hand.between(0.1, 0.25))
        lines = [hand.line(serif, left, corner)]
    corner = lines[0][-1]
    lines.append(hand.curve(corner, middle, end) if hand.chance(0.6) else hand.line(corner, end))
    if crossed:
        across, tilt = hand.between(0.12, 0.26), hand.between(-0.06, 0.04)
        x, y = lines[1][len(lines[1]) // 2] if len(lines[1]) > 2 else lines[1].mean(axis=0)
        lines.append(hand.line((x - across, y - tilt), (x + across, y + tilt)))
    return Drawing(lines)


def four(hand: Hand, closed: bool) -> Drawing:
    """Open above, as most write it, or closed to a triangle, as it is printed."""
    stem, level = hand.between(0.42, 0.58), hand.between(0.52, 0.72)
    over = stem + hand.between(0.05, 0.25)
    foot = 1 + hand.between(-0.05, 0.05)
    if closed:
        corner, top = (0.0, level), (stem, 0.0)
        return Drawing([hand.line((stem, foot), top, corner, (over, level))])
    lean, above = hand.between(0.02, 0.22), hand.between(-0.05, 0.4)
    left = hand.line((lean, 0), (0, level), (over, level + hand.between(-0.08, 0.03)))
    if hand.chance(0.3):  # round below, as a u
        left = hand.curve((lean, 0), (0.01, level - 0.15), (0.15, level), (over, level - 0.08))
    return Drawing([left, hand.line((stem, above), (stem - hand.between(-0.03, 0.1), foot))])


def nine(hand: Hand, tail: str, filled: bool = False) -> Drawing:
    """A loop, and a tail that is straight, slanted, or curled to the left."""
    across, down = hand.between(0.2, 0.29), hand.between(0.17, 0.28)
    if filled:
        across, down = hand.between(0.14, 0.19), hand.between(0.14, 0.19)
    right = 2 * across
    gap = hand.between(0, 25) if hand.chance(0.3) else 0
    loop = hand.arc((across, down), (across, down), -30, -360 + gap)
    start = (right - hand.between(0, 0.02), down * hand.between(0.4, 1))
    if tail == "straight":
        line = hand.line(start, (right - hand.between(-0.02, 0.06), 1))
    elif tail == "slanted":
        line = hand.curve(start, (right - 0.05, 0.6), (right - hand.between(0.15, 0.35), 1))
    else:
        end = (hand.between(-0.05, 0.15), hand.between(0.8, 0.93))
        line = hand.curve(start, (right, 0.65), (right - 0.15, 0.95), (across, 1), end)
    return Drawing([loop, line], [loop] if filled else [])


def six(hand: Hand, stem: str, filled: bool = False) -> Drawing:
    """A loop below a stem that is straight, bent, or curled over to the right."""
    across, down = hand.between(0.2, 0.3), hand.between(0.17, 0.27)
    if filled:
        across, down = hand.between(0.14, 0.19), hand.between(0.14, 0.19)
    middle = (across, 1 - down)
    loop = hand.arc(middle, (across, down), 180, 360 if hand.chance(0.7) else 335)
    if stem == "straight":
        line = hand.line((hand.between(0.15, 0.5), 0), (0.02, 1 - down))
    elif stem == "bent":
        top = hand.between(0.25, 0.5)
        line = hand.curve((top, 0), (top * 0.35, 0.33), (0.0, 1 - down))
    else:
        end = (2 * across - hand.between(0, 0.1), hand.between(0.06, 0.18))
        line = hand.curve(end, (across + 0.03, 0), (0.08, 0.3), (0.0, 1 - down))
    return Drawing([loop, line], [loop] if filled else [])


def zero(hand: Hand, slashed: bool = False) -> Drawing:
    """An ellipse, from narrow to round, that may not quite close; or one with a slash."""
    radii = (hand.between(0.18, 0.45), 0.5)
    turn = 360 if slashed else hand.between(345, 385)
    lines = [hand.arc((0.5, 0.5), radii, hand.between(-130, -50), turn)]
    if slashed:
        reach = hand.between(0.55, 0.95)
        x, y = radii[0] * reach * 0.75, 0.5 * reach * 0.75
        lines.append(hand.line((0.5 - x, 0.5 + y), (0.5 + x, 0.5 - y)))
    return Drawing(lines)


def two(hand: Hand, foot: str) -> Drawing:
    """A swan's neck on a foot that is flat, wavy or looped."""
    width, start = hand.between(0.45, 0.62), hand.between(0.12, 0.28)
    neck: list[Point] = [(0.02, start), (0.3 * width, 0.02), (0.75 * width, 0.02)]
    neck += [(width, 0.25), (0.75 * width, 0.52)]
    if foot == "looped":
        loop = [(0.12, 0.93), (-0.02, 0.95), (0.02, 0.84), (0.2, 0.86)]
        return Drawing([hand.curve(*neck, *loop, (width, 0.98 + hand.between(-0.06, 0.04)))])
    lines = [hand.curve(*neck, (0.0, 1))]
    corner = lines[0][-1]
    end = (width + hand.between(-0.05, 0.1), 1 + hand.between(-0.04, 0.04))
    if foot == "wavy":
        lines.append(hand.curve(corner, (0.3 * width, 0.93), (0.7 * width, 1.02), (end[0], 0.93)))
    else:
        lines.append(hand.line(corner, end))
    return Drawing(lines)


def three(hand: Hand, flat: bool) -> Drawing:
    """Two bows, or a flat top and one bow."""
    width, waist = hand.between(0.42, 0.58), hand.between(0.4, 0.5)
    inner = (hand.between(0.12, 0.28), waist)
    bow = [(width, waist + 0.22), (width * 0.8, 0.92), (0.45 * width, 1.0)]
    lower = hand.curve(inner, (0.8 * width, waist + 0.06), *bow, (0, hand.between(0.84, 0.95)))
    inner = lower[0]
    if flat:
        upper = hand.line((0.04, 0), (width, 0.0), inner)
    else:
        start = (0.02, hand.between(0.08, 0.18))
        upper = hand.curve(
            start, (0.5 * width, 0), (0.92 * width, 0.17), (0.75 * width, 0.36), inner
        )
    upper[-1] = inner
    return Drawing([upper, lower])


def five(hand: Hand, detached: bool) -> Drawing:
    """A bar, a short stem, a bow; the bar may not touch the rest."""
    width, waist = hand.between(0.42, 0.58), hand.between(0.36, 0.48)
    stem = hand.line((0.1, 0), (hand.between(0.02, 0.1), waist))
    corner = stem[-1]
    bow = [(0.55 * width, waist - 0.06), (width, waist + 0.2), (0.75 * width, 0.95)]
    belly = hand.curve(corner, *bow, (0.35 * width, 1.0), (-0.02, hand.between(0.82, 0.95)))
    bar = hand.line(stem[0], (width + hand.between(0, 0.15), hand.between(-0.06, 0.04)))
    if detached:
        bar += [hand.between(0.03, 0.1), hand.between(-0.06, 0.02)]
    return Drawing([stem, belly, bar])


def eight(hand: Hand, crossing: bool) -> Drawing:
    """One stroke that crosses itself, perhaps open above, or two rings."""
    if crossing:
        width, gap = hand.between(0.2, 0.3), hand.between(0, 0.35) if hand.chance(0.4) else 0.0
        theta = [gap + k * (2 * math.pi - gap) / 16 for k in range(17)]
        around = [
            (
                0.3 + width * math.sin(2 * t) * (1.1 if math.cos(t) < 0 else 0.95),
                0.5 - 0.5 * math.cos(t),
            )
            for t in theta
        ]
        return Drawing([hand.curve(*around)])
    waist, above = hand.between(0.42, 0.52), hand.between(0.16, 0.25)
    upper = hand.arc((0.3, waist / 2), (above, waist / 2), 90)
    lower = hand.arc((0.3, (1 + waist) / 2), (above + hand.between(0, 0.08), (1 - waist) / 2), -90)
    return Drawing([upper, lower])


TAILS = ("straight", "slanted", "curled")  # of a 9
Style = tuple[int, Callable[[Hand], Drawing]]

# By name: the digit that it is, and how it is drawn.
STYLES: Mapping[str, Style] = {
    "1": (1, lambda hand: one(hand, None)),
    "1 short flag": (1, lambda hand: one(hand, (0.1, 0.25))),
    "1 flag": (1, lambda hand: one(hand, (0.25, 0.4))),
    "1 long flag": (1, lambda hand: one(hand, (0.4, 0.65))),
    "1 foot": (1, lambda hand: one(hand, None, foot=True)),
    "1 flag, foot": (1, lambda hand: one(hand, (0.1, 0.4), foot=True)),
    "1 long flag, foot": (1, lambda hand: one(hand, (0.4, 0.6), foot=True)),
    "1 wedge": (1, wedged_one),
    "7": (7, seven),
    "7 crossed": (7, lambda hand: seven(hand, crossed=True)),
    "7 wavy": (7, lambda hand: seven(hand, "wavy", hand.chance(0.3))),
    "7 hooked": (7, lambda hand: seven(hand, "hooked", hand.chance(0.3))),
    "4 open": (4, lambda hand: four(hand, closed=False)),
    "4 closed": (4, lambda hand: four(hand, closed=True)),
    "9 straight": (9, lambda hand: nine(hand, "straight")),
    "9 slanted": (9, lambda hand: nine(hand, "slanted")),
    "9 curled": (9, lambda hand: nine(hand, "curled")),
    "9 filled": (9, lambda hand: nine(hand, str(hand.rng.choice(TAILS)), filled=True)),
    "6 straight": (6, lambda hand: six(hand, "straight")),
    "6 bent": (6, lambda hand: six(hand, "bent")),
    "6 curled": (6, lambda hand: six(hand, "curled")),
    "6 filled": (6, lambda hand: six(hand, "bent", filled=True)),
    "0": (0, zero),
    "0 slashed": (0, lambda hand: zero(hand, slashed=True)),
    "2 flat": (2, lambda hand: two(hand, "flat")),
    "2 wavy": (2, lambda hand: two(hand, "wavy")),
    "2 looped": (2, lambda hand: two(hand, "looped")),
    "3 round": (3, lambda hand: three(hand, flat=False)),
    "3 flat": (3, lambda hand: three(hand, flat=True)),
    "5": (5, lambda hand: five(hand, detached=False)),
    "5 detached": (5, lambda hand: five(hand, detached=True)),
    "8 crossing": (8, lambda hand: eight(hand, crossing=True)),
    "8 rings": (8, lambda hand: eight(hand, crossing=False)),
}
