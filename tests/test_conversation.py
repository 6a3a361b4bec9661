"""Follow-up questions made whole, and new topics left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answer, Trace
from rag.citation import Citation, Claim, Source
from rag.conversation import whole
from rag.conversation.mentions import mentions

SOURCE = Source("a", "An article", None, None, None)


def answered(question: str, text: str | None = None, quote: str | None = None) -> Answer:
    """An answer with one claim, or none."""
    if text is None:
        return Answer(question, (), True, Trace())
    quote = quote or text
    claim = Claim(text, "supported", (Citation(SOURCE, 0, len(quote), quote),))
    return Answer(question, (claim,), False, Trace())


PLATH = answered("Who wrote The Bell Jar?", "Sylvia Plath wrote The Bell Jar in 1963.")
MAYOR = answered("Who is the mayor of Lenndorf?", "Anna Holm is the mayor of Lenndorf.")
CURIE = answered("Where was Marie Curie born?", "Marie Curie was born in Warsaw.")
FLEMING = answered(
    "Which scientist discovered penicillin?", "Alexander Fleming discovered penicillin in 1928."
)
BUDGET = answered(
    "What did Angela Merkel say to Emmanuel Macron about the budget?",
    "Merkel told Macron that the budget was too high.",
)
CAPITAL = answered("What is the capital of France?", "Paris is the capital of France.")
TOWER = answered("When was the Eiffel Tower built?", "The Eiffel Tower was built in 1889.")
FLOODS = answered(
    "How many people died in the Kerala floods of 2018?", "483 people died in the Kerala floods."
)
ROME = answered("How many people visited Rome in 2023?", "Ten million people visited Rome.")
COUNCIL = answered(
    "Did the city council approve the budget?", "The council approved the budget on Monday."
)
LOUVRE = answered(
    "What was stolen from the Louvre in 1911?", "The Mona Lisa was stolen from the Louvre."
)
BANK = answered(
    "Which bank collapsed in March 2023?", "Silicon Valley Bank collapsed in March 2023."
)
SHIP = answered(
    "Which ship did the pirates seize off Somalia in 2009?",
    "The pirates seized the Maersk Alabama.",
)
CARS = answered(
    "When did Volkswagen admit cheating in emissions tests?",
    "Volkswagen admitted cheating in September 2015.",
)
LAW = answered(
    "What does the new Dutch nitrogen law require of farmers?",
    "The law requires farmers to cut nitrogen emissions by half by 2030.",
)
DIAB = answered(
    "Which prime minister resigned after the Beirut explosion?",
    "Hassan Diab resigned on 10 August 2020.",
)
STONES = answered(
    "Why did the Rolling Stones cancel their concert in Amsterdam?",
    "The Rolling Stones cancelled the concert because Mick Jagger had Covid.",
)
SPEECH = answered(
    "What did Greta Thunberg tell the leaders at the UN summit in 2019?",
    '"How dare you," Thunberg told the leaders.',
)
POST = answered(
    "What did Jeff Bezos pay for The Washington Post?",
    "Jeff Bezos paid $250 million for The Washington Post.",
)
ROVER = answered(
    "Where was the Mars rover Perseverance built?", "It was built at a laboratory in Pasadena."
)
MAATHAI = answered("Who was Wangari Maathai's husband?", "Mwangi Mathai was her husband.")
MEASLES = answered("What are the symptoms of measles?", "Fever and a rash.")
GREENS = answered(
    "How many seats did the Greens win in Bavaria in 2018?", "The Greens won 38 seats."
)
WALL = answered("When did the Berlin Wall fall?", "The Berlin Wall fell on 9 November 1989.")
BEES = answered("What do bees eat in winter?", "Bees eat honey in winter.")
DUNE = answered("What is the name of Frank Herbert's novel?", "Frank Herbert's novel is Dune.")

MEDICINE = answered("what is penicillin")
ICELAND = answered("how many people live in iceland")
DISASTER = answered("what happened in chernobyl in 1986")
SKYSCRAPER = answered("What is the tallest building in the world?")
OPENING = answered("When was the new building opened?")
SESSION = answered("When is the last meeting of the council?")
BRIDGE = answered("Is the new bridge safe?")
MARS = answered("what is mars")
TITANIC = answered("what happened to the titanic")
RIOTS = answered("When did the riots in Lenn start?")
SUSPECT = answered("who was arrested", "A man was arrested on Friday.")
BIRTH = answered("When was Marie Curie born?", "Marie Curie was born in 1867.")
UNNAMED = answered("who is the mayor")
PREMIER = answered("Who is the prime minister of Norway?")
STRIKE = answered("what did the mayor say about the strike")
AUDIENCE = answered("Did the king meet the president?")

FOLLOW_UPS = [
    # persons
    (PLATH, "When was she born?", "When was Sylvia Plath born?"),
    (MAYOR, "How long has she been in office?", "How long has Anna Holm been in office?"),
    (CURIE, "When did she move to Paris?", "When did Marie Curie move to Paris?"),
    (FLEMING, "What prize did he win?", "What prize did Alexander Fleming win?"),
    (BUDGET, "How did he respond?", "How did Emmanuel Macron respond?"),
    (BUDGET, "What did she want?", "What did Angela Merkel want?"),
    (DIAB, "Who succeeded him?", "Who succeeded Hassan Diab?"),
    (SPEECH, "How old was she then?", "How old was Greta Thunberg in 2019?"),
    (MAATHAI, "Why did he divorce her?", "Why did Mwangi Mathai divorce Wangari Maathai?"),
    (STONES, "Did he recover?", "Did Mick Jagger recover?"),
    # things, and several of them
    (PLATH, "What is it about?", "What is The Bell Jar about?"),
    (TOWER, "How tall is it?", "How tall is the Eiffel Tower?"),
    (TOWER, "And who designed it?", "Who designed the Eiffel Tower?"),
    (LOUVRE, "Who stole it?", "Who stole the Mona Lisa?"),
    (BANK, "What caused its collapse?", "What caused Silicon Valley Bank's collapse?"),
    (COUNCIL, "How many members opposed it?", "How many members opposed the budget?"),
    (LAW, "When was it passed?", "When was the new Dutch nitrogen law passed?"),
    (LAW, "How did they react?", "How did farmers react?"),
    (FLOODS, "What caused them?", "What caused the Kerala floods of 2018?"),
    (DIAB, "How many people did it kill?", "How many people did the Beirut explosion kill?"),
    (POST, "When did he buy it?", "When did Jeff Bezos buy The Washington Post?"),
    (STONES, "Where did they play instead?", "Where did the Rolling Stones play instead?"),
    (
        STONES,
        "When was it rescheduled?",
        "When was the Rolling Stones’ concert in Amsterdam rescheduled?",
    ),
    (MEASLES, "How is it treated?", "How is measles treated?"),
    (MEASLES, "How long do they last?", "How long do the symptoms of measles last?"),
    (GREENS, "Who led them?", "Who led the Greens?"),
    (BEES, "How do they keep warm?", "How do bees keep warm?"),
    (DUNE, "When was it filmed?", "When was Frank Herbert's novel Dune filmed?"),
    # places and times
    (CURIE, "How many people live there?", "How many people live in Warsaw?"),
    (CAPITAL, "How many people live there?", "How many people live in Paris?"),
    (GREENS, "Who became premier there?", "Who became premier in Bavaria in 2018?"),
    (WALL, "Who was chancellor at that time?", "Who was chancellor on 9 November 1989?"),
    # nouns that say not which one
    (SHIP, "Where was that ship built?", "Where was the Maersk Alabama built?"),
    (SHIP, "Who owns the vessel?", "Who owns the vessel (the Maersk Alabama)?"),
    (LAW, "When was the law passed?", "When was the new Dutch nitrogen law passed?"),
    (CARS, "What fine did the company pay?", "What fine did the company (Volkswagen) pay?"),
    (ROVER, "How heavy is the rover?", "How heavy is the Mars rover Perseverance?"),
    (POST, "Who edits that newspaper?", "Who edits The Washington Post?"),
    # questions that are none by themselves
    (TOWER, "Why?", "Why was the Eiffel Tower built?"),
    (TOWER, "By whom?", "By whom was the Eiffel Tower built?"),
    (COUNCIL, "When?", "When did the city council approve the budget?"),
    (BANK, "Why?", "Which bank collapsed in March 2023, and why?"),
    (FLOODS, "And in 2019?", "How many people died in the Kerala floods of 2019?"),
    (FLOODS, "How many children?", "How many children died in the Kerala floods of 2018?"),
    (FLOODS, "How many were injured?", "How many were injured in the Kerala floods of 2018?"),
    (ROME, "and in 2024?", "How many people visited Rome in 2024?"),
    (ROME, "And Venice?", "How many people visited Venice in 2023?"),
    (CAPITAL, "What about Germany?", "What is the capital of Germany?"),
    (CARS, "And BMW?", "When did BMW admit cheating in emissions tests?"),
    (GREENS, "And in Hesse?", "How many seats did the Greens win in Hesse in 2018?"),
    (BEES, "And in summer?", "What do bees eat in summer?"),
    (POST, "And for Whole Foods?", "What did Jeff Bezos pay for Whole Foods?"),
    (WALL, "Why did that happen?", "Why did the Berlin Wall fall?"),
    (WALL, "When was that?", "When did the Berlin Wall fall?"),
    # an "it" before an adjective, and one that means nothing beside one that does
    (MEDICINE, "is it safe", "Is penicillin safe?"),
    (MEDICINE, "why is it important", "Why is penicillin important?"),
    (MEDICINE, "And why is it important?", "Why is penicillin important?"),
    (MEDICINE, "is it true", "Is penicillin true?"),
    (MEDICINE, "is it important for children", "Is penicillin important for children?"),
    (MEDICINE, "is it easy to make", "Is penicillin easy to make?"),
    (MEDICINE, "is it safe to take with alcohol", "Is penicillin safe to take with alcohol?"),
    (MEDICINE, "how long does it take to make it", "How long does it take to make penicillin?"),
    (MEDICINE, "is it ok to mix it with wine", "Is it ok to mix penicillin with wine?"),
    (MARS, "is it cold", "Is mars cold?"),
    (MARS, "how far is it from the sun", "How far is mars from the sun?"),
    # what is a noun, and what only looks like one
    (SUSPECT, "why was he tried", "Why was the person who was arrested tried?"),
    (SKYSCRAPER, "how tall is it", "How tall is the tallest building in the world?"),
    (OPENING, "who designed it", "Who designed the new building?"),
    (SESSION, "where is it", "Where is the last meeting of the council?"),
    (BRIDGE, "how long is it", "How long is the new bridge?"),
    (TITANIC, "when did it sink", "When did the titanic sink?"),
    (FLOODS, "what caused it", "What caused the Kerala floods of 2018?"),
    (RIOTS, "how long did it last", "How long did the riots in Lenn last?"),
    # pronouns in what is no sentence
    (BIRTH, "what about her husband", "When was Marie Curie's husband born?"),
    (
        BIRTH,
        "and her children?",
        "When was Marie Curie born, and what about Marie Curie's children?",
    ),
    (UNNAMED, "and her husband", "Who is the mayor's husband?"),
    (MAYOR, "and her husband", "Who is Anna Holm's husband?"),
    (
        FLOODS,
        "and its population",
        "How many people died in the Kerala floods of 2018, and what about Kerala's population?",
    ),
    # who says something of somebody else
    (PREMIER, "who was king before him", "Who was king before the prime minister of Norway?"),
    (PREMIER, "who is his wife", "Who is the prime minister of Norway's wife?"),
    (
        PREMIER,
        "what did the king say about him",
        "What did the king say about the prime minister of Norway?",
    ),
    (MAYOR, "what did the queen say about her", "What did the queen say about Anna Holm?"),
    (MEDICINE, "What did Trump say about it?", "What did Trump say about penicillin?"),
    (STRIKE, "what did the union say about it", "What did the union say about the strike?"),
    (AUDIENCE, "what did the king say to him", "What did the king say to the president?"),
    # nothing to put a pronoun for: what it was about is said behind
    (LOUVRE, "Who was the thief?", "Who was the thief (the Louvre, 1911)?"),
    (
        CARS,
        "How many cars were affected?",
        "How many cars were affected (Volkswagen, emissions tests, September 2015)?",
    ),
    (SHIP, "Did anyone die?", "Did anyone die (the pirates, Somalia, 2009)?"),
    (
        ICELAND,
        "what is the capital",
        "What is the capital (how many people live in iceland)?",
    ),
    (
        DISASTER,
        "how many people died",
        "How many people died (what happened in chernobyl in 1986)?",
    ),
    (MEDICINE, "what is the dose", "What is the dose (penicillin)?"),
    (PREMIER, "what is the largest city", "What is the largest city (Norway)?"),
    (CARS, "Tell me more", "Tell me more (Volkswagen, emissions tests, September 2015)"),
]

NEW_TOPICS = [
    "What is the capital of Peru?",
    "How do vaccines work?",
    "When did Obama say that he would visit Cuba?",
    "Which company said it would close its plant in Ohio?",
    "Is there any evidence that tea prevents cancer?",
    "How long does it take to fly to Mars?",
    "When he was young, where did Mozart live?",
    "In his last speech, what did Lincoln promise?",
    "According to its founder, why did Theranos fail?",
    "Which of his symphonies did Beethoven dedicate to Napoleon?",
    "What did the parliament of Hungary decide?",
    "How many people lost their homes in the fire in Paradise?",
    "Why are bees dying?",
    "How many moons are there around Jupiter?",
    "What is inflation?",
    "And who is the president of Chile?",
    "Which singer sold her house in Malibu?",
    "Does coffee raise the blood pressure?",
    "How tall is Mount Everest and who climbed it first?",
    "What did the doctor tell his patients about smoking?",
    "Why did Boeing ground its 737 MAX after it crashed?",
    "Is it safe to eat raw eggs?",
    "What is it like to live in Antarctica?",
    "Before she became chancellor, what did Merkel study?",
    "What do scientists think about this year's flu vaccine?",
    "How does the heart pump blood?",
    "Why is the sky blue?",
    "What did Ada Lovelace do that made her famous?",
    "Does Finland have its own space agency?",
    "Are electric cars cheaper than they were in 2020?",
    "What did Rosa Parks say when they arrested her?",
    "Why do people yawn?",
    "If a bee stings, does it die?",
    "Which airline lost a plane over the Indian Ocean in 2014?",
    "and who is the president of chile",
    "and what is the meaning of life",
    "what time is it in tokyo",
    "what time is it",
    "how late is it",
    "how much is it to fly to rome",
    "how far is it from london to paris",
    "is it going to rain tomorrow",
    "is it dark in sweden",
    "how does it feel to be rich",
    "is it better to rent or to buy a house",
    "how important is it for people to sleep",
    "when is it safe for dogs to swim",
    "Why did Boeing say it would ground its planes?",
    "What did Biden say when he met Xi?",
    "renewable energy in Denmark",
    "Kerala floods",
]


@pytest.mark.parametrize(("before", "question", "expected"), FOLLOW_UPS)
def test_a_follow_up_is_made_whole(before: Answer, question: str, expected: str) -> None:
    assert whole(question, [before]) == expected


@pytest.mark.parametrize("before", [PLATH, FLOODS, CARS], ids=lambda one: one.question)
@pytest.mark.parametrize("question", NEW_TOPICS)
def test_a_new_topic_stays_as_it_is(before: Answer, question: str) -> None:
    assert whole(question, [before]) == question


@pytest.mark.parametrize(
    "question",
    ["when was the telephone invented", "what is the largest ocean", "is it safe to eat raw eggs"],
)
def test_what_a_thing_cannot_have_is_a_new_topic(question: str) -> None:
    assert whole(question, [MEDICINE]) == question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the tallest building in the world?", "the tallest building in the world"),
        ("Was the last offer accepted?", "the last offer"),
        ("Who owns the rainforest?", "the rainforest"),
        ("Is the museum safe?", "the museum"),
        ("Who was the last king?", "the last king"),
        ("Who owns the new one?", None),
        ("Who is the tallest?", None),
        ("Who was arrested?", None),
    ],
)
def test_a_phrase_has_a_noun(text: str, expected: str | None) -> None:
    assert next((one.text for one in mentions(text)), None) == expected


@pytest.mark.parametrize("question", ["Why?", "What is it?", "And she?", "What about it?", ""])
def test_without_a_conversation_nothing_changes(question: str) -> None:
    assert whole(question, []) == question


# Several turns


def test_a_chain_of_follow_ups() -> None:
    born = answered("When was she born?", "Plath was born in 1932.")
    married = answered("Whom did she marry?", "Plath married Ted Hughes.")
    assert whole("And where?", [PLATH, born]) == "Where was Sylvia Plath born?"
    assert whole("Whom did she marry?", [PLATH, born]) == "Whom did Sylvia Plath marry?"
    assert whole("What did he write?", [PLATH, born, married]) == "What did Ted Hughes write?"


def test_what_was_said_last_is_meant_first() -> None:
    assert whole("How tall is it?", [LAW, TOWER]) == "How tall is the Eiffel Tower?"
    assert whole("When was it passed?", [TOWER, LAW]).startswith("When was the new Dutch")


def test_an_earlier_turn_is_meant_if_the_last_has_nothing_fitting() -> None:
    live = answered("How many people live there?", "About 1.9 million people live in Warsaw.")
    assert whole("When did she leave?", [CURIE, live]) == "When did Marie Curie leave?"


def test_a_new_topic_becomes_the_topic() -> None:
    lebanon = answered("When did Lebanon become independent?", "In 1943.")
    assert whole("What is its capital?", [DIAB, lebanon]) == "What is Lebanon's capital?"


def test_a_trace_keeps_the_whole_question() -> None:
    trace = Trace(asked="How tall is the Eiffel Tower?")
    before = Answer("How tall is it?", (), True, trace)
    assert whole("Who designed it?", [before]) == "Who designed the Eiffel Tower?"


def test_whom_she_was_before_she_still_is() -> None:
    marin = answered("What did Sanna Marin announce?", "Marin announced that she would step down.")
    orpo = answered("Who succeeded her?", "Petteri Orpo succeeded Marin.")
    assert whole("How old is she?", [marin, orpo]) == "How old is Sanna Marin?"
    assert whole("How old is he?", [marin, orpo]) == "How old is Petteri Orpo?"


# What an answer is worth


def test_without_an_answer_the_question_describes_what_is_meant() -> None:
    nobody = answered("Who curated the Vermeer exhibition?")
    made = whole("What did she say about it?", [nobody])
    assert made == "What did the person who curated the Vermeer exhibition say about it?"
    which = answered("Which museum was robbed in 1990?")
    assert whole("Where is it?", [which]) == "Where is the museum that was robbed in 1990?"


def test_an_answer_to_something_else_names_nobody() -> None:
    other = answered(
        "Who was in charge of the harbour when the fire broke out?",
        "Peter Lund sells fish from a boat that his father and grandfather owned before him.",
    )
    assert "Lund" not in whole("What did he say?", [other])


def test_a_wrong_short_answer_names_nobody() -> None:
    wrong = answered(
        "Who was in charge of the harbour when the fire broke out in 2009?",
        "Peter Lund",
        "On Monday Peter Lund spoke to reporters in front of the town hall.",
    )
    assert (
        whole("What did he say?", [wrong])
        == "What did the person who was in charge of the harbour say?"
    )


def test_the_name_beside_the_noun_is_the_one_asked_for() -> None:
    before = answered(
        "On which ship did the crew strike?",
        "They struck for a week.",
        "Kapoor said that the Seafarers' Union called the strike aboard the cruise ship, Aurelia.",
    )
    assert whole("Who owns it?", [before]) == "Who owns Aurelia?"


def test_a_surname_becomes_the_full_name() -> None:
    before = answered(
        "Who discovered the comet?",
        "Holm discovered the comet.",
        "Astrid Holm, an amateur, discovered the comet.",
    )
    assert whole("Where does she live?", [before]) == "Where does Astrid Holm live?"


def test_the_evidence_tells_a_woman_from_a_man() -> None:
    before = answered(
        "What did Okafor tell Lindqvist?",
        "Okafor told Lindqvist to wait.",
        "Okafor said she would wait. Lindqvist replied that he could not.",
    )
    assert whole("What did he reply?", [before]) == "What did Lindqvist reply?"
    assert whole("When did she say that?", [before]).startswith("When did Okafor say")


def test_small_letters_do() -> None:
    before = answered("who is angela merkel", "Angela Merkel is a former chancellor.")
    assert whole("how old is she", [before]) == "How old is Angela Merkel?"
    matter = answered("what is dark matter?", "Dark matter is invisible.")
    assert whole("who discovered it?", [matter]) == "Who discovered dark matter?"


def test_names_in_small_letters_are_names() -> None:
    before = answered(
        "when did elon musk buy twitter",
        "October 2022",
        "Elon Musk bought Twitter in October 2022 for $44 billion.",
    )
    assert whole("why did he buy it", [before]) == "Why did Elon Musk buy Twitter?"
    assert whole("how much did he pay", [before]) == "How much did Elon Musk pay?"
    chief = answered("who runs boeing", "Kelly Ortberg", "Kelly Ortberg runs Boeing since 2024.")
    assert whole("what is its share price", [chief]) == "What is Boeing's share price?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("and in may", "How many people died in may?"),
        ("and last year", "How many people died in April, and what about last year?"),
    ],
)
def test_a_month_or_a_year_is_no_verb(question: str, expected: str) -> None:
    before = answered("how many people died in april", "12 people died in April.")
    assert whole(question, [before]) == expected


# Anything may be typed

WORDS = st.sampled_from(
    "And what about he she it they there then that those the a of in 2024 why who whose Paris "
    "Anna Holm's mayor was did , ? ' ’ “ ” ( ) - . 's ship ß É 北京 \n \t".split(" ")
)
TEXTS = st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=40)


@given(question=TEXTS, before=TEXTS, said=TEXTS)
def test_whatever_is_typed_something_can_be_asked(question: str, before: str, said: str) -> None:
    made = whole(question, [answered(before, said or None), answered(question, said or None)])
    assert bool(made.strip()) == bool(question.strip())
    assert len(made) < 20 * (len(question) + len(before) + len(said) + 40)


@given(text=TEXTS)
def test_a_mention_is_where_it_says(text: str) -> None:
    for one in mentions(text):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] in one.text
