"""Shorter forms of a sentence say nothing that it doesn't say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.claims.figures import numbers
from rag.claims.names import new_names
from rag.ground import check
from rag.summarize.lean import open_quotes
from rag.summarize.trim import LEAST, OPERATIONS, forms


@pytest.mark.parametrize(
    ("operation", "text", "shorter"),
    [
        (
            "date line",
            "SEOUL, South Korea — On Monday two fighters were taken prisoner.",
            "On Monday two fighters were taken prisoner.",
        ),
        (
            "date line",
            "Thursday, May 7, 2015 On Tuesday, the government announced a new flag.",
            "On Tuesday, the government announced a new flag.",
        ),
        (
            "link",
            "However, the bridge over the Lenn was closed.",
            "The bridge over the Lenn was closed.",
        ),
        (
            "brackets",
            "The Korean News Agency (KCNA) told of an attack.",
            "The Korean News Agency told of an attack.",
        ),
        (
            "brackets",
            "The river rose over its banks.[^1][2, 3]",
            "The river rose over its banks.",
        ),
        (
            "brackets",
            "The river rose over its banks.¹",
            "The river rose over its banks.",
        ),
        (
            "aside",
            "The bridge — the oldest in town — was closed on Friday.",
            "The bridge was closed on Friday.",
        ),
        (
            "apposition",
            "Ada Low, a baker from Lenn, was arrested on Monday.",
            "Ada Low was arrested on Monday.",
        ),
        (
            "relative clause",
            "Low was taken to the new prison of Lenn, which has 200 cells.",
            "Low was taken to the new prison of Lenn.",
        ),
        (
            "participle",
            "The river rose by four metres, driving hundreds from their houses.",
            "The river rose by four metres.",
        ),
    ],
)
def test_each_operation(operation: str, text: str, shorter: str) -> None:
    found = list(forms(text))
    assert [form.left_out for form in found] == [(), (operation,)]
    assert found[-1].text == shorter


@pytest.mark.parametrize(
    "text",
    [
        "The mayor said that the bridge was safe.",
        "According to the police, nobody was hurt in the fire.",
        "“The bridge (the old one) is safe,” said Ada Low.",
        "In May, the mayor of Lenn, the baker and the judge were elected.",
        "He was persuaded to go to Lenn, where he was questioned and then arrested.",
        "Officials denied it, saying so.",
        "The union will go on with the strike, although few members want it.",
        "“Contribution” shall mean any work, including the parts that are given to the Licensor.",
        "The tool must not print anything (only numbers), leaving the rest to its caller.",
        "Food is free for all guests of the house, including those who come on Sunday.",
        "Even if it rains, which is likely, all of the races are held.",
        # who says it
        "Ada Low, the army claims, is a spy of the rebels.",
        "Ada Low — so her rivals claim — is a spy of the army.",
        "Ada Low is a spy (according to the rebels) of the army.",
        "Ada Low, the judge said, is a spy of the army.",
        "Ada Low, a spy the army claims, is in the town now.",
        # what is no aside: it goes on to the verb, or to another person
        "The prime minister of the island of Lenn, speaking on Monday, denied the charges.",
        "Ada Low, the mayor, and Tom Park, a baker, were arrested.",
        "A third defendant, Petra Lowe, who had driven the car, was cleared of murder.",
        "The town paid for a new school, housing and roads.",
        # dashes that end no date line
        "The US–China trade talks were held in Lenn on Monday.",
        "Boeing — Airbus has said — is losing money on every plane.",
        "Boeing — the maker of planes has lost money again.",
        "January 2010 Haiti earthquake victims were buried in the town.",
        "May 7, 2015 Protests were the largest in the town.",
        # links that say something
        "But for Ada Low, all members of the council resigned.",
        "Well below half of the members came to the meeting.",
        "So far, the police have found nothing in the house.",
        "So little rain fell that the river dried up in June.",
        "So did the mayor of the town of Orrin.",
        # what takes it back
        "He spoke of a bomb in the hall, which turned out to be untrue.",
        "The drug cured all of the patients, which independent tests contradicted.",
        "Low was convicted of murder (later overturned on appeal) in March 2020.",
        # what it depends on
        "The bridge will be opened in June, assuming the council agrees.",
        "The plan was passed by the council, pending approval.",
        "The sale is agreed (subject to a vote of the members) by both.",
        "The drug works – when given twice – in all of the patients.",
        # where it ends
        "All of the members voted for the plan, barring two.",
        "All members — bar the first — voted for the plan.",
        "The drug works — in mice at least — in all cases.",
        # marks that are no asides
        "The shop is open 9 - 12 in the morning and 2 - 5 in the afternoon.",
        "The value of f(x) is greater than zero for all numbers.",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert [form.text for form in forms(text)] == [text]


def test_only_the_first_sentence_of_a_line_has_a_date_line() -> None:
    text = "SEOUL, South Korea — On Monday two fighters were taken prisoner."
    assert [form.text for form in forms(text, leads=False)] == [text]


PARTS = st.sampled_from(
    [
        *("Ada Low", ", a baker from Lenn,", " (KCNA)", ", which leaks,", " was not hurt", " said"),
        *(" that 300 people", " — so they say —", " may leave", ", leaving 4 behind", "However, "),
        *("“", "”", '"', " “no way”", ", although it rains", " on Monday", " in May 2015", "."),
        *("SEOUL — ", " [3]", " who won, was"),
    ]
)


@given(st.lists(PARTS, max_size=12).map("".join) | st.text(max_size=60))
def test_a_shorter_form_keeps_the_law(text: str) -> None:
    first, *shorter = forms(text)
    assert (first.text, first.left_out) == (text, ())
    lengths = [len(form.text) for form in (first, *shorter)]
    assert lengths == sorted(set(lengths), reverse=True)
    for form in shorter:
        assert set(form.left_out) <= OPERATIONS.keys()
        assert form.words >= LEAST
        assert check(form.text, [text]).support == "supported"
        assert numbers(form.text) <= numbers(text)
        assert not new_names(form.text, text)
        assert open_quotes(form.text) == open_quotes(text)
