"""The page in a real Chromium: every view is used, and every number is compared with tinynet's."""

import io
import re
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from mnist_app.page.bugs import BUGS
from mnist_app.page.tabs import Tab
from mnist_app.pictures.drawing import draw_strokes
from mnist_app.text import percent
from tests.page import browser as by_hand
from tests.page.browser import DIGITS, SEVEN, WIDTHS, draw, drop, pick, settle, touch, visiting
from tests.page.client import Page as Server
from tests.page.client import unpacked
from tinynet import activations
from tinynet.types import Array

pytestmark = pytest.mark.slow
VIEWS = ("draw", "inside", "step", "train")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with by_hand.chromium() as browser:
        yield browser


def tab_of(server: Server) -> Tab:
    """The tab that was opened last."""
    return list(server.tabs.tabs.values())[-1]


def shown(value: float, count: int = 5) -> str:
    """A number as the page writes it, where no exponent is needed."""
    text = f"{value:#.{count}g}".rstrip(".")
    return text.replace("-", "\u2212")


# --- draw ------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["cnn", "cnn-large"])
def test_the_ten_digits_are_read(browser: Browser, server: Server, network: str) -> None:
    with visiting(browser, server) as page:
        page.select_option("#network", network)
        settle(page)
        for digit, strokes in DIGITS.items():
            page.click("#clear")
            draw(page, strokes)
            expect(page.locator("#answer")).to_contain_text(re.compile(rf"^{digit}, [\d.]+ %"))
            assert page.locator("#bars tr.best th").text_content() == str(digit)


@pytest.mark.parametrize("width", WIDTHS)
def test_mouse_and_finger_give_the_same_ink(browser: Browser, server: Server, width: str) -> None:
    images = []
    for by in (draw, touch):
        with visiting(browser, server, width=width, has_touch=True) as page:
            by(page, SEVEN)
            expect(page.locator("#answer")).to_contain_text("7, ")
            assert page.evaluate("scrollY") < 300  # the finger drew, and did not scroll
            images.append(tab_of(server).image.astype(int))
    assert np.abs(images[0] - images[1]).mean() < 1


