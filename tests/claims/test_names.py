"""Names in the forms that writers give them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.claims.names import new_names, strange

NIS = "Agents of South Korea's National Intelligence Service questioned José García in the U.S."


@pytest.mark.parametrize(
    ("claim", "new"),
    [
        ("The NIS questioned him.", []),
        ("The KGB questioned him.", ["KGB"]),
        ("Garcia was questioned.", []),
        ("J. García was questioned.", []),
        ("K. García was questioned.", []),  # Korea begins with a K: an initial proves little
        ("X. García was questioned.", ["X"]),
        ("South Koreans questioned him.", []),
        ("He was questioned in the US.", []),
        ("He was questioned in the United States.", ["United", "States"]),
        ("Mr. García was questioned.", []),
        ("García's lawyer was questioned.", []),
        ("Prosecutors questioned García.", ["Prosecutors"]),
        ("Then Kim was questioned.", ["Kim"]),
        ("I questioned García.", []),
    ],
)
def test_new_names(claim: str, new: list[str]) -> None:
    assert new_names(claim, NIS) == new


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ukrainians", "Ukraine"),
        ("Chinese", "China"),
        ("Italian", "Italy"),
        ("French", "France"),
        ("Dutch", "Netherlands"),
        ("Afghan", "Afghanistan"),
        ("American", "US"),
        ("Britain", "UK"),
        ("WalMart", "Wal-Mart"),
        ("Zelenskyy's", "Zelenskyy"),
    ],
)
def test_a_land_and_its_people(one: str, other: str) -> None:
    assert new_names(f"It was {one}.", f"There was {other}.") == []
    assert new_names(f"It was {other}.", f"There was {one}.") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Iran", "Iraq"), ("Austria", "Australia"), ("Slovakia", "Slovenia"), ("Park", "Parker")],
)
def test_others_that_look_alike(one: str, other: str) -> None:
    assert new_names(f"It was {one}.", f"There was {other}.") == [one]


@pytest.mark.parametrize(
    ("claim", "evidence", "found"),
    [
        # A first name to a surname that stands alone is no contradiction.
        ("Sam Walton opened a store.", "Walton opened a store.", [("Sam", "Walton", False)]),
        ("Sam Walton opened it.", "Bud Walton opened it.", [("Sam", None, True)]),
        ("Sam Walton opened it.", "Walton, Bud Walton said, did.", [("Sam", None, True)]),
        # Neither is the name of whom the evidence calls "she".
        ("Eve broke the old record.", "She broke the old record.", [("Eve", "she", False)]),
        ("Eve sold the old house.", "She broke the old record.", [("Eve", None, True)]),
        ("In June Eve broke it.", "She broke it.", [("June", None, True), ("Eve", None, True)]),
        # A common noun may begin a sentence.
        ("Prosecutors closed it.", "It was closed.", [("Prosecutors", None, False)]),
        ("Cologne closed it.", "It was closed.", [("Cologne", None, True)]),
    ],
)
def test_what_speaks_against_a_name(
    claim: str, evidence: str, found: list[tuple[str, str | None, bool]]
) -> None:
    names = [(one.word, one.instead_of, one.contrary) for one in strange(claim, [evidence])]
    assert names[: len(found)] == found


@settings(deadline=None)
@given(st.text())
@example("Dr. Low’S ſ'S ŉ of the U.S.A. and PS3")
def test_no_name_of_a_text_is_new_to_it(text: str) -> None:
    assert new_names(text, text) == []


@settings(deadline=None)
@given(st.from_regex(r"[A-Z][a-z]{4,8}", fullmatch=True))
def test_a_name_that_nothing_is_like_is_new(word: str) -> None:
    assert new_names(f"It was {word}.", "It was a long 12-day wait.") in ([word], [])
    assert new_names(f"It was X{word}.", "It was a long 12-day wait.") == [f"X{word}"]
