"""Words of English by what they do in a sentence: for the rules that follow a conversation.

The lists are short on purpose. They hold what is frequent in questions and news; a word that is in
none of them is taken for a noun that names a thing.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that hold a sentence together; a noun phrase ends before them.

WH = _words("who whom whose which what when where why how")
AUXILIARIES = _words(
    "is are was were be been being am do does did has have had having will would can could may "
    "might must shall should isn't aren't wasn't weren't don't doesn't didn't hasn't haven't "
    "hadn't won't wouldn't can't couldn't cannot shouldn't mustn't"
)
HELPERS = AUXILIARIES - _words("is are was were be been being am has have had having")
PREPOSITIONS = _words(
    "of in on at by for from with to into onto during about against between near over under after "
    "before since until till through throughout across around within without among as than per "
    "via despite including like behind beyond towards toward outside inside upon besides"
)
HE = _words("he him his")
SHE = _words("she her hers")
IT = _words("it its")
THEY = _words("they them their theirs")
POSSESSIVES = _words("my our your his her its their")
PRONOUNS = HE.union(SHE, IT, THEY) | _words(
    "i me my mine we us our ours you your yours himself herself itself themselves there here one "
    "ones someone anyone everyone nobody something anything nothing everything myself yourself"
)
ARTICLES = _words("the a an this these those that")
NUMERALS = _words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty hundred thousand million "
    "billion"
)
QUANTIFIERS = _words("some any no every each both all another many much few several more most")
CONTRACTED = _words("what's who's where's when's how's that's it's he's she's there's they're")
FUNCTION = WH.union(
    AUXILIARIES, PREPOSITIONS, PRONOUNS, ARTICLES, POSSESSIVES, QUANTIFIERS, CONTRACTED
) | _words(
    "and or but nor so if because although though while whether not also too never ever always "
    "usually often still just only even then now already again today yesterday tomorrow ago else "
    "up down out off away back later soon once long far such very quite rather yet exactly old "
    "according please worth instead together afterwards apart same other others first second"
)

# Verbs, where a form of one could be taken for a noun

_BASE_VERBS = _words(
    "accept accuse achieve agree allow announce appear apply argue arrest arrive ask bear become "
    "begin believe belong bring build buy call carry catch choose claim collect come compare "
    "concern consider consist contain continue cost create decide defeat defend deliver demand "
    "deny describe destroy die direct discover eat elect enter establish expect explain express "
    "fail fall feel find follow found gain get give go grow happen have hear help hold include "
    "indicate injure invent involve join keep kill know last lead learn leave let live lose "
    "maintain make marry mean meet move need occur offer open own pay perform persuade prefer "
    "prevent produce propose prove provide publish put raise reach read receive recommend refuse "
    "reject release remain remember replace represent require resign say see seem sell send serve "
    "sign sing sink speak spend stay steal study suffer suggest suspect take teach tell think "
    "threaten throw travel treat try turn understand pass observe use wait want warn watch wear "
    "win wish work write add adopt lie stretch invade react respond retire compose paint host "
    "chair curate cause recover cancel postpone reschedule approve oppose develop succeed resolve "
    "solve expand reduce admit commit attend convict blame confirm reveal rely adapt predict "
    "inherit emerge survive escape criticise criticize praise abolish construct renovate inspire "
    "emigrate migrate graduate educate appoint nominate negotiate ratify celebrate donate invest "
    "collapse affect depend differ"
)
IRREGULAR_PAST = _words(
    "became began bore born brought built bought came caught chose chosen cost dealt did done "
    "drew drawn drove driven ate eaten fell fallen felt fled flew flown fought found forgot gave "
    "given went gone got gotten grew grown heard held hid hidden kept knew known laid led left "
    "lost made meant met paid ran read rose risen said sang sank saw seen sold sent shot shown "
    "slept spoke spoken spent spread stole stolen stood struck sung sunk swore sworn taken taught "
    "threw thrown told took thought understood woke won wore worn written wrote hurt beat broke "
    "broken"
)


def _inflected(verb: str) -> set[str]:
    if re.search(r"[^aeiou]y$", verb):
        return {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
    stem = verb.removesuffix("e")
    return {verb, f"{verb}s", f"{verb}es", f"{stem}ed", f"{stem}ing"}


VERBS = IRREGULAR_PAST.union(*map(_inflected, _BASE_VERBS)) - AUXILIARIES
SAYING = _words(
    "say says said think thinks thought believe believes believed claim claims claimed explain "
    "explains explained told tells argue argues argued want wants wanted suspect suspects "
    "suspected born wrote writes married swore felt feels hoped hopes insisted recalled joked "
    "resigned became studied studies taught played invented discovered painted composed who died"
)  # what persons do, so that a name before it is one's

# Adjectives, where no ending tells them; none that is a noun as well: "the poor", "the general"

ADJECTIVES = _words(
    "new big small large huge tiny tall long wide narrow thick thin great better best bad worse "
    "worst early late latest last next main former recent important different similar strong weak "
    "heavy slow hot warm bright empty difficult simple expensive busy quiet healthy happy sad "
    "angry hungry possible likely necessary available correct wrong beautiful rare unusual modern "
    "ancient entire toxic"
)
_GRADED = ADJECTIVES | _words(
    "old young high low short deep fast cold dark light cool dry wet safe nice fine rich poor near "
    "close clean clever smart cheap hard soft loud quick sharp smooth steep tough warm white black "
    "brave calm dense fair fierce firm grand green harsh kind mild pure rough sick sweet wise wild"
)


# Nouns by the kind of what they name

PERSONS = _words(
    "man woman boy girl child person president chancellor king queen prince princess pope emperor "
    "captain general colonel major sergeant judge chief head boss coach champion student mother "
    "father son daughter brother sister wife husband widow uncle aunt cousin parent mayor "
    "mathematician physician politician musician star guest victim candidate survivor spy poet "
    "chef expert hero heroine nurse friend architect leader author doctor pilot secretary "
    "spokesperson fan executive ceo soldier troop pilgrim refugee immigrant resident founder "
    "winner loser visitor suspect"
)
PERSON_ENDING = re.compile(r"(?:[^aeio]er|[dst]or|ist|ician|man|woman|ress|eer)$")
NO_PERSONS = _words(
    "river tower computer newspaper paper number order letter matter weather chapter cluster "
    "border water power winter summer december october september november cover corner center "
    "filter layer poster quarter register shelter shoulder theater thunder timber wonder answer "
    "disaster address list test text twist wrist mist factor motor sector reactor vector monitor "
    "further rather ladder cancer fever liver silver cylinder dress stress printer trailer "
    "cruiser tanker carrier freighter destroyer laser rover hunger anger finger danger burger "
    "tiger dinner manner banner scanner container chamber buffer character meter timer helicopter "
    "counter encounter folder header server router browser flower shower feather leather "
    "transistor tractor offer"
)
PLACES = _words(
    "city town village country nation state province region island street road bridge square "
    "river lake mountain sea ocean continent place capital airport station harbour harbor port "
    "district county valley building hotel house park stadium camp site venue area kingdom "
    "republic desert coast bay beach forest hill cape peninsula hall tower castle palace prison "
    "hospital homeland birthplace hometown"
)
GROUPS = _words(
    "family company firm organisation organization group party agency team club band church "
    "university museum newspaper magazine government ministry parliament council committee court "
    "bank union alliance army navy police force department institute association network school "
    "commission congress senate orchestra corporation foundation society college brand "
    "manufacturer airline startup charity institution bloc coalition federation league authority "
    "board tribe clan inc ltd corp office administration bureau laboratory lab center centre "
    "press times"
)
EVENTS = _words(
    "accident crash attack war battle election vote referendum match game race contest tournament "
    "conference meeting summit festival trial strike protest stampede earthquake flood storm "
    "hurricane cyclone typhoon tornado fire explosion concert exhibition exhibit show wedding "
    "ceremony operation mission flight raid massacre bombing shooting coup revolution uprising "
    "riot outbreak epidemic pandemic crisis scandal event incident disaster tragedy landslide "
    "eruption blackout celebration parade robbery theft murder assassination rescue launch "
    "landing sinking derailment marathon sprint final drought famine merger championship olympics"
)
TIMES = _words(
    "year month day date week decade century hour minute time moment morning evening night spring "
    "summer autumn winter season era"
)
MONTHS = _words(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday"
)
SIDES = _words(
    "name title nickname age size price cost purpose aim goal reason cause population length "
    "height weight color colour number date result effect meaning definition origin history role "
    "job profession nationality topic subject theme outcome status opinion view salary source "
    "speed value total amount rate share percentage kind type part capacity area depth symptom "
    "symptoms causes rules benefits risks advantages members distance budget"
)  # of something, which is what is meant: behind their "of"
NAMED_BY = _words("name title nickname")
PLURALS = {"people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse"}
PLURAL_ONLY = _words("police troops feet teeth geese data media staff crew")
SEEMING = _words("become becomes became get got remain remained seem seems look feel stay go went")
EITHER_NUMBER = _words("species series staff crew")
SINGULAR_S = _words(
    "measles mumps diabetes rabies herpes news politics physics mathematics economics athletics "
    "ethics gymnastics linguistics genetics robotics electronics aids"
)

# Names

COUNTRIES = _words(
    "afghanistan america argentina australia austria belgium brazil britain canada chile china "
    "colombia cuba denmark egypt england ethiopia europe finland france germany greece hungary "
    "iceland india indonesia iran iraq ireland israel italy japan kenya korea lebanon libya "
    "malaysia mexico morocco nepal netherlands nigeria norway pakistan peru philippines poland "
    "portugal romania russia scotland serbia singapore spain sudan sweden switzerland syria "
    "taiwan thailand turkey ukraine venezuela vietnam wales yemen zimbabwe africa asia berlin "
    "london paris rome madrid moscow kyiv beijing tokyo washington texas california florida york "
    "usa u.s u.k uk vienna athens cairo delhi mumbai seoul lisbon warsaw budapest albania algeria "
    "angola armenia azerbaijan bahrain bangladesh belarus bolivia bosnia botswana bulgaria "
    "burundi cambodia cameroon chad congo croatia cyprus czechia ecuador eritrea estonia fiji "
    "gabon gambia georgia ghana guatemala guinea guyana haiti honduras jamaica kazakhstan kosovo "
    "kuwait kyrgyzstan laos latvia lesotho liberia lithuania luxembourg madagascar malawi "
    "maldives mali malta mauritius moldova mongolia montenegro mozambique myanmar namibia "
    "nicaragua niger oman palestine panama paraguay qatar rwanda samoa senegal slovakia slovenia "
    "somalia tajikistan tanzania togo tunisia turkmenistan uganda uruguay uzbekistan zambia "
    "prague dublin sydney toronto"
)
PLACE_STARTS = _words(
    "north south east west new united great saudi costa el los las san santa hong mount fort"
)
PEOPLES = re.compile(r"(?:[^aeiou]ish|[nmsl]ese|[^t]ian|[rp]ean|[ixc]can|ghan|qi)s?$")
OTHER_PEOPLES = _words(
    "greek dutch french thai czech arab swiss jewish german muslim islamic iraqi"
)
TITLES = _words(
    "mr mrs ms miss dr sir lord lady prof professor president minister senator general judge king "
    "queen pope prince princess captain colonel ambassador mayor chancellor congressman "
    "congresswoman governor secretary reverend saint sheriff commander admiral lieutenant "
    "sergeant"
)
HE_NAMES = _words(
    "adam ahmed alan albert alex alexander ali andrew andy anthony antonio ben bill bob boris "
    "brian carl carlos charles chris christopher daniel dan david dmitry donald edward emmanuel "
    "eric felix frank fred george hans harry hassan henry hugh ian ibrahim isaac ivan jack jacob "
    "jake james jan jason jean jeff jim joe john jonas jose joseph juan karl ken kevin lars leo "
    "lewis louis luis luke marco mario mark markus martin matthew max michael mike mohamed "
    "mohammed muhammad nathan nick nicolas noah oliver omar oscar otto pablo patrick paul pedro "
    "peter philip pierre ralph richard rob robert roger ronald ryan sam samuel scott sergei simon "
    "stephen steve steven thomas tim tom tony victor vladimir walter william wolfgang barack elon"
)
SHE_NAMES = _words(
    "ada aisha alice alicia amanda amelia amy ana andrea angela anita ann anna anne annie barbara "
    "betty carmen carol caroline catherine charlotte chloe christina christine claire clara "
    "claudia daniela diana dorothy elena eleanor elisabeth elizabeth ella ellen emily emma erika "
    "eva fatima fiona florence frida greta grace hannah hillary helen helena ida ingrid irene "
    "isabel jane janet jennifer jessica joan judith julia julie karen kate katherine kathleen "
    "laura leila lena linda lisa lucy lydia magdalena malala maria marie marina martha mary maya "
    "melissa mia michelle mona monica nadia nancy natalia nicole nina nora olga olivia pamela "
    "patricia rachel rebecca rita rosa rosalind ruth sara sarah sofia sophia sophie susan susanne "
    "sylvia theresa ursula valentina vera victoria virginia wangari yuki zoe jacinda serena "
    "simone"
)
SHE_NOUNS = _words(
    "woman girl mother daughter sister wife widow aunt actress queen princess heroine spokeswoman "
    "congresswoman chairwoman policewoman businesswoman mrs ms miss lady duchess waitress"
)
HE_NOUNS = _words(
    "man boy father son brother husband uncle king prince pope spokesman congressman chairman "
    "policeman businessman mr sir lord duke emperor"
)
NAME_JOINERS = _words("of de da di do dos del du la le van von der den bin ibn al el for & the")


# Forms


def is_plural(noun: str) -> bool:
    if noun in PLURALS or noun in PLURAL_ONLY or noun in EITHER_NUMBER or noun.endswith("men"):
        return True
    if len(noun) < 4 or noun in SINGULAR_S:
        return False
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is"))


def singular(noun: str) -> str:
    if noun in PLURALS:
        return PLURALS[noun]
    if noun.endswith("men") and noun != "men":
        return f"{noun[:-3]}man"
    if not is_plural(noun) or not noun.endswith("s") or noun in EITHER_NUMBER:
        return noun
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-2] if noun.endswith(("sses", "ches", "shes", "xes")) else noun[:-1]


def is_adjective(word: str) -> bool:
    """Whether a word says what something is like, and is no noun itself."""
    if word in ADJECTIVES or word.endswith("ous"):
        return True
    return is_superlative(word)


def is_superlative(word: str) -> bool:
    """Whether it is one of a known adjective: "forest" and "interest" are none."""
    stem = word.removesuffix("est")
    if word in (stem, "priest"):
        return False
    return stem.endswith("i") or not _GRADED.isdisjoint((stem, f"{stem}e", stem[:-1]))


def is_person(noun: str) -> bool:
    """Whether a common noun names a person, mostly by its ending."""
    noun = singular(noun)
    ends = bool(PERSON_ENDING.search(noun)) and len(noun) > 4
    return noun in PERSONS or (ends and noun not in NO_PERSONS)


def is_people(word: str) -> bool:
    """Whether a word such as "Dutch" says where somebody is from."""
    return word in OTHER_PEOPLES or bool(PEOPLES.search(word))
