"""Bugs in the tutorials and their checks, each of which the named tests must notice."""

from tests.planted.bug import bugs

DIAGNOSIS = "tests/tutorials/test_diagnosis.py::"
EXERCISES = "tests/tutorials/test_exercises.py::"
PROGRESS = "tests/tutorials/test_progress.py::"
NOTEBOOKS = "tests/tutorials/test_notebooks.py::"
PROSE = "tests/tutorials/test_prose.py::"
TABLES = "tests/tutorials/test_tables.py::"
ABLATION = "tests/tutorials/test_ablation.py::"
PATIENTS = "tests/tutorials/test_patients.py::"


BUGS = [
    *bugs(
        "tutorials/checks/diagnosis.py",
        (
            "an answer that writes into its arguments is not noticed",
            "a.copy() if isinstance(a, np.ndarray) else a for a in arguments",
            "a for a in arguments",
            DIAGNOSIS + "test_accidents_are_told_in_words",
        ),
        (
            "a right answer gets the diagnosis of a mistake that gives the same numbers",
            "if differs and mistaken.shape",
            "if mistaken.shape",
            DIAGNOSIS + "test_a_right_answer_passes_even_if_a_mistake_would_give_the_same",
        ),
        (
            "numbers of the expected shape are right, whatever they are",
            "if not _close(values, expected, rtol, scale):",
            "if values.shape != expected.shape:",
            DIAGNOSIS + "test_the_sentence_names_the_mistake",
        ),
        (
            "an array of integers is as right as one of floats",
            "and values.dtype != expected.dtype",
            "and False",
            DIAGNOSIS + "test_the_sentence_names_the_mistake",
        ),
        (
            "small entries are forgiven what large ones round",
            "    if scale is None:\n",
            "    if True:\n",
            DIAGNOSIS + "test_small_entries_count_if_they_are_held_against_their_own_size",
        ),
        (
            "two numbers that differ are shown as the same",
            "for digits in range(6, 18):",
            "for digits in (6,):",
            DIAGNOSIS + "test_the_sentence_names_the_mistake",
        ),
        (
            "a missing 1/N is told as one that is applied twice",
            "{text} Is 1/N missing?",
            "{text} Is 1/N applied twice?",
            DIAGNOSIS + "test_the_sentence_names_the_mistake",
        ),
        (
            "any number is told as so many times another",
            r"exactly \d{1,2} |",
            r"exactly \d+ |",
            DIAGNOSIS + "test_a_large_factor_between_two_numbers_tells_nothing",
        ),
    ),
    *bugs(
        "tutorials/checks/__init__.py",
        (
            "an exercise that nobody has attempted is right",
            'return Verdict("not attempted")',
            'return Verdict("right")',
            EXERCISES + "test_a_stub_is_not_attempted_and_says_what_its_solution_does",
        ),
        (
            "an unwritten helper makes a finished function count as not attempted",
            "if unwritten is inspect.unwrap(attempt).__code__:",
            "if unwritten:",
            PROGRESS + "test_a_finished_function_that_calls_an_unwritten_one_is_told_so",
        ),
        (
            "the solution is judged in place of the learner's answer",
            "path = MINE / path.name",
            "path = SOLUTIONS / path.name",
            PROGRESS + "test_one_exercise",
        ),
        (
            "starting again replaces what a learner has written",
            "        if not path.exists():\n",
            "        if True:\n",
            PROGRESS + "test_start_copies_the_stubs_and_never_replaces_what_is_there",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_02.py",
        (
            "an order is right even if every path was walked for it",
            "if self.asked > 1000:",
            "if False:",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[02.topological_order-merges_lists]",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_04.py",
        (
            "the number of classes may be taken from the largest label",
            "np.array([1, 3, 0])",
            "np.array([1, 3, 4])",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis"
            "[04.loss_gradient-gradient_with_eye_of_the_labels]",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_05.py",
        (
            "a mask with >= passes, since no number is exactly 0",
            "    a[1, 0], a[2, 0] = 0.0, 1e-9\n",
            "    a[2, 0] = 1e-9\n",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis"
            "[05.two_layer_backward-mask_with_equality]",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_09.py",
        (
            "a maximum pooling is only tried with numbers that are not negative",
            "share(x[place])",
            "share(np.abs(x[place]))",
            EXERCISES + "test_a_solution_is_right[09.maxpool_backward]",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_10.py",
        (
            "any saliency is right",
            'expect(got, slopes(chosen), "the saliency"',
            'expect(got, got, "the saliency"',
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_11.py",
        (
            "epsilon outside of the root is as right as inside",
            "np.sqrt(variance) + epsilon,\n",
            "np.sqrt(variance + epsilon),\n",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[11.normalize-epsilon_outside]",
        ),
        (
            "the share through the mean is not looked at",
            'expect(got[1], by_mean, f"the share through the mean {what}"',
            'expect(by_mean, by_mean, f"the share through the mean {what}"',
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_12.py",
        (
            "windows are only unfolded where the stride divides the picture",
            "in [*CASES, UNEVEN]:",
            "in CASES:",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[12.unfold-size_rounded_up]",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_13.py",
        (
            "a comparison of pictures may leave a pixel out",
            "        image[place] ^= 1\n",
            "        image[...] ^= 1\n",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[13.seen_before-by_the_middle_row]",
        ),
        (
            "any name for a fault is right",
            "    if wrong:\n        named",
            "    if False:\n        named",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_14.py",
        (
            "a projection's mask may let pass what is exactly 0",
            '_at_the_bend(_several(call(answer, x, zeros, v, dy), "dx", "dw", "dv")[1], x, dy)',
            "pass",
            EXERCISES
            + "test_a_wrong_answer_gets_its_diagnosis[14.projection_backward-passes_at_the_bend]",
        ),
        (
            "a residual block may run its body as often as it likes",
            "if body is linear and calls != 1:",
            "if False:",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[14.residual_backward-two_passes]",
        ),
        (
            "a residual block may add in the body's own array",
            "if body is keeper and not np.array_equal(kept, dy @ w.T):",
            "if False:",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_15.py",
        (
            "a test of two networks is only tried where few coins fall",
            ", (700, 820, 10, 300)]",
            "]",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[15.mcnemar-floats_overflow]",
        ),
        (
            "no seed is kind to one recipe and not to the other, so any pairing is right",
            "        ([1.0, 2.0, 1.5], [1.9, 0.8, 1.4]),",
            "",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[15.over_seeds-rows_sorted]",
        ),
        (
            "rotations alone cannot tell the inverse from the transpose",
            "np.array([[1.3, 0.35], [-0.2, 0.8]])",
            "np.eye(2)",
            EXERCISES + "test_a_wrong_answer_gets_its_diagnosis[15.warp-transposed_for_inverted]",
        ),
    ),
    *bugs(
        "tutorials/patients.py",
        (
            "the leaking run is the sound one, number by number",
            "seed = 1 + list(FAULTS).index(letter)",
            "seed = 0",
            PATIENTS + "test_no_chart_can_be_found_by_comparing_it_with_the_sound_one",
        ),
    ),
    *bugs(
        "tutorials/15_cnn_large_honestly.py",
        (
            "the second half of a notebook begins without a heading of its own",
            "# ## Part two: which ingredient earns its tenth?\n",
            "",
            PROSE + "test_headings_stand_in_their_order[15_cnn_large_honestly]",
        ),
    ),
    *bugs(
        "tutorials/ablation.py",
        (
            "a recipe without distortion is trained with it",
            "augment=augment if recipe.distorted else None",
            "augment=augment",
            ABLATION + "test_a_recipe_is_trained_as_it_says",
        ),
        (
            "an ablation that was stopped begins anew",
            "if len(found) == seed:",
            "if True:",
            ABLATION + "test_a_run_that_was_stopped_trains_what_is_missing",
        ),
    ),
    *bugs(
        "tutorials/checks/notebook_06.py",
        (
            "a training loop that forgets Adam's averages is told only that its losses are wrong",
            "            run.tell_what_was_kept()\n            run.tell_what_was_moved(steps)\n",
            "            run.tell_what_was_moved(steps)\n",
            EXERCISES
            + "test_a_wrong_answer_gets_its_diagnosis[06.learn_by_heart-heart_averages_forgotten]",
        ),
    ),
    *bugs(
        "tutorials/solutions/07_convolution_forward.py",
        (
            "an odd line of padding comes first",
            "top, left = (kh - 1) // 2, (kw - 1) // 2",
            "top, left = kh // 2, kw // 2",
            EXERCISES + "test_a_solution_is_right[07.pad_same]",
        ),
    ),
    *bugs(
        "tutorials/solutions/11_batch_normalization.py",
        (
            "the solution of batch normalization holds the variance still",
            " - xhat * along)\n    return dx, (dy * xhat)",
            ")\n    return dx, (dy * xhat)",
            EXERCISES + "test_a_solution_is_right[11.batchnorm_backward]",
        ),
    ),
    *bugs(
        "tutorials/solutions/12_reading_conv2d.py",
        (
            "the solution of dx_row reads the kernel's rows in the other order",
            "seen_by = [h - i * stride for i in seen_in]",
            "seen_by = [h - i * stride for i in seen_in][::-1]",
            EXERCISES + "test_a_solution_is_right[12.dx_row]",
        ),
    ),
    *bugs(
        "tutorials/solutions/08_convolution_backward.py",
        (
            "the solution of the convolution's dx does not turn the kernel",
            "kernel[::-1, ::-1]",
            "kernel",
            EXERCISES + "test_a_solution_is_right[08.conv_dx]",
        ),
    ),
    *bugs(
        "tutorials/solutions/10_mnist_app.py",
        (
            "the saliency's forward pass keeps nothing",
            ", keep=True)\n",
            ")\n",
            EXERCISES + "test_a_solution_is_right[10.saliency]",
        ),
    ),
    *bugs(
        "tutorials/cells.py",
        (
            "a percentage of the text is compared with the share itself",
            "(100 * value if percent else value)",
            "value",
            DIAGNOSIS + "test_stated_numbers_hold_to_their_last_digit",
        ),
        (
            "the last digit of a stated number does not count",
            "0.5000001 * 10.0**-digits",
            "5.000001 * 10.0**-digits",
            DIAGNOSIS + "test_stated_numbers_hold_to_their_last_digit",
        ),
        (
            "the capstone takes a learner's wrong answer",
            'verdict(name).status == "right"',
            'verdict(name).status != "not attempted"',
            PROGRESS + "test_the_capstone_takes_right_answers_and_solutions",
        ),
        (
            "notebooks are built with the learner's answers",
            "aside = UNTOUCHED and answer is None",
            "aside = False",
            PROGRESS + "test_the_notebooks_are_built_without_the_learners_answers",
        ),
    ),
    *bugs(
        "tutorials/tables.py",
        (
            "a number in a table by hand is right, whatever it is",
            "if right.all():",
            "if True:",
            TABLES + "test_one_number_or_array_is_judged",
        ),
        (
            "a rule that is to be derived is told at the first slip",
            "name not in to_derive, known",
            "True, known",
            TABLES + "test_a_rule_that_is_to_be_derived_is_not_told",
        ),
        (
            "a number that is exact need not be met",
            "        return exact\n",
            "        pass\n",
            TABLES + "test_one_number_or_array_is_judged",
        ),
        (
            "a likely mistake in a table by hand is not recognized",
            "if _meets(got, mistaken):",
            "if False:",
            TABLES + "test_one_number_or_array_is_judged",
        ),
        (
            "the diagnosis of a number by hand shows the solution",
            "else _pattern(str(diagnosis))",
            "else str(diagnosis)",
            TABLES + "test_one_number_or_array_is_judged",
        ),
        (
            "what follows from an earlier wrong number is called a mistake of its own",
            "if name in origins:",
            "if False:",
            TABLES + "test_what_follows_from_a_wrong_number_is_no_mistake",
        ),
        (
            "a number that does not follow by the rule is said to follow from a wrong one",
            "if origin and _meets(own[name], value, units=1.5):",
            "if origin:",
            TABLES + "test_what_follows_from_a_wrong_number_is_no_mistake",
        ),
        (
            "mistakes in the learner's own earlier numbers are not recognized",
            "earlier[name] = own.get(name, value)",
            "earlier[name] = value",
            TABLES + "test_what_follows_from_a_wrong_number_is_no_mistake",
        ),
    ),
    *bugs(
        "tutorials/style.py",
        (
            "a script prints its pictures as bytes",
            "if get_ipython() is None:",
            "if False:",
            NOTEBOOKS + "test_a_script_run_by_itself_prints_no_pictures",
        ),
    ),
    *bugs(
        "tutorials/build.py",
        (
            "every difference between two builds passes for a measured time",
            'if "timing" in cell.metadata.get("tags", []):',
            'if cell.cell_type == "code":',
            NOTEBOOKS + "test_measured_times_are_not_drift_but_everything_else_is",
        ),
    ),
    *bugs(
        "tutorials/06_training.py",
        (
            "a wrong last digit in a table by hand",
            "| `s_squared` | `2 / 3` | 0.6667 |",
            "| `s_squared` | `2 / 3` | 0.6666 |",
            PROSE + "test_the_tables_by_hand_are_right[06_training]",
        ),
        (
            "a number of the text that no cell states",
            'stated("0.17 %", np',
            "print(np",
            PROSE + "test_numbers_in_the_text_stand_in_a_cell[06_training]",
        ),
        (
            "a notebook's source changed after it was built",
            "# %%\nfrom tinynet import Adam, evaluate, train_step\n",
            "# %%\nfrom tinynet import Adam, evaluate, fit, train_step\n",
            NOTEBOOKS + "test_the_committed_notebook_is_the_source_executed[06_training]",
        ),
    ),
    *bugs(
        "tutorials/03_dense.py",
        (
            "a link to a notebook that does not exist",
            "](04_softmax_cross_entropy.ipynb):",
            "](04_softmax.ipynb):",
            PROSE + "test_links_lead_somewhere[03_dense.py]",
        ),
    ),
]
