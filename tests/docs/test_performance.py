import json
from xml.etree import ElementTree

from tests.benchmarks._chart import chart
from tests.benchmarks._page import BEGIN, DOCS, END, keep, written

FIGURES = {"ratio": 0.3456, "refused": 0, "nested": {"a": 1_234.5}, "bars": {"ratio": [">=", 0.3]}}
MACHINE = {"processor": "Example", "cores": 2, "python": "3.11.7"}


def test_the_page_shows_what_was_measured_last():
    kept = json.loads((DOCS / "performance.json").read_text())
    page = (DOCS / "performance.md").read_text()
    assert written(page, kept) == page


def test_new_figures_take_the_place_of_older_ones_and_leave_the_rest(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "performance.md").write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    keep({"ingest": FIGURES, "poll": FIGURES}, MACHINE, tmp_path)
    keep({"ingest": FIGURES | {"ratio": 0.5}}, MACHINE, tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert page.startswith("before\n")
    assert page.endswith("\nafter\n")
    assert page.count("| ratio | 0.5 | at least 0.3 |") == 1
    assert page.count("| ratio | 0.346 | at least 0.3 |") == 1
    assert "| nested: a | 1,234 |  |" in page


def test_the_picture_of_growth_is_drawn_and_says_the_same_in_words():
    picture = ElementTree.fromstring(chart({1_000: 150.0, 350_000: 160.0}, {1_000: 90.0, 350_000: 900.0}))
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "1,000 devices: 150 µs, 90 MB; 350,000 devices: 160 µs, 900 MB"
