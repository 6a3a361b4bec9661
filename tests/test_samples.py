"""What the locator is trained on: sentences by themselves, as it reads them at run time."""

from __future__ import annotations

import torch

from rag import models
from training.examples import Text
from training.samples import SENTENCES, Sample, Tokens, isolated

OWN = Text.of(
    "Ada Park", "Ada Park was born in Hull. She built the bridge in 1911. A flood took it."
)
OTHER = Text.of("Bridges", "Many were built. Tolls were taken.")
QUESTION = "When was the bridge built?"
TOKENS = Tokens(str(models.embedded_encoder()))


def odds(*rows: list[float]) -> torch.Tensor:
    made = torch.full((len(rows), SENTENCES), -torch.inf)
    for at, row in enumerate(rows):
        made[at, : len(row)] = torch.tensor(row)
    return made


def read(gold: dict[int, float], of: torch.Tensor, most: int) -> list[Sample]:
    some = [TOKENS.sample(QUESTION, OWN, [], gold), TOKENS.sample(QUESTION, OTHER, [], {})]
    return isolated(some, of, TOKENS, most)


def test_what_answers_and_what_seems_to_is_read_by_itself() -> None:
    made = read({1: 1.0}, odds([0.0, -3.0, 1.0], [2.0, -1.0]), 3)
    said = [(one.text.heading, one.text.text, one.gold) for one in made]
    assert said == [
        ("Ada Park", "She built the bridge in 1911.", {0: 1.0}),
        ("Bridges", "Many were built.", {}),
        ("Ada Park", "A flood took it.", {}),
    ]
    assert all(one.question == QUESTION for one in made)
    assert all(set(one.row.sentence) == {0} for one in made)


def test_where_nothing_answers_what_seems_to_is_read_and_nothing_that_is_not_there() -> None:
    made = read({}, odds([0.0, -3.0, 1.0], [2.0, -1.0]), 9)
    assert len(made) == 5
    assert made[0].text.text == "Many were built."
    assert not any(one.gold for one in made)
