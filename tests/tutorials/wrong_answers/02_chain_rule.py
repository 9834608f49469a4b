"""Wrong answers to the exercises of notebook 02."""

from tests.tutorials.wrong_answers import wrong


def diamond(a, db, da=None):
    c, p = 3 * a + 1, 6 * a
    return {"a": 3 * db if da is None else da, "b": db, "c": p, "p": c, "q": 1.0}


@wrong("02.diamond_gradients", "only the path through c")
def one_path(a):
    return diamond(a, 6 * a)


@wrong("02.diamond_gradients", "only the path through p")
def other_path(a):
    return diamond(a, 2 * (3 * a + 1))


@wrong("02.diamond_gradients", "passed on twice")
def passed_on_too_early(a):
    c, p = 3 * a + 1, 6 * a
    da = 0
    db = 2 * c
    da += 3 * db
    db += p
    da += 3 * db
    return diamond(a, db, da)


@wrong("02.diamond_gradients", "passed on twice, and too early")
def passed_on_too_early_the_other_way(a):
    c, p = 3 * a + 1, 6 * a
    return diamond(a, p + 2 * c, 3 * p + 3 * (p + 2 * c))


@wrong("02.diamond_gradients", "between paths they add")
def paths_multiplied(a):
    return diamond(a, 6 * a * 2 * (3 * a + 1))


@wrong("02.diamond_gradients", "*other* factor")
def factors_swapped(a):
    c, p = 3 * a + 1, 6 * a
    return {"a": 3 * (c + 2 * p), "b": c + 2 * p, "c": c, "p": p, "q": 1.0}


@wrong("02.diamond_gradients", "one more slope")
def stops_at_b(a):
    db = 6 * a + 2 * (3 * a + 1)
    return diamond(a, db, db)


@wrong("02.diamond_gradients", "only the path through c")
def one_path_in_whole_numbers(a):
    return {**diamond(a, 6 * a), "q": 1}


@wrong("02.diamond_gradients", "the number for a = 2")
def written_off_the_table(a):
    return {"a": 78, "b": 26, "c": 12, "p": 7, "q": 1}


@wrong("02.diamond_gradients", "slope of one arrow")
def slopes_for_gradients(a):
    return diamond(a, 1, 3)


@wrong("02.diamond_gradients", "this is the value of q")
def values_for_gradients(a):
    return {"a": a, "b": 3 * a, "c": 3 * a + 1, "p": 6 * a, "q": (3 * a + 1) * 6 * a}


@wrong("02.product", "the factor itself")
def own_factor(a, b):
    return a * b, (a, b)


@wrong("02.product", "slopes of a sum")
def sum_slopes(a, b):
    return a * b, (1.0, 1.0)


@wrong("02.product", "value, (slope by a, slope by b)")
def only_the_value(a, b):
    return a * b


@wrong("02.product", "the value")
def added(a, b):
    return a + b, (b, a)


