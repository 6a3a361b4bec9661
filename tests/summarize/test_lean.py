"""Sentences that stand alone, and those that lean on what stands before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.summarize.lean import is_definite, is_first_person, leans, open_quotes, unquoted


@pytest.mark.parametrize(
    "text",
    [
        "She left on Monday.",
        "They were twice denied visas.",
        "However, the bridge was opened again.",
        "This is the first such case.",
        "In those days it was all or nothing.",
        "Such plans have failed before.",
        "Others were elected too.",
        "A day after, the ants were counted.",
        "Of the public process, he said nothing.",
        "It is really two missions in one.",
        "Police arrested him in May.",
        "Police arrested them in May.",
        "Tom Park arrested him in May.",
        "In Lenn, she was elected to the council.",
        "The U.S. Army said that he was a spy.",
        "Smoke kept him from the door of the house.",
        "The mayor said she would resign in May.",
        "Most were children of the village.",
        "Many died in the cold of the night.",
        "Some fled to the hills.",
        "None survived the fall of the tower.",
        "Three others were hurt in the fire.",
        "Two more were found in the river.",
        "Still, the bridge was closed.",
        "Earlier that day, the bridge was closed.",
        "The next day, the bridge was closed.",
        "In response, the mayor closed the bridge.",
        "Elsewhere, the bridges were closed.",
        "A second fire broke out in the mill.",
        "If so, the bridge must be closed.",
        "Doing so would cost the town a fortune.",
        "Eventually, they gave up the search.",
        "Soon it was the largest port of the coast.",
        "Overnight, he was moved to the prison of Lenn.",
        "At least 12 others were injured.",
        "More than 30 others fled to the hills.",
        "Thirty others were hurt.",
        "About 1,200 more are without a home.",
        "A day later the ship sank.",
        "Two weeks later the council voted for the bridge.",
    ],
)
def test_what_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Low left when she was ill.",
        "Gloria developed eczema at the age of four months and lost her appetite.",
        "The river rose and it flooded the town.",
        "Those who were tripped were crushed by the wave of people behind them.",
        "The strike began this week.",
        "No candidate in the city won.",
        "Pan-democrat Cyd Ho lost her seat.",
        "Tom Park said that the police arrested him in May.",
        "Ada Low, the mayor of Orrin, said she would resign.",
        "The mayor of Orrin said she would resign.",
        "A man was shot when he left the bar.",
        "The President signed the law in his office.",
        "Most people of the village are farmers.",
        "Some houses of the village burnt down.",
        "A third of the houses burnt down.",
        "A Second World War bomb was found in Lenn.",
        "So far, the police have found nothing in the house.",
        "In response to the fire, the mayor closed the bridge.",
        "Soon it was clear that the dam of Orrin would break.",
        "Charity said to begin at home was praised in Lenn.",
        "At least 12 people were injured in Lenn.",
        "More than 30 more than last year fled from Lenn.",
        "Thousands marched in the city of Lenn.",
        "Two weeks later than planned, the bridge of Lenn was opened.",
    ],
)
def test_what_stands_alone(text: str) -> None:
    assert not leans(text)


def test_quotations() -> None:
    assert open_quotes("He said: “We go.") == 1
    assert open_quotes("We stay.”") == -1
    assert open_quotes('"We go," he said.') == 0
    assert is_first_person("I hope to lead the party.")
    assert not is_first_person("“I hope to lead,” said Low of the U.S. Army.")
    assert is_definite("The report comes after an exchange of fire.")
    assert not is_definite("The Hong Kong election was held on Sunday.")


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    leans(text)
    assert len(unquoted(text)) == len(text)
