"""Copies of one story are found by their bodies; different stories of one event are left apart."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from rag import NewArticle, Rag
from rag.ingest.copies import find_groups, group_copies, shingles, sketch
from store.records import Article, Page, Prepared
from store.truth import Truth
from tests.conftest import ROOT

EVENTS: list[list[str]] = yaml.safe_load((ROOT / "tests" / "data" / "look_alikes.yaml").read_text("utf-8"))
SWAPS = dict(
    pair.split(":")
    for pair in "said:stated about:around after:following will:would early:at_dawn people:persons told:informed "
    "because:as but:yet town:city cost:set_back day:date had:has big:large start:begin still:yet most:many".split()
)
WRAP_TOP = "Skip to content. Sign in to save this story to your list and read it later on any of your devices."
WRAP_END = (
    "This story was first published by our partners and has been edited for style only. Sign up for our morning "
    "newsletter to get the best of our reporting at breakfast. Our journalism is made possible by readers like you."
)


def light_edit(text: str, dice: random.Random) -> str:
    """About one word in twelve exchanged, dropped or doubled, as a desk does that makes a wire story its own."""
    words = []
    for word in text.split(" "):
        throw = dice.random()
        swap = SWAPS.get(word.lower(), "")
        words.append(swap.replace("_", " ") if swap and throw < 0.7 else "" if throw < 0.05 else word)
    return re.sub(r" +", " ", " ".join(words))


def truncated(text: str, dice: random.Random) -> str:
    sentences = re.split(r"(?<=[.!?\"]) ", text.replace("\n", " "))
    return " ".join(sentences[: max(3, int(len(sentences) * dice.uniform(0.4, 0.7)))])


def wrapped(text: str, dice: random.Random) -> str:
    return f"{WRAP_TOP}\n\n{text}\n\n{WRAP_END}"


def own_opening(text: str, dice: random.Random) -> str:
    """A new first sentence in front of the wire text."""
    return f"{dice.choice(['Here is what we know.', 'It is the talk of the region today.'])} {text}"


WAYS = {
    "same": lambda text, dice: text,
    "edited": light_edit,
    "truncated": truncated,
    "wrapped": wrapped,
    "edited, wrapped": lambda text, dice: wrapped(light_edit(text, dice), dice),
    "truncated, edited": lambda text, dice: light_edit(truncated(text, dice), dice),
    "own opening, truncated, wrapped": lambda text, dice: wrapped(own_opening(truncated(text, dice), dice), dice),
}


def made_set(seed: int) -> Iterator[tuple[str, Article]]:
    """(story, article): of each of the 15 stories its original and three copies made in different ways."""
    dice = random.Random(seed)
    for event, stories in enumerate(EVENTS):
        for number, text in enumerate(stories):
            ways = ["same", *dice.sample(sorted(set(WAYS) - {"same"}), 3)]
            for way in ways:
                story = f"{event}.{number}"
                yield story, article(f"{story} {way}", WAYS[way](text, dice))


def article(name: str, text: str) -> Article:
    return Article(name, name, None, None, None, None, None, None, text)


def pair_scores(seed: int) -> tuple[int, int, int]:
    """(pairs rightly found, found, to be found)."""
    made = list(made_set(seed))
    by_id = {a.id: a for _, a in made}
    groups = find_groups(
        [(a.id, sketch(shingles(a.text))) for _, a in made], articles=lambda ids: {i: by_id[i] for i in ids}
    )
    right = found = wanted = 0
    for (one, a), (other, b) in combinations(made, 2):
        together = groups.get(a.id) is not None and groups.get(a.id) == groups.get(b.id)
        right, found, wanted = right + (together and one == other), found + together, wanted + (one == other)
    return right, found, wanted


def test_pairs_of_copies_are_found_and_look_alikes_are_not() -> None:
    right, found, wanted = map(sum, zip(*(pair_scores(seed) for seed in range(5)), strict=True))
    precision, recall = right / found, right / wanted
    f1 = 2 * precision * recall / (precision + recall)
    print(f"\n{wanted} pairs of copies: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")  # noqa: T201
    assert f1 >= 0.95


def test_look_alikes_share_far_less_than_copies_do() -> None:
    shares = []
    for stories in EVENTS:
        for one, other in combinations(map(shingles, stories), 2):
            shares.append(len(one & other) / min(len(one), len(other)))
    print(f"\nlook-alikes share at most {max(shares):.2f} of the shorter body")  # noqa: T201
    assert max(shares) < 0.25


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    dice = random.Random(1)
    bridge, other = EVENTS[0][0], EVENTS[0][1]
    records = [
        ("The Quay", "Bridge shuts Monday", bridge),
        ("Harbour Times", "Eleven months without a bridge", light_edit(bridge, dice)),
        ("Metro", "Bridge to close", wrapped(truncated(bridge, dice), dice)),
        ("The Pier", "Shops fear for their trade", other),
    ]
    for source, title, text in records:
        (tmp_path / f"{source}.json").write_text(json.dumps({"title": title, "text": text, "source": source}))
    return tmp_path


def test_search_counts_copies_once_and_every_outlet_stays_listed(
    wire: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Rag.open(tmp_path_factory.mktemp("data")) as rag:
        rag.ingest(wire)
        found = {p.article.source: p.article for p in rag.search("How long will the bridge be closed?", k=20)}
        copies = {"The Quay", "Harbour Times", "Metro"}
        assert len(copies & set(found)) == 1
        assert "The Pier" in found
        (first,) = (found[s] for s in copies & set(found))
        assert {a.source for a in rag.copies(first.id)} == copies
        assert rag.copies(found["The Pier"].id) == ()
        assert len({a.copy_group for a in rag.copies(first.id)}) == 1
        # the group shrinks with its members, and is none when one is left
        (wire / "Metro.json").unlink()
        rag.ingest(wire, prune=True)
        assert {a.source for a in rag.articles() if a.copy_group} == copies - {"Metro"}
        (wire / "Harbour Times.json").unlink()
        rag.ingest(wire, prune=True)
        assert not [a for a in rag.articles() if a.copy_group]


def test_copies_that_are_added_count_once_as_well(tmp_path: Path) -> None:
    dice = random.Random(1)
    bridge, other = EVENTS[0][0], EVENTS[0][1]
    with Rag.open(tmp_path) as rag:
        (first,) = rag.add([NewArticle("Bridge shuts Monday", bridge, "The Quay")], name="one")
        second, _ = rag.add(
            [
                NewArticle("Bridge to close", wrapped(light_edit(bridge, dice), dice), "Metro"),
                NewArticle("Shops fear for their trade", other, "The Pier"),
            ],
            name="two",
        )
        assert [a.id for a in rag.copies(second)] == [first, second]
        assert len([a for a in rag.articles() if a.copy_group]) == 2


def put(truth: Truth, *articles: Article) -> None:
    pages = [Page(a.id, "", None, (a.id,)) for a in articles]
    truth.write(pages, [Prepared(a, (), (), ()) for a in articles], {})


def groups(truth: Truth) -> dict[str, str | None]:
    return {a.id: a.copy_group for a in truth.articles()}


def test_articles_that_come_one_by_one_are_grouped_as_all_at_once(tmp_path: Path) -> None:
    made = [a for _, a in made_set(7)]
    once, slowly = Truth(tmp_path / "once.sqlite3"), Truth(tmp_path / "slowly.sqlite3")
    put(once, *made)
    group_copies(once)
    for one in made:
        put(slowly, one)
        assert slowly.sketches.due() == [one.id]  # what is stored already is not looked up again
        group_copies(slowly)
    assert groups(slowly) == groups(once)
    assert any(groups(once).values())


def test_what_a_third_outlet_shows_to_be_boilerplate_makes_no_copies(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "truth.sqlite3")
    for name, stories in zip("abc", EVENTS, strict=False):
        put(truth, article(name, wrapped(" ".join(stories[0].split()[:72]), random.Random(1))))
        group_copies(truth)
        assert bool(groups(truth)["a"]) == (name == "b")  # two alone look like copies


def test_a_group_that_loses_the_copy_between_falls_apart(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "truth.sqlite3")
    one, other = EVENTS[0][0], EVENTS[1][0]
    put(truth, article("one", one), article("both", f"{one} {other}"), article("other", other))
    group_copies(truth)
    assert groups(truth) == {"one": "one", "both": "one", "other": "one"}
    truth.drop("both")
    assert truth.sketches.due() == ["one", "other"]
    group_copies(truth)
    assert groups(truth) == {"one": None, "other": None}
    assert truth.row("SELECT count(*) FROM bands")[0] == 2 * 128


def test_a_data_folder_without_bands_is_given_them_from_its_sketches(tmp_path: Path) -> None:
    path = tmp_path / "truth.sqlite3"
    truth = Truth(path)
    put(truth, article("a", EVENTS[0][0]), article("b", EVENTS[0][1]))
    group_copies(truth)
    truth.run("DROP TABLE bands")
    truth.close()
    again = Truth(path)
    put(again, article("c", wrapped(EVENTS[0][0], random.Random(1))))
    group_copies(again)
    assert groups(again) == {"a": "a", "b": None, "c": "a"}