@wrong("02.pass_back", "do not overwrite")
def overwrites(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad = slope * node.grad


@wrong("02.pass_back", "no share has arrived")
def returns_the_shares(node):
    return [slope * node.grad for slope in node.slopes]


@wrong("02.pass_back", "own gradient is left out")
def forgets_the_upstream(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope


@wrong("02.pass_back", "slopes are left out")
def forgets_the_slopes(node):
    for source in node.inputs:
        source.grad += node.grad


@wrong("02.pass_back", "inputs of node's inputs")
def walks_on(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad
        walks_on(source)


@wrong("02.pass_back", "took the place of the slopes")
def takes_values_for_slopes(node):
    for source in node.inputs:
        source.grad += source.value * node.grad


@wrong("02.pass_back", "only one share")
def each_input_once(node):
    shares = {source: s for source, s in zip(node.inputs, node.slopes, strict=True)}
    for source, slope in shares.items():
        source.grad += slope * node.grad


@wrong("02.pass_back", "itself has changed")
def uses_the_gradient_up(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad
    node.grad = 0.0


@wrong("02.pass_back", "AttributeError: 'Node' object has no attribute 'gradient', line")
def misspelt(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.gradient += slope * node.grad


@wrong("02.topological_order", "stands before its input")
def depth_first_on_the_way_in(result):
    order, entered = [], set()

    def enter(node):
        if node not in entered:
            entered.add(node)
            order.append(node)
            for source in node.inputs:
                enter(source)

    enter(result)
    return order[::-1]


@wrong("02.topological_order", "order of the backward pass")
def result_first(result):
    order, entered = [], set()

    def enter(node):
        if node not in entered:
            entered.add(node)
            for source in node.inputs:
                enter(source)
            order.append(node)

    enter(result)
    return order[::-1]


@wrong("02.topological_order", "stands 2 times")
def enters_twice(result):
    return [node for source in result.inputs for node in enters_twice(source)] + [result]


@wrong("02.topological_order", "stands before its input")
def level_by_level(result):
    order, level = [result], [result]
    while level:
        level = [source for node in level for source in node.inputs if source not in order]
        level = [node for k, node in enumerate(level) if node not in level[:k]]
        order += level
    return order[::-1]


@wrong("02.topological_order", "is missing")
def forgets_the_result(result):
    order = []

    def enter(node):
        for source in node.inputs:
            if source not in order:
                enter(source)
                order.append(source)

    enter(result)
    return order


@wrong("02.product", "the sign is turned")
def slopes_turned(a, b):
    return a * b, (-b, -a)


@wrong("02.product", "ZeroDivisionError")
def divides_by_the_factor(a, b):
    return a * b, (a * b / a, a * b / b)


@wrong("02.product", "this is the sum")
def sum_and_right_slopes(a, b):
    return a + b, (b, a)


@wrong("02.product", "each slope is the whole product")
def product_three_times(a, b):
    return a * b, (a * b, a * b)


@wrong("02.pass_back", "the slopes of all inputs, added up")
def sum_of_the_slopes(node):
    for source in node.inputs:
        source.grad += sum(node.slopes) * node.grad


@wrong("02.pass_back", "found at its first place by `index`")
def slope_by_index(node):
    for source in node.inputs:
        source.grad += node.slopes[node.inputs.index(source)] * node.grad


@wrong("02.pass_back", "A dictionary keeps one slope for each input")
def slope_by_dictionary(node):
    slope_of = dict(zip(node.inputs, node.slopes, strict=True))
    for source in node.inputs:
        source.grad += slope_of[source] * node.grad


@wrong("02.pass_back", "the share is subtracted")
def shares_subtracted(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad -= slope * node.grad


@wrong("02.pass_back", "only the first input gets a share")
def first_input_only(node):
    node.inputs[0].grad += node.slopes[0] * node.grad


@wrong("02.quotient", "a larger b makes a / b smaller")
def sign_forgotten(a, b):
    return a / b, (1 / b, a / b**2)


@wrong("02.quotient", "have changed places")
def slopes_exchanged(a, b):
    return a / b, (-a / b**2, 1 / b)


@wrong("02.quotient", "slopes of a product")
def as_for_a_product(a, b):
    return a / b, (b, a)


@wrong("02.quotient", "b^2 belongs")
def divided_once(a, b):
    return a / b, (1 / b, -a / b)


@wrong("02.quotient", "The numerator is a, and stays")
def numerator_forgotten(a, b):
    return a / b, (1 / b, -1 / b**2)


@wrong("02.diamond_gradients", "the 1 of c = b + 1 is lost on the way")
def one_lost(a):
    return {"q": 1.0, "c": 6 * a, "p": 3 * a + 1, "b": 12 * a + 2, "a": 36 * a}


@wrong("02.diamond_gradients", "these are derivatives of the nodes by a")
def forwards(a):
    return {"a": 1.0, "b": 3.0, "c": 3.0, "p": 6.0, "q": 36 * a + 6}


@wrong("02.quotient", "b * 2 where b^2 belongs")
def twice_for_squared(a, b):
    return a / b, (1 / b, -a / (b * 2))


@wrong("02.quotient", "one over its own number")
def one_over_each(a, b):
    return a / b, (1 / b, 1 / a if a else 0.0)


@wrong("02.quotient", "divides and multiplies again")
def no_brackets(a, b):
    return a / b, (1 / b, -a / b * b)


@wrong("02.quotient", "b^3 where b^2 belongs")
def cubed(a, b):
    return a / b, (1 / b, -a / b**3)


@wrong("02.quotient", "// rounds down")
def floor_division(a, b):
    return a // b, (1 / b, -a / b**2)


@wrong("02.quotient", "the slope by b is missing")
def second_slope_zero(a, b):
    return a / b, (1 / b, 0.0)


@wrong("02.quotient", "exchanged in the slope by b")
def turned_over(a, b):
    return a / b, (1 / b, -b / a**2 if a else 0.0)


@wrong("02.quotient", "lost the sign of a")
def sign_of_a_lost(a, b):
    return a / b, (1 / b, -abs(a) / b**2)


@wrong("02.quotient", "these are differences to one side")
def one_sided(a, b):
    return a / b, (1 / b, (a / (b + 1e-4) - a / b) / 1e-4)


@wrong("02.pass_back", "a node with 1 inputs")
def exactly_two_inputs(node):
    a, b = node.inputs
    a.grad += node.slopes[0] * node.grad
    b.grad += node.slopes[1] * node.grad


@wrong("02.pass_back", "in opposite order")
def slopes_reversed(node):
    for source, slope in zip(node.inputs, reversed(node.slopes), strict=True):
        source.grad += slope * node.grad


@wrong("02.topological_order", "should be a list, not generator")
def yields(result):
    seen = set()

    def enter(node):
        if id(node) not in seen:
            seen.add(id(node))
            for source in node.inputs:
                yield from enter(source)
            yield node

    return enter(result)


@wrong("02.topological_order", "every path is walked")
def merges_lists(result):
    order = []
    for source in result.inputs:
        order += [node for node in merges_lists(source) if not any(node is m for m in order)]
    return [*order, result]


@wrong("02.topological_order", "holds nodes of another graph")
def default_that_stays(result, order=[], seen=set()):  # noqa: B006
    if id(result) not in seen:
        seen.add(id(result))
        for source in result.inputs:
            default_that_stays(source, order, seen)
        order.append(result)
    return order


@wrong("02.topological_order", "Does a mark on it, or a set, live on")
def marks_the_nodes(result):
    order = []

    def enter(node):
        if not getattr(node, "seen", False):
            node.seen = True
            for source in node.inputs:
                enter(source)
            order.append(node)

    enter(result)
    return order


@wrong("02.topological_order", "Tell nodes apart by `id`, not by value")
def told_apart_by_value(result):
    order, seen = [], set()

    def enter(node):
        if node.value not in seen:
            seen.add(node.value)
            for source in node.inputs:
                enter(source)
            order.append(node)

    enter(result)
    return order


@wrong("02.topological_order", "Only read the graph")
def takes_the_graph_apart(result):
    order = []

    def enter(node):
        if not any(node is each for each in order):
            sources, node.inputs = node.inputs, ()
            for source in sources:
                enter(source)
            order.append(node)

    enter(result)
    return order


@wrong("02.diamond_gradients", "by how much does q change")
def begins_with_zero(a):
    return {**diamond(a, 6 * a + 2 * (3 * a + 1)), "q": 0}


@wrong("02.diamond_gradients", "2 stands on the wrong arrow")
def two_on_the_other_arrow(a):
    return diamond(a, 2 * 6 * a + (3 * a + 1))


@wrong("02.diamond_gradients", "shares are subtracted")
def difference_of_the_shares(a):
    return diamond(a, 6 * a - 2 * (3 * a + 1))


@wrong("02.diamond_gradients", "mean of the two shares")
def mean_of_the_shares(a):
    return diamond(a, (6 * a + 2 * (3 * a + 1)) / 2)


@wrong("02.diamond_gradients", "taken as c / b")
def quotient_as_a_slope(a):
    return diamond(a, (3 * a + 1) / (3 * a) * 6 * a + 2 * (3 * a + 1))


@wrong("02.diamond_gradients", "divided by the slope 3")
def divided_by_a_slope(a):
    db = 6 * a + 2 * (3 * a + 1)
    return diamond(a, db, db / 3)


@wrong("02.diamond_gradients", "dq/dc for a = 0.37")
def rounded_diamond(a):
    return {k: round(v, 1) for k, v in diamond(a, 6 * a + 2 * (3 * a + 1)).items()}


@wrong("02.product", "both slopes are b")
def the_same_slope_twice(a, b):
    return a * b, (b, b)


@wrong("02.product", "the sum of both numbers")
def slopes_that_are_sums(a, b):
    return a * b, (a + b, a + b)


@wrong("02.product", "rounded to 2 digits")
def rounded_slopes_of_a_product(a, b):
    return a * b, (round(b, 2), round(a, 2))


@wrong("02.quotient", "rounded to 3 digits")
def rounded_slopes_of_a_quotient(a, b):
    return a / b, (round(1 / b, 3), round(-a / b**2, 3))


@wrong("02.quotient", "rounded to 4 digits")
def rounded_quotient(a, b):
    return round(a / b, 4), (1 / b, -a / b**2)


@wrong("02.quotient", "slope by a is 1")
def slope_of_a_alone(a, b):
    return a / b, (1.0, -a / b**2)


@wrong("02.quotient", "slope by a has b^2")
def b_squared_in_both(a, b):
    return a / b, (1 / b**2, -a / b**2)


@wrong("02.quotient", "whole quotient squared")
def quotient_squared(a, b):
    return a / b, (1 / b, -((a / b) ** 2))


@wrong("02.quotient", "twice as large")
def twice_the_slope(a, b):
    return a / b, (1 / b, -2 * a / b**2)


@wrong("02.pass_back", "own gradient took the place of node.grad")
def own_gradient_of_the_input(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * source.grad


@wrong("02.pass_back", "an order of chance")
def set_of_inputs(node):
    each_once = list(dict.fromkeys(node.inputs))[::-1]  # the order of a set is chance
    for source, slope in zip(each_once, node.slopes, strict=False):
        source.grad += slope * node.grad


@wrong("02.pass_back", "divided by the number of inputs")
def mean_share(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad / len(node.inputs)


@wrong("02.pass_back", "value is multiplied in")
def share_times_value(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad * source.value


@wrong("02.topological_order", "stands before its input")
def sorted_by_value(result):
    order = []

    def enter(node):
        if all(node is not each for each in order):
            order.append(node)
            for source in node.inputs:
                enter(source)

    enter(result)
    return sorted(order, key=lambda node: node.value)


@wrong("02.quotient", "Are these differences")
def both_sided_slopes(a, b, h=1e-6):
    by_a = ((a + h) / b - (a - h) / b) / (2 * h)
    return a / b, (by_a, (a / (b + h) - a / (b - h)) / (2 * h))


@wrong("02.diamond_gradients", "the slope of one arrow, from b to c")
def slopes_of_the_arrows(a):
    return {"a": 3.0, "b": 3.0, "c": 1.0, "p": 2.0, "q": 1.0}


@wrong("02.diamond_gradients", "the slope of one arrow, from b to p")
def slope_of_the_arrow_to_p(a):
    return diamond(a, 12 * a + 2) | {"c": 6 * a, "p": 2.0}


@wrong("02.product", "the value a * b is multiplied in")
def value_in_the_slopes(a, b):
    return a * b, (a * b * b, a * b * a)


@wrong("02.quotient", "divides by b once, and doubles")
def doubled_for_squared(a, b):
    return a / b, (1 / b, -a / b * 2)


@wrong("02.quotient", "1e-06 is added to b")
def kept_away_from_zero(a, b):
    return a / b, (1 / (b + 1e-6), -a / (b + 1e-6) ** 2)


@wrong("02.quotient", "is a small number added to b")
def kept_away_from_zero_by_little(a, b):
    return a / b, (1 / (b + 1e-9), -a / (b + 1e-9) ** 2)


@wrong("02.pass_back", "It is a result")
def cleared_afterwards(node):
    for source, slope in zip(node.inputs, node.slopes, strict=True):
        source.grad += slope * node.grad
    node.grad = 0.0
