"""Whether a full stop ends an English sentence: the abbreviations, titles and initials of news."""

# typographic quotation marks and dashes

from __future__ import annotations

import re

_INITIALS = re.compile(r"[^\W\d_](?:[.-]{1,2}[^\W\d_])*")
_NUMERAL = re.compile(r"[IVXLC]+|[A-Z]\d*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "Mr Mrs Ms Mx Dr Prof Gen Lt Col Sgt Cpl Pvt Capt Maj Cmdr Cdr Cmdt Adm Gov Sen Sens Rep Reps"
    " Rev Hon Pres Supt Det Insp Amb Atty Fr Msgr Messrs Brig Mme Mlle Asst Sra Srta Sta Sto"
    " Ald Coun Cllr"
)
_SHORT_TITLES = _words("Spc Cpt Pte Ofc Dep Const")  # in this case only: SPC and DEP are names
_NUMBERED = _words(
    "no nos vol vols p pp fig figs art arts sec secs ch chap eq op ver v rs est ca c"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
# Before a digit only, and in this case: "the app", "the fax" and Max aren't abbreviations.
_COUNTED = _words("tel Tel ext Ext Fax sect Sect App max min Min")
_WEEKDAYS = _words("Mon Tue Tues Wed Weds Thu Thur Thurs Fri Sat Sun")
_MONTHS = _words(
    "January February March April May June July August September October November December Jan Feb"
    " Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_AFTER_CLOCK = _MONTHS | _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Eastern Pacific Central Mountain"
    " Greenwich Moscow Beijing ET PT CT MT UTC MSK"
)
_ZONE = re.compile(  # "Kyiv time", "AEDT"; NATO is no zone, unless no verb can follow it
    r"(?:[A-Z][\w’'-]+ ){1,3}(?:standard |daylight |summer )?time\b"
    r"|[A-Z]{2,3}T\b(?!&)|[A-Z]{3,4}(?:[.;)]| on\b|$)"
)
_INNER = _words("e.g i.e eg ie cf vs viz approx resp esp incl p.s")
_MAY_END = _words(
    "Inc Corp Ltd Co Cos Plc LLC Jr Sr Bros Mfg Intl Assn Assoc Secy Treas Dept"
    " Ave Blvd Rd Sq Hwy Esq St Mt Ft Ste"
    " Ph.D inc ltd al Calif Fla Pa Ariz Ark Colo Conn Ga Ind Kan Ky La Md Mich Minn Miss Mo Mont"
    " Neb Nev Okla Ore Tenn Tex Va Vt Wash Wis Wyo Ala Del Mass Ill"
)
STARTERS = _words(
    "A After All Also Although An And Another Any Are As At Because Before Both But By Can Did Do"
    " Does During Each Even Every For From Had Has Have He Her Here His How However I I'd I'll I'm"
    " I've If In Instead Is It It's Its Last Later Many Meanwhile More Most Much My Neither No Nor"
    " Not Now Of On Once One Only Or Other Others Our Perhaps She Since So Some Still Such That"
    " That's The Their Then There These They They're This Those Though Three Through To Today Two"
    " Under Until Was We We're Were What When Where Whether Which While Who Why Will With Without"
    " Would Yes Yet You Your He's She's There's Don't Let's Earlier Several Asked According Despite"
)
_CREDITS = _words("Image Images Photo Photos Picture Video Audio File Source Sources Credit")
SELVES = _words("I I'm I'd I'll I've")  # words that say nothing by their capital letter


def takes_number(before: str) -> bool:
    """Whether digits that stand right behind its dot belong to it, as in No.10."""
    return before.lower() in _NUMBERED or before in _COUNTED


def is_starter(line: str, following: re.Match[str], word: str) -> bool:
    """Whether the word seldom follows an abbreviation within a sentence, but often begins one."""
    if line.startswith(("—", "–"), following.start()):
        return False
    after = line[following.end() : following.end() + 1]
    if word in _CREDITS:
        return after == ":"  # “… in Washington, D.C. Photo: J. Low”
    return (word in STARTERS and after != ".") or (word.endswith("ly") and after == ",")


def ends_after_dot(before: str, word: str, starter: bool, rest: str) -> bool | None:
    """Whether an English sentence ends at the dot between the two words; None: no rule knows.

    Args:
        rest: how the line goes on, from `word` on.
    """
    low = before.lower()
    title = before.rpartition("-")[2]  # Maj.-Gen.
    if low in _INNER or title in _SHORT_TITLES:
        return False
    if title[:1].isupper() and title.capitalize() in _TITLES:
        return False
    if low in ("a.m", "p.m"):
        return word not in _AFTER_CLOCK and (starter or not _ZONE.match(rest))
    if before in _COUNTED | _WEEKDAYS and word[:1].isdigit():
        return False
    if before in _WEEKDAYS and word in _MONTHS:
        return False
    if low in _NUMBERED and (word[:1].isdigit() or (not starter and _NUMERAL.fullmatch(word))):
        return False
    if low in ("", "no", "etc"):
        return True
    if before in _MAY_END or (before.isupper() and before.capitalize() in _MAY_END):
        return starter
    if before == "I":
        return starter or None
    return starter or ends_after_initial(before, word)


def ends_after_initial(before: str, word: str) -> bool | None:
    """Whether a sentence ends after initials or an acronym; None if `before` is something else."""
    if before[:1].isupper() and word[:1].isalpha() and _INITIALS.fullmatch(before):
        return False
    return None
