"""Bugs in what makes the site, each of which the named tests must notice."""

from tests.planted.bug import bugs

SOURCES = "tests/docs/test_sources.py::"

BUGS = [
    *bugs(
        "docs/website/lines.py",
        (
            "a line of the tour that stands twice in a file leads to the first",
            "if len(found) != 1:",
            "if not found:",
            SOURCES + "test_a_place_that_is_gone_is_said",
        ),
        (
            "lines are counted from zero",
            "enumerate(lines, start=1)",
            "enumerate(lines)",
            SOURCES + "test_a_link_leads_to_the_line_that_holds_the_text",
        ),
    ),
    *bugs(
        "docs/website/tour.md",
        (
            "the tour shows a function that is gone",
            "{show} tinynet/training.py train_step",
            "{show} tinynet/training.py step",
            SOURCES + "test_the_tour_finds_all_its_places",
        ),
    ),
    *bugs(
        "docs/website/index.md",
        (
            "the front page promises another accuracy than the README",
            "99.11 %",
            "99.21 %",
            SOURCES + "test_the_front_page_says_what_the_readme_says",
        ),
    ),
    *bugs(
        "docs/website/docstrings.py",
        (
            "every line of a docstring stays a line",
            "> WIDTH:",
            "> 10 * WIDTH:",
            SOURCES + "test_wrapped_lines_of_a_docstring_flow_and_short_ones_stay",
        ),
    ),
    *bugs(
        "docs/website/reference.py",
        (
            "the reference shows what is private",
            'return not name.startswith("_")',
            "return True",
            SOURCES + "test_the_reference_shows_what_is_public_as_it_is_written",
        ),
    ),
    *bugs(
        "docs/website/pages.py",
        (
            "a link to a source file has no page",
            "        self.shown.add(name)\n",
            "",
            SOURCES + "test_links_lead_to_pages_pictures_and_sources",
        ),
    ),
    *bugs(
        "docs/build.py",
        (
            "a folder of somebody else's is replaced by the site",
            'if output.exists() and not (output / "searchindex.js").is_file():',
            "if False:",
            SOURCES + "test_a_folder_that_is_no_site_is_left_alone",
        ),
        (
            "the older site is gone before the new one is whole",
            '    with tempfile.TemporaryDirectory(prefix=".site-", dir=output.parent) as folder:\n',
            '    with tempfile.TemporaryDirectory(prefix=".site-", dir=output.parent) as folder:\n'
            '        if output.exists():\n            output.rename(Path(folder, "old"))\n',
            SOURCES + "test_a_site_is_replaced_only_by_a_whole_one",
        ),
    ),
]
