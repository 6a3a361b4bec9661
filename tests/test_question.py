"""What a question wants: one fact, or more than a phrase can say."""

from __future__ import annotations

import re
from time import process_time

import pytest

from rag.question import answered_by, asks_whether, wants_several, without_opening

ONE = """
Who won the election?
Who is the mayor of Lenndorf?
Who was the first woman in space?
Whose house burned down?
By whom was the bridge built?
When did the strike begin?
When was the two-day festival held?
In what year did the war end?
What year was she born?
On which day does the comet pass the sun?
Where do the penguins nest?
Where was the last meeting held?
In which city does the mayor live?
Which city hosts the games?
Which river runs through Lenndorf?
Which country borders Norway?
Which company makes the engines?
Which bus goes to the harbour?
Which species was found in the cave?
Which Texas town lost its harbour?
Which sports club won?
Which US state is the largest?
How many people were hurt?
How much did the union ask for?
How much money was stolen?
How old is the captain?
How old was the youngest victim?
How long did the five-day race last year take the winner?
How far is it from the island to the coast?
How far apart are the two-storey houses?
How tall is the tower?
How hot was it on Tuesday?
How cold did it get?
How few votes did he win by?
How soon is the verdict expected?
How heavy is the bell?
How young was the youngest rider?
How thick is the ice?
How expensive is a ticket?
How often does the ferry sail?
What is the capital of Peru?
What is the name of the comet?
What was the name of the ship which crosses the lake?
What is Texas known for?
What does the union want?
What do bees make?
What did Beekeepers find?
What colour is the flag?
What gas do plants take in?
What percentage of the hives was lost?
What animal eats bamboo?
What is the distance between Paris and Rome?
Who won the match between Norway and Peru?
Who holds the all-time record?
Who scored the most goals of all time?
Who topped the list of the richest?
How long is the waiting list?
What time is it?
What's the boss called?
To what address was the letter sent?
Name the capital of Peru.
Is the mayor ill?
Did Park resign?
"""
SEVERAL = """
Which towns lost power?
Which European countries signed the treaty?
Which of the men died, and when?
In which cities did trams stop?
According to the report, which firms knew?
Do you know which roads are closed?
What towns lost power?
What other reasons did he give?
What are the demands of the union?
What were the results?
Which are the largest islands?
Who are the members of the council?
Who were the founders?
Name the towns that lost power.
Name three of the towns.
List the winners.
Can you list the winners?
Give me a list of the winners.
Who won, and when?
When and where was she born?
What is the name and age of the captain?
Both ships sank: where?
What did the two sides agree on?
Who leads each party?
Where did all the bees go?
Who besides Park was charged?
Who other than Park was charged?
What are the ages of Ada and Bert, respectively?
Why did the mayor resign?
Why?
For what reason was the bridge closed?
What is the reason for the delay?
How did the fire start?
How?
How can the virus be stopped?
How is cheese made?
How come nobody knew?
How do vaccines work?
Explain how bees make honey.
Describe the bell.
What is the difference between a comet and a planet?
What are the differences between the two reports?
What causes tides?
What kinds of fish live there?
What happens when the lake freezes?
WHICH TOWNS LOST?
"""


def lines(table: str) -> list[str]:
    return table.strip().split("\n")


@pytest.mark.parametrize("question", lines(ONE))
def test_one_fact_is_wanted(question: str) -> None:
    assert not wants_several(question)


@pytest.mark.parametrize("question", lines(SEVERAL))
def test_several_facts_or_a_reason_are_wanted(question: str) -> None:
    assert wants_several(question)


WHETHER = """
Has it closed?
can you swim there
is anyone still missing
ok is it safe
do you know if the bridge is open
Could you please tell me whether it opened?
are you ill
"""
NOT_WHETHER = """
Was it May or June?
Can you say when?
can you tell me who won
does anyone know where it is
Can you list the winners?
Would you give me the names?
What is open?
"""


@pytest.mark.parametrize("question", lines(WHETHER))
def test_yes_or_no_would_answer(question: str) -> None:
    assert asks_whether(question)


@pytest.mark.parametrize("question", lines(NOT_WHETHER))
def test_yes_or_no_would_not_answer(question: str) -> None:
    assert not asks_whether(question)


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Can you tell me who won?", "who won?"),
        ("hello, do you know in which town it is", "in which town it is"),
        ("I'd like to know, please, who won", "I'd like to know, please, who won"),
        ("i want to know how it ended", "how it ended"),
        ("tell me about the bridge", "tell me about the bridge"),
        ("Do you know the mayor?", "Do you know the mayor?"),
        ("Who can tell me who won?", "Who can tell me who won?"),
    ],
)
def test_a_polite_opening_is_no_part_of_the_question(question: str, plain: str) -> None:
    assert without_opening(question) == plain


@pytest.mark.parametrize("word", ["between a ", "what ", "which a ", "how ", "a", "list, "])
def test_a_long_question_is_looked_at_in_no_time(word: str) -> None:
    began = process_time()
    wants_several(word * 10_000)
    assert process_time() - began < 5


HALF = """
What is the length and width of the bridge? 30 m
What was the score and the attendance? 3-1
In what city and country was she born? Paris
In what city and country was she born? Paris, France
How many goals and assists did he have? 12 goals
When did the war start and end? 1914
Name the winner and the date. Ann Lee
victim name and age? Ann
What is the population of Lenn and of Ost? 300
Give me the names of all the winners. Ann
Which towns lost power? Paris, France
Which towns lost power? Monday, 5 May
How many were killed and hurt? 12
How old are the two victims? 14
Why did the towns lose power? wind and rain
"""
WHOLE = """
Which towns lost power? Lenn & Ost
Which towns lost power? Lenn, Ost and Karr
Which towns lost power? Lenn, Ost, Karr
Which two towns lost power? Lenn and Ost
Where did all the bees go? to Lenn and to Ost
On what date did Peter Minuit and Dutch colonists land? May 24, 1626
When was The Death and Life of Great Cities published? 1961
"""


@pytest.mark.parametrize("asked", lines(HALF))
def test_a_phrase_that_is_half_of_what_is_asked(asked: str) -> None:
    question, phrase = re.split(r"(?<=[?.]) ", asked, maxsplit=1)
    assert not answered_by(question, phrase)


@pytest.mark.parametrize("asked", lines(WHOLE))
def test_a_phrase_that_is_all_that_is_asked(asked: str) -> None:
    question, phrase = re.split(r"(?<=[?.]) ", asked, maxsplit=1)
    assert wants_several(question)
    assert answered_by(question, phrase)
