"""Bugs in mnist_app/page, its server and its client."""

from tests.planted.bug import Bug, bugs

GUARD = "tests/page/test_guard.py::test_"
INSIDE = "tests/page/test_inside.py::test_"
LIVE = "tests/page/test_live.py::test_"
FINDING = "tests/page/test_bugs.py::test_"
BROWSER = "tests/page/test_browser.py::test_"
GRADIENTS = INSIDE + "gradients_are_the_sums_that_are_shown_and_the_numerical_derivatives"

BUGS: list[Bug] = [
    *bugs(
        "mnist_app/page/guard.py",
        (
            "the page answers to any host",
            '        if headers.getlist("host") not in [[host] for host in self.hosts]:\n',
            "        if False:\n",
            GUARD + "who_may_not_come_in",
        ),
        (
            "another page may ask",
            "        if origin is not None and origin not in",
            "        if origin is not None and origin in",
            GUARD + "who_may_not_come_in",
        ),
    ),
    *bugs(
        "mnist_app/page/server.py",
        (
            "a request may have any size",
            "        if len(body) > most:\n",
            "        if False:\n",
            GUARD + "too_much_is_not_taken",
        ),
        (
            "training goes on when nobody listens",
            "                tab.live.go(0)\n",
            "                pass\n",
            LIVE + "news_come_and_training_stops_when_nobody_listens",
        ),
    ),
    *bugs(
        "mnist_app/page/sums.py",
        (
            "a convolution's gradient arrives from the wrong window",
            "(h + windows.border[0][0] - u, w + windows.border[1][0] - v)",
            "(h + windows.border[0][0] - v, w + windows.border[1][0] - u)",
            GRADIENTS,
        ),
        (
            "of equal maxima the last one wins",
            "int(window.argmax())",
            "window.size - 1 - int(window[::-1, ::-1].argmax())",
            GRADIENTS,
        ),
        (
            "the rest of a sum is forgotten",
            '"total": sum(group.total for group in rest)}',
            '"total": 0.0}',
            INSIDE + "the_rest_of_a_sum_is_told",
        ),
    ),
    *bugs(
        "mnist_app/page/step.py",
        (
            "the numerical derivative has the rounding of the usual loss",
            "return float(np.log1p(others.sum()))",
            "return float(np.log(1 + others.sum()))",
            INSIDE + "a_small_gradient_keeps_its_digits",
        ),
        (
            "a kink counts as a derivative",
            "        if not smooth:\n",
            "        if False:\n",
            INSIDE + "no_derivative_at_a_tie_of_a_pool",
        ),
    ),
    *bugs(
        "mnist_app/page/live.py",
        (
            "a pause during a batch is lost",
            "            if self._left:\n",
            "            if self._left is not None:\n",
            LIVE + "it_pauses_and_goes_on",
        ),
        (
            "a loss that is not a number goes on",
            "            self._left = 0\n\n    def _measure",
            "\n    def _measure",
            LIVE + "a_loss_that_is_no_number_is_told",
        ),
    ),
    *bugs(
        "mnist_app/page/checks.py",
        (
            "the loss is checked against itself",
            "    errors = relative_error(gradient, numeric)\n",
            "    errors = relative_error(gradient, gradient)\n",
            f"{FINDING}each_bug_is_found_and_named[twice]",
        ),
    ),
    *bugs(
        "mnist_app/page/client/maps.js",
        (
            "a click chooses the number below the pointer",
            "const row = Math.min(rows - 1, y % (rows + gap));",
            "const row = Math.min(rows - 1, (y % (rows + gap)) + 1);",
            BROWSER + "the_number_under_the_pointer_is_chosen",
        ),
    ),
    *bugs(
        "mnist_app/page/client/style.css",
        (
            "a finger scrolls instead of drawing",
            "touch-action: none; ",
            "",
            BROWSER + "mouse_and_finger_give_the_same_ink",
        ),
    ),
]
