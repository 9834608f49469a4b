"""Bugs in mnist_app/page, its server and its client."""

from tests.planted.bug import Bug, bugs

GUARD = "tests/page/test_guard.py::test_"
ANSWER = "tests/page/test_answers.py::test_"
INSIDE = "tests/page/test_inside.py::test_"
LIVE = "tests/page/test_live.py::test_"
FINDING = "tests/page/test_bugs.py::test_"
BROWSER = "tests/page/test_browser.py::test_"
GRADIENTS = INSIDE + "gradients_are_the_sums_that_are_shown_and_the_numerical_derivatives"

BUGS: list[Bug] = [
    *bugs(
        "mnist_app/page/bugs.py",
        (
            "the bug of gradients that add up is none",
            "sums.get(where, 0) + gradient",
            "gradient",
            FINDING + "each_bug_is_found_and_named",
        ),
    ),
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
            "the server talks while it ends",
            '    logging.getLogger("uvicorn.error").addFilter(is_news)\n',
            "",
            LIVE + "a_signal_ends_it_without_a_word_while_it_is_busy",
        ),
        (
            "training goes on when nobody listens",
            "                tab.live.go(0)\n",
            "                pass\n",
            LIVE + "news_come_and_training_stops_when_nobody_listens",
        ),
    ),
    *bugs(
        "mnist_app/page/places.py",
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
    ),
    *bugs(
        "mnist_app/page/gradient_sums.py",
        (
            "a number of a sum opens another one",
            "[(i, j, f) for f in range(filters)]",
            "[(j, i, f) for f in range(filters)]",
            GRADIENTS,
        ),
    ),
    *bugs(
        "mnist_app/page/chain.py",
        (
            "the window in the picture is a pixel too small",
            "right = right * windows.strides[1] - before + windows.size[1] - 1",
            "right = right * windows.strides[1] - before + windows.size[1] - 2",
            INSIDE + "a_number_is_followed_to_the_pixels_that_it_sees",
        ),
    ),
    *bugs(
        "mnist_app/page/inside.py",
        (
            "why this and not that is told the other way round",
            "gaps = kernel[:, answer] - kernel[:, rival]",
            "gaps = kernel[:, rival] - kernel[:, answer]",
            INSIDE + "why_is_the_difference_of_two_logits",
        ),
        (
            "saliency ignores which class was asked for",
            "        answer, rival = self.pair(answer, rival)\n        outputs",
            "        answer, rival = self.pair(None, None)\n        outputs",
            INSIDE + "saliency_is_the_slope_of_the_two_logits_of_why",
        ),
        (
            "the softmax on the page knows no temperature",
            "scaled = outputs / outputs.dtype.type(temperature)",
            "scaled = outputs",
            INSIDE + "the_softmax_is_that_of_the_answer",
        ),
    ),
    *bugs(
        "mnist_app/page/evidence.py",
        (
            "what spoke for the rival counts for the answer",
            "np.stack([first, second, first - second])",
            "np.stack([first, second, first + second])",
            INSIDE + "the_parts_of_the_picture_add_up_to_the_logits",
        ),
        (
            "a layer's bias is what came in",
            "float((slopes[k + 1] * self.kept[k + 1][0]).sum(dtype=np.float64))",
            "float((slopes[k] * self.kept[k][0]).sum(dtype=np.float64)) * 2",
            INSIDE + "the_parts_of_the_picture_add_up_to_the_logits",
        ),
    ),
    *bugs(
        "mnist_app/page/corner.py",
        (
            "the corner is one of other numbers than the check's",
            "    rng = np.random.default_rng(0)\n",
            "    rng = np.random.default_rng(1)\n",
            f"{FINDING}each_bug_is_found_and_named[kernel]",
        ),
        (
            "the corner shows backward beside itself",
            "numeric.reshape(shape))",
            "analytic.reshape(shape))",
            f"{FINDING}each_bug_is_found_and_named[pool]",
        ),
    ),
    *bugs(
        "mnist_app/pictures/drawing.py",
        (
            "the rubber draws",
            "[255 if erases else 0 for erases in rubber]",
            "[0 for _ in rubber]",
            ANSWER + "pen_and_rubber_change_a_test_digit_and_undo_brings_it_back",
        ),
        (
            "a stroke lies beside the pen on a wide picture",
            "places * side - corner - 0.5",
            "places * side - 0.5",
            ANSWER + "pen_and_rubber_change_a_picture_file",
        ),
    ),
    *bugs(
        "mnist_app/page/answers.py",
        (
            "the wrong one is said to have judged",
            "PREPARATION if answer.stages.problem else DETECTOR",
            "DETECTOR if answer.stages.problem else PREPARATION",
            ANSWER + "problems_are_said_in_words",
        ),
    ),
    *bugs(
        "mnist_app/page/tabs.py",
        (
            "a new training keeps what the checks said of the old one",
            "        self.findings.clear()\n",
            "",
            LIVE + "a_planted_bug_is_checked",
        ),
        (
            "the pen erases what it draws on",
            "        under, self.label = self.under, None\n",
            "        under, self.label = None, None\n",
            ANSWER + "pen_and_rubber_change_a_test_digit_and_undo_brings_it_back",
        ),
        (
            "the quiz tells the bug after one wrong guess",
            "self.guesses < MOST_GUESSES",
            "self.guesses < 1",
            LIVE + "a_quiz_is_answered_in_two_tries_and_says_why",
        ),
    ),
    *bugs(
        "mnist_app/page/sums.py",
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
            "the update of a batch long ago is shown",
            "            self._values = {name: p.value.copy()",
            "            _ = {name: p.value.copy()",
            LIVE + "what_it_tells_is_what_the_network_is",
        ),
        (
            "a pause during a batch is lost",
            "            if self._left:\n",
            "            if self._left is not None:\n",
            LIVE + "it_pauses_and_goes_on",
        ),
        (
            "a loss that is not a number goes on",
            "            self._left = 0\n\n    def _learned",
            "\n    def _learned",
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
        "mnist_app/page/client/step.js",
        (
            "a step closes the weight that is open",
            "if (again && view.trail.steps.length)",
            "if (false)",
            BROWSER + "a_weight_stays_open_through_a_step_and_opens_into_its_factors",
        ),
    ),
    *bugs(
        "mnist_app/page/client/products.js",
        (
            "the list of products begins with the smallest",
            "Math.abs(two.product) - Math.abs(one.product)",
            "Math.abs(one.product) - Math.abs(two.product)",
            BROWSER + "the_products_of_a_kernels_gradient_are_told_in_figures",
        ),
    ),
    *bugs(
        "mnist_app/page/client/overlay.js",
        (
            "a place of the picture opens another one",
            'cell.addEventListener("click", () => open([i, j]));',
            'cell.addEventListener("click", () => open([j, i]));',
            BROWSER + "the_part_of_the_picture_that_spoke_is_shown_and_opens",
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