def test_blank_undo_clear_and_problems(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        answer = page.locator("#answer")
        expect(answer).to_have_text("Draw a digit.")
        draw(page, [[(0.15, 0.3), (0.15, 0.7)]])
        expect(answer).to_contain_text("1, ")
        draw(page, [[(0.85, 0.3), (0.85, 0.7)]])
        expect(answer).to_contain_text("Several digits, 11")
        assert page.locator("#bars td span").first.text_content() == "\u2013"
        page.click("#undo")
        expect(answer).to_contain_text("1, ")
        page.click("#clear")
        expect(answer).to_have_text("Draw a digit.")


def test_the_keyboard_alone_draws_a_one(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        page.focus("#pad")
        for key, times in (("ArrowUp", 9), (" ", 1), ("ArrowDown", 18), (" ", 1), ("ArrowLeft", 5)):
            for _ in range(times):
                page.keyboard.press(key)
        settle(page)
        expect(page.locator("#answer")).to_contain_text("1, ")
        page.keyboard.press("Control+z")
        expect(page.locator("#answer")).to_have_text("Draw a digit.")


def test_a_picture_is_dropped_and_a_wrong_one_is_told(browser: Browser, server: Server) -> None:
    stream = io.BytesIO()
    pixels = (draw_strokes([[(x / 2, y / 2) for x, y in SEVEN[0]]]) * 255).astype(np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    with visiting(browser, server) as page:
        drop(page, stream.getvalue())
        expect(page.locator("#answer")).to_contain_text("7, ")
        assert page.locator("#stages figure").count() == 6
        page.check("#as-drawn")
        settle(page)
        assert page.locator("#stages figure").count() == 1
        expect(page.locator("#way")).to_contain_text("only resized")
        drop(page, b"no picture")
        expect(page.locator("#error")).to_contain_text("not a picture in a known format")
        page.click("#sample")
        settle(page)
        expect(page.locator("#error")).to_be_hidden()
        expect(page.locator("#answer")).to_contain_text("(it is a ")
        page.click("#misread")
        settle(page)
        said = page.locator("#answer").text_content() or ""
        answer, truth = re.fullmatch(r"(\d), [\d.]+ % \(it is a (\d)\)", said).groups()  # type: ignore[union-attr]
        assert answer != truth
        page.click("#to-why")
        settle(page)
        chosen = [page.locator("#inside-detail h2 select").nth(k).input_value() for k in (0, 1)]
        assert chosen == [answer, truth]


def test_pen_and_rubber_change_a_test_digit(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        page.click("#misread")
        settle(page)
        first = page.locator("#answer").text_content() or ""
        image = tab_of(server).image.copy()
        draw(page, [[(0.1, 0.1), (0.2, 0.1)]])
        changed = np.argwhere(tab_of(server).image != image)
        assert len(changed)
        assert changed.max() < 8  # the digit is still there
        expect(page.locator("#way")).to_contain_text("with what was drawn on it")
        page.click("#rubber")
        draw(page, [[(0.05, 0.1), (0.25, 0.1)]])
        assert not tab_of(server).image[2, 2:6].any()
        dark = page.evaluate(
            "(() => { const pad = document.getElementById('pad'), at = Math.round(pad.width / 10);"
            " return pad.getContext('2d').getImageData(at * 1.5, at, 1, 1).data[0]; })()"
        )
        assert dark == 255  # the rubber is seen too
        for _ in range(3):  # once too often
            page.click("#undo")
            settle(page)
        expect(page.locator("#answer")).to_have_text(first)
        np.testing.assert_array_equal(tab_of(server).image, image)


# --- inside ----------------------------------------------------------------------------------


def test_every_layer_opens_and_its_numbers_are_tinynets(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        draw(page, SEVEN)
        page.click('nav a[href="#inside"]')
        settle(page)
        tab = tab_of(server)
        model = tab.classifier.model
        values = activations(model, model.prepare(tab.image[np.newaxis]))
        names = ["pixel", *(layer.name for layer in model.layers)]
        cards = page.locator("#inside-layers .layer")
        assert cards.count() == len(values) + 1  # and the softmax
        for k in range(len(values)):
            pick(page, f"#inside-layers .layer:nth-child({k + 1}) canvas.maps", 0.45, 0.4)
            name, _ = opened(page, names, values)
            assert name == {0: "pixel", 7: "relu_2"}.get(k, names[k])  # flatten_1 only moves
            if k:
                headings = page.locator("#inside-detail h2, #inside-detail h3").all_text_contents()
                last = float(headings[-1].split(" = ")[1].replace("\u2212", "-"))
                total = page.locator("#inside-detail .total span").last.text_content() or ""
                assert float(total.replace("\u2212", "-")) == pytest.approx(
                    last, rel=1e-4, abs=1e-6
                )


def opened(page: Page, names: list[str], values: Sequence[Array]) -> tuple[str, float]:
    """The name and the value of the number that is open, which must be the one computed."""
    title = page.locator("#inside-detail h2").first.text_content() or ""
    name, index, number = re.fullmatch(r"(\w+)\[([\d, ]+)\](?:, of \d)? = (.+)", title).groups()  # type: ignore[union-attr]
    value = float(values[names.index(name)][0].squeeze()[tuple(map(int, index.split(", ")))])
    assert number in (shown(value), "0" if value == 0 else None)
    return name, value


def test_why_it_is_a_seven_leads_from_the_logits_back_to_the_picture(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server) as page:
        draw(page, SEVEN)
        page.click('nav a[href="#inside"]')
        settle(page)
        detail = page.locator("#inside-detail")
        tab = tab_of(server)
        model = tab.classifier.model
        logits = model.forward(model.prepare(tab.image[np.newaxis]))[0]
        answer, rival = np.argsort(-logits)[:2]
        assert detail.locator("h2 select").nth(0).input_value() == str(answer) == "7"
        assert detail.locator("h2 select").nth(1).input_value() == str(rival)
        gap = detail.locator(".why .whole td").text_content()
        assert gap == shown(float(logits[answer] - logits[rival]), 4)
        best = page.locator("#inside-layers .last .best td").all_text_contents()
        assert best[0] == shown(float(logits[7]), 4)
        p = tab.classifier.probabilities(tab.image[np.newaxis])[0].astype(float)
        assert best[-1] == percent(p[7])
        told = re.search(r"= ([\d.,e+]+) times as probable", detail.text_content() or "")
        assert told is not None
        assert float(told[1].replace(",", "")) == pytest.approx(p[7] / p[rival], rel=0.02)
        detail.locator(".why tbody button").first.click()  # the unit that said most
        settle(page)
        expect(detail.locator("h3").first).to_contain_text("dense_1[")
        assert page.locator("#inside-layers .box").count() == 12  # the cells that feed it
        detail.locator(".terms td button").first.click()  # one of them
        settle(page)
        expect(detail.locator("h3").first).to_contain_text("conv2d_2[")
        detail.locator(".numbers button").nth(4).click()
        settle(page)
        expect(detail.locator("h3").first).to_contain_text("conv2d_1[")
        expect(detail).to_contain_text("What it sees of the picture: rows ")
        box = detail.locator(".pictures .box").bounding_box()
        picture = detail.locator(".pictures canvas.maps").nth(1).bounding_box()
        assert box is not None
        assert picture is not None
        assert box["width"] == pytest.approx(picture["width"] * 3 / 28, abs=1)
        for name in ("conv2d_2[", "dense_1["):
            detail.locator(".back").click()
            expect(detail.locator("h3").first).to_contain_text(name)
        detail.locator(".back").click()
        detail.locator("h2 select").nth(1).select_option("1")
        expect(detail.locator(".why .whole td")).to_have_text(
            shown(float(logits[7] - logits[1]), 4)
        )


def number_of(text: str | None) -> float:
    """The number that the page wrote."""
    return float((text or "").replace("\u2212", "-"))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_part_of_the_picture_that_spoke_is_shown_and_opens(
    browser: Browser, server: Server, width: str
) -> None:
    with visiting(browser, server, width=width) as page:
        page.click("#misread")
        settle(page)
        page.click("#to-why")
        settle(page)
        detail = page.locator("#inside-detail")
        expect(detail).to_be_visible()  # also on a telephone
        tab = tab_of(server)
        pair = [int(detail.locator("h2 select").nth(k).input_value()) for k in (0, 1)]
        assert pair[1] == tab.label
        evidence = tab.look_inside().evidence(*pair)
        assert evidence is not None
        shares = (evidence.slopes[2] * evidence.x).sum(axis=2)
        cells = detail.locator(".overlay button")
        told = [number_of(text) for text in cells.all_text_contents()]
        np.testing.assert_allclose(told, shares.ravel(), atol=0.006)
        table = detail.locator(".taken").first.locator("tr", has_not=page.locator("button"))
        rows = [row.locator("td").all_text_contents() for row in table.all()][1:]
        *parts, whole = np.array([[number_of(text) for text in row] for row in rows])
        np.testing.assert_allclose(np.sum(parts, axis=0), whole, atol=0.01)
        logits = tab.look_inside().values[-1]
        expected = [logits[pair[0]], logits[pair[1]], logits[pair[0]] - logits[pair[1]]]
        np.testing.assert_allclose(whole, expected, rtol=1e-3)
        strongest = int(np.abs(shares).argmax())
        cells.nth(strongest).click()
        settle(page)
        expect(detail.locator("h2")).to_contain_text("of relu_2: ")
        total = number_of(detail.locator(".total span").last.text_content())
        assert total == pytest.approx(shares.ravel()[strongest], rel=1e-4)
        slope = detail.locator(".terms td button").nth(1)
        value = number_of(slope.text_content())
        slope.click()
        settle(page)
        expect(detail.locator("h2")).to_contain_text("slope of relu_2[")
        total = number_of(detail.locator(".total span").last.text_content())
        assert total == pytest.approx(value, rel=1e-3)
        detail.locator(".back").click()
        settle(page)
        detail.locator(".terms td button").first.click()  # a number of that place
        settle(page)
        expect(detail.locator("h3").first).to_contain_text("conv2d_2[")
        for _ in range(2):
            detail.locator(".back").click()
            settle(page)
        detail.locator(".taken button").first.click()  # the map that said most
        settle(page)
        expect(detail.locator("h2")).to_contain_text("relu_2, map ")
        assert detail.locator(".numbers").count() == 3
        page.keyboard.press("Escape")
        expect(detail).to_be_visible(visible=width == "desktop")
        page.click('nav a[href="#draw"]')
        draw(page, [[(0.1, 0.1), (0.12, 0.1)]])
        page.click("#to-why")
        settle(page)
        chosen = [int(detail.locator("h2 select").nth(k).input_value()) for k in (0, 1)]
        if tab_of(server).again({})["answer"] in pair:
            assert chosen == pair
            expect(detail.locator("figcaption").nth(1)).to_contain_text(
                f"the difference was {shown(float(expected[2]), 4)}, and is"
            )
        page.click('nav a[href="#draw"]')
        page.click("#sample")
        settle(page)
        page.click("#to-why")
        settle(page)
        expect(detail.locator("figcaption").nth(1)).to_contain_text("to logit")


def test_the_number_under_the_pointer_is_chosen(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "#inside") as page:
        canvas = page.locator("#inside-layers canvas.maps").first  # the input, one map of 28x28
        box = canvas.bounding_box()
        assert box is not None
        cell = box["width"] / 28
        canvas.click(position={"x": 20.5 * cell, "y": 5.5 * cell})
        settle(page)
        expect(page.locator("#inside-detail h2")).to_contain_text("pixel[5, 20]")


def test_the_keyboard_chooses_a_number(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "#inside") as page:
        page.locator("#inside-layers canvas.maps").nth(1).focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "PageDown", "Enter"):
            page.keyboard.press(key)
        settle(page)
        title = page.locator("#inside-detail h2").first
        expect(title).to_contain_text("conv2d_1[1, 1, 1] = ")


def test_saliency_and_weights(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        draw(page, SEVEN)
        page.click('nav a[href="#inside"]')
        settle(page)
        pick(page, "#inside-layers .layer:nth-child(2) canvas.maps", 0.5, 0.5)
        page.click("text=Show all weights that lead here")
        expect(page.locator("#inside-detail h3").last).to_have_text("Weights")
        page.click("#why")
        detail = page.locator("#inside-detail")
        detail.locator("h2 select").nth(1).select_option("2")
        settle(page)
        page.check('input[value="saliency"]')
        settle(page)
        legend = page.locator("#inside-legend")
        expect(legend).to_contain_text("gradient of logit 7 minus logit 2")  # as in the question
        detail.locator("h2 select").nth(1).select_option("9")
        settle(page)
        expect(legend).to_contain_text("the gradient of logit 7 minus logit 9")
        pick(page, "#inside-layers .layer:nth-child(1) canvas.maps", 0.52, 0.52)
        expect(detail.locator("h2")).to_have_text("pixel[14, 14]")
        image = tab_of(server).image
        slopes = unpacked(tab_of(server).look_inside().saliency(7, 9)["slopes"][0])
        value, slope, both = map(number_of, detail.locator("dd").all_text_contents())
        assert value == pytest.approx(image[14, 14] / 255, rel=1e-3)
        assert slope == pytest.approx(slopes[14, 14, 0], rel=1e-3)
        assert both == pytest.approx(value * slope, rel=1e-3)
        page.click("#why")
        settle(page)
        assert detail.locator("h2 select").nth(1).input_value() == "9"


# --- one step --------------------------------------------------------------------------------


def step_towards_a_two(page: Page) -> None:
    """A drawn seven in "One step", with 2 as its label."""
    draw(page, SEVEN)
    page.click('nav a[href="#step"]')
    page.click("#labels button:nth-child(3)")
    settle(page)


def test_gradients_are_opened_a_step_is_taken_and_taken_back(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server) as page:
        step_towards_a_two(page)
        step = tab_of(server).step
        assert step is not None
        first = page.locator("#loss").text_content()
        assert first == shown(step.loss)
        for k in range(len(step.values)):
            pick(page, f"#step-layers .layer:nth-child({k + 1}) canvas.maps", 0.45, 0.4)
            check_twins(page)
        for name, grad in step.grads.items():
            page.click(f'button[aria-label="gradient of {name}"]')
            settle(page)
            pick(page, "#step-detail canvas.maps", 0.04, 0.06)
            title = page.locator("#step-detail h2").first.text_content() or ""
            index = tuple(map(int, re.findall(r"\d+", title.split("[")[1])))
            assert title.startswith(f"dL / d {name}[")
            number = float(check_twins(page)[1])
            assert number == pytest.approx(grad[index], rel=1e-7)
        page.click("#take .primary")
        settle(page)
        assert page.locator("#loss").text_content() == shown(step.loss) != first
        page.click("#taken details summary")
        page.click("#taken button:has-text('dense_2.kernel')")
        expect(page.locator("#change h3")).to_have_text("What the step added to dense_2.kernel")
        page.click("#step-undo")
        expect(page.locator("#loss")).to_have_text(first)


def test_a_weight_stays_open_through_a_step_and_opens_into_its_factors(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server) as page:
        step_towards_a_two(page)
        detail = page.locator("#step-detail")
        page.click('button[aria-label="gradient of dense_2.kernel"]')
        settle(page)
        pick(page, "#step-detail canvas.maps", 0.04, 0.06)
        title = detail.locator("h2").first.text_content() or ""
        gradient = float(check_twins(page)[1])
        others = page.locator("#step-said").text_content() or ""
        assert "of 300 other digits are read right" in others
        page.fill("#rate", "1")
        page.click("#take .primary")
        settle(page)
        assert detail.locator("h2").first.text_content() == title
        rows = detail.locator(".taken tbody tr").first.locator("td").all_text_contents()
        before, after, change = (float(text.replace("\u2212", "-")) for text in rows)
        assert change == pytest.approx(-gradient, rel=1e-3, abs=1e-9)
        assert after == pytest.approx(before + change, abs=1e-4)
        start = detail.locator(".taken tbody tr").nth(2).locator("td").all_text_contents()
        step = tab_of(server).step
        assert step is not None
        assert number_of(start[1]) == pytest.approx(step.probabilities()[2] - 1, rel=1e-3)
        expect(page.locator("#view-step .now-words")).to_contain_text("after 1 step: 2, p = ")
        assert float(re.findall(r"([\d.]+) % of 300", others)[0]) > float(
            re.findall(r"([\d.]+) % of 300", page.locator("#step-said").text_content() or "")[0]
        )
        page.click("#step-undo")
        settle(page)
        pick(page, "#step-detail canvas.maps", 0.04, 0.06)
        detail.locator(".terms td button").nth(1).click()  # dy, the gradient of a logit
        settle(page)
        expect(detail).to_contain_text("p \u2212 y = ")
        detail.locator(".back").click()
        settle(page)
        detail.locator(".terms td button").nth(0).click()  # x, a unit of the forward pass
        settle(page)
        expect(detail.locator("h3").first).to_contain_text("dense_1[")


def test_the_products_of_a_kernels_gradient_are_told_in_figures(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server, "#step") as page:
        page.click('nav a[href="#draw"]')
        draw(page, SEVEN)
        page.click('nav a[href="#step"]')
        page.click("#labels button:nth-child(3)")
        settle(page)
        page.click('button[aria-label="gradient of conv2d_2.kernel"]')
        settle(page)
        pick(page, "#step-detail canvas.maps", 0.04, 0.06)
        detail = page.locator("#step-detail")
        step = tab_of(server).step
        assert step is not None
        title = detail.locator("h2").first.text_content() or ""
        u, v, c, f = map(int, re.findall(r"\d+", title.split("[")[1]))
        x, dy = step.values[3][0, u : u + 11, v : v + 11, c], step.slopes[4][0, :, :, f]
        names = detail.locator(".product.large .factor").all_text_contents()
        assert names == [f"x: relu_1, map {c}", f"\u00d7 dy: conv2d_2, map {f}", "= products"]
        rows = detail.locator(".terms tbody tr")
        shares = -np.sort(-np.abs(x * dy).ravel())
        detail.locator(".group button:has-text('more')").click()
        assert rows.count() == np.count_nonzero(shares)
        for row, share in zip(rows.all(), shares, strict=False):
            place, one, two, product = row.locator("td").all_text_contents()
            i, j = map(int, re.findall(r"\d+", place))
            assert number_of(one) == pytest.approx(x[i, j], rel=1e-4)
            assert number_of(two) == pytest.approx(dy[i, j], rel=1e-4)
            assert number_of(product) == pytest.approx(x[i, j] * dy[i, j], rel=1e-4)
            assert abs(number_of(product)) == pytest.approx(share, rel=1e-4)
        pick(page, "#step-detail .product.large canvas >> nth=2", 3.5 / 11, 7.5 / 11)
        said = detail.locator(".figures").text_content() or ""
        assert said.startswith("At [7, 3]: ")
        assert number_of(said.split(" = ")[1]) == pytest.approx(x[7, 3] * dy[7, 3], rel=1e-4)


def check_twins(page: Page) -> list[str]:
    """The numbers beside each other on the page; if there is a derivative, both are it."""
    numbers = [
        text.replace("\u2212", "-") for text in page.locator("#step-detail dd").all_text_contents()
    ]
    verdict = page.locator("#step-detail .verdict").text_content() or ""
    if not verdict.startswith("There is no derivative"):
        assert verdict.startswith("Equal")
        assert float(numbers[3]) <= 1e-6
    return numbers


# --- train and break -------------------------------------------------------------------------


def test_a_network_is_trained_and_used(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "#train") as page:
        page.fill("input[name=batch]", "64")
        page.click("text=Begin anew")
        expect(page.locator("#progress")).to_have_text("Batch 0, epoch 1. Not a step yet.")
        page.click("#batch")
        expect(page.locator("#progress")).to_contain_text("Batch 1, epoch 1.")
        page.click("#run")
        expect(page.locator("#run")).to_have_text("Pause")
        expect(page.locator("#progress")).to_have_text(re.compile(r"Batch (\d{3,}|[6-9]\d),"))
        page.click("#run")
        expect(page.locator("#run")).to_have_text("Start")
        live = tab_of(server).live
        assert live is not None
        expect(page.locator("#progress")).to_contain_text(f"Batch {len(live.losses)},")
        _, loss, accuracy = live.validation[-1]
        assert f"of the validation {shown(loss, 4)} ({accuracy:.1%}".replace("%", " %") in (
            page.locator("#progress").text_content() or ""
        )
        assert page.locator("#mistakes figure").count() == min(20, len(live.look["mistakes"]))
        assert page.locator("#weights tr").count() == 8
        page.click("#use")
        expect(page.locator("#view-draw")).to_be_visible()
        assert page.locator("#network").input_value() == "trained here"
        draw(page, SEVEN)
        probabilities = tab_of(server).classifier.probabilities(tab_of(server).image[np.newaxis])
        cell = page.locator("#bars td span").nth(int(probabilities.argmax())).text_content()
        assert cell == percent(float(probabilities.max()))


@pytest.mark.parametrize("bug", ["pool", "twice", "labels"])
def test_a_planted_bug_is_named_on_the_page(browser: Browser, server: Server, bug: str) -> None:
    with visiting(browser, server, "#train") as page:
        page.click("#batch")
        expect(page.locator("#progress")).to_contain_text("Batch 1, epoch 1.")
        page.select_option("select[name=bug]", bug)
        settle(page)
        for key in page.locator(".key").all():  # the curve before stays behind the new one
            expect(key).to_contain_text("validation without a bug")
        page.click("#check")
        expect(page.locator(".finding")).to_have_count(7, timeout=60_000)
        wrong = page.locator(".finding.bad b").all_text_contents()
        assert BUGS[bug].found_by in wrong


def test_the_quiz(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "#train") as page:
        for guesses in (["right"], ["wrong", "right"], ["wrong", "wrong"]):
            page.click("#quiz")
            expect(page.locator("#guess")).to_be_visible()
            expect(page.locator("select[name=bug]")).to_be_hidden()
            planted = tab_of(server).bug
            assert planted is not None
            assert page.locator("#guess select").input_value() == ""
            wrong = next(name for name in BUGS if name != planted)
            verdict = page.locator("#verdict")
            for k, guess in enumerate(guesses):
                page.select_option("#guess select", planted if guess == "right" else wrong)
                page.click("#guess button")
                settle(page)
                if (k, guess) == (0, "wrong"):
                    expect(verdict).to_contain_text("One more try.")
            said = "Right: " if guesses[-1] == "right" else "No. It was: "
            expect(verdict).to_contain_text(f"{said}{BUGS[planted].title}.")
            expect(verdict).to_contain_text(BUGS[planted].evidence)
            expect(verdict.locator(".finding.bad b")).to_have_text(BUGS[planted].found_by)


def test_a_loss_that_is_no_number_is_told(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "#train") as page:
        live = tab_of(server).live
        assert live is not None
        live.experiment.model.parameters()["dense_2.bias"].value[0] = np.inf
        page.click("#run")
        expect(page.locator("#error")).to_contain_text("After batch 1 the loss is not a number")
        expect(page.locator("#run")).to_have_text("Start")


# --- everywhere ------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_is_kept_out_and_nothing_is_cut_off(
    browser: Browser, server: Server, width: str, scheme: str
) -> None:
    with visiting(browser, server, width=width, color_scheme=scheme) as page:
        page.click("#sample")
        settle(page)
        for view in VIEWS:
            page.click(f'nav a[href="#{view}"]')
            settle(page)
            if view in ("inside", "step"):
                pick(page, f"#{view}-layers .layer:nth-child(2) canvas.maps", 0.5, 0.5)
            found = Axe().run(page).response["violations"]
            serious = [it["help"] for it in found if it["impact"] in ("serious", "critical")]
            assert serious == [], [node["html"] for it in found for node in it["nodes"]]
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_collides(browser: Browser, server: Server, width: str) -> None:
    with visiting(browser, server, "#train", width=width) as page:
        page.click("#batch")
        expect(page.locator("#kernels canvas.maps")).to_have_count(1)
        page.set_viewport_size({"width": WIDTHS["phone"][0], "height": 844})  # turned
        page.wait_for_timeout(100)
        kernels = page.locator("#kernels .frame").bounding_box()
        canvas = page.locator("#kernels canvas.maps").first.bounding_box()
        assert kernels is not None
        assert canvas is not None
        assert canvas["width"] <= kernels["width"]
        colours = "canvas => [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data]"
        drawn = [page.locator(f"#kernels canvas.{kind}").first for kind in ("maps", "scale")]
        light = [canvas.evaluate(colours) for canvas in drawn]
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(500)  # it is drawn anew some frames later
        dark = [canvas.evaluate(colours) for canvas in drawn]
        assert all(before != after for before, after in zip(light, dark, strict=True))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))  # type: ignore[arg-type]
        page.click('nav a[href="#draw"]')
        page.click("#sample")
        settle(page)
        page.click('nav a[href="#step"]')
        settle(page)
        pick(page, "#step-layers .layer:nth-child(5) canvas.maps", 0.5, 0.5)  # before a pool
        assert cut_off(page, "#step-detail .formula") == 0
        page.locator("#step-detail .close").evaluate("(node) => node.click()")
        page.click('button[aria-label="gradient of conv2d_2.kernel"]')
        settle(page)
        pick(page, "#step-detail canvas.maps", 0.04, 0.06)
        for part in (".formula", ".total", ".product"):
            assert cut_off(page, f"#step-detail {part}") == 0
        assert page.locator("#step-detail .total").evaluate(
            "(node) => node.children[0].getBoundingClientRect().right"
            " <= node.children[1].getBoundingClientRect().left"
        )


def cut_off(page: Page, what: str) -> int:
    """How many pixels of the widest of these are out of sight."""
    return int(
        page.locator(what).evaluate_all(
            "(nodes) => Math.max(...nodes.map((it) => it.scrollWidth - it.clientWidth))"
        )
    )


def test_the_address_keeps_the_view(browser: Browser, server: Server) -> None:
    for view in VIEWS:
        with visiting(browser, server, f"#{view}") as page:
            expect(page.locator(f"#view-{view}")).to_be_visible()
            assert page.locator("nav a[aria-current]").get_attribute("href") == f"#{view}"
