"""What a search means, as terms that both databases' full-text indexes understand. Pure.

A Connector is known by four kinds of terms: ``n`` + a word of its name, ``t`` + a word of its name
or description, ``c`` + a word of its creator's company, ``l`` + a label (who may find it, what it
is). A search is a list of groups: of each group at least one term must be there.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from connectory.auth import Project
from connectory.connectors.model import Connector, IntegrationType
from connectory.regions import Region

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 64
EVERYWHERE = "everywhere"
"""The region of a Connector that names none: all are meant (facts 9.2)."""
MOST_WORDS = 16
"""Words of a search that count; a Connector's own words are all indexed."""

Order = tuple[tuple[str, bool], ...]


class Search(NamedTuple):
    """A question to the Connectors a Project may find (facts 2.3), or to those everyone finds.

    ``private``: only private ones that are assigned to the Project. ``company`` is the creator's in
    full, ``creator`` holds words that words of it begin with. ``regions``: that can be deployed in
    at least one of these. ``order``: column names and whether descending; empty: those with all
    words in the name first, then the newest.
    """

    text: str = ""
    private: bool = False
    company: str | None = None
    creator: str = ""
    ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    integration_types: tuple[IntegrationType, ...] = ()
    regions: tuple[Region, ...] = ()
    certified: bool | None = None
    limit: int = 20
    offset: int = 0
    order: Order = ()


class Term(NamedTuple):
    """``prefix``: words that begin like this count as well."""

    text: str
    prefix: bool = False


Group = tuple[Term, ...]
Known = Mapping[str, tuple[str, ...] | None]
"""The words of a search, each with the indexed words it begins; None: too many to name."""


def words(text: str) -> list[str]:
    """Without case, accents and compatibility forms, each once."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in WORD.findall(plain)))


def label(kind: str, value: str) -> str:
    """A value of any form as one term."""
    return f"l{hashlib.sha256(f'{kind} {value}'.encode()).hexdigest()[:32]}"


def terms(
    connector: Connector, organization_id: str, projects: tuple[str, ...], *, listed: bool
) -> list[str]:
    """Everything one Connector is found by.

    Only one that is not listed says whose it is: the fewer Connectors a term has, the quicker it is
    to look it up.
    """
    mine = [] if listed else [label("project", one) for one in projects]
    mine += [] if listed else [label("organization", organization_id)]
    name, description = words(connector.name), words(connector.description or "")
    company = connector.creator.company
    regions = connector.supported_regions or (EVERYWHERE,)
    return [
        *(f"n{word}" for word in name),
        *(f"t{word}" for word in dict.fromkeys((*name, *description))),
        *(f"c{word}" for word in words(company or "")),
        *(label("type", one) for one in connector.integration_types),
        *(label("region", one) for one in regions),
        label("certified", _yes(connector.certified)),
        *mine,
        *((label("company", company.casefold()),) if company else ()),
        *((label("key", connector.key),) if connector.key else ()),
        *((label("private", "yes"),) if connector.private else ()),
        *((label("listed", "yes"),) if listed else ()),
        label("id", connector.id),
    ]


def filters(search: Search, project: Project | None) -> list[Group]:
    """Everything but the words: who asks (None: whoever it is) and what kind of Connector it should
    be."""
    mine = _own(project) if project else ()
    everyone = Term(label("listed", "yes"))
    groups: list[Group] = [mine if search.private else (everyone, *mine)]
    if search.private:
        groups.append((Term(label("private", "yes")),))
    if search.company is not None:
        groups.append((Term(label("company", search.company.casefold())),))
    if search.certified is not None:
        groups.append((Term(label("certified", _yes(search.certified))),))
    regions = (*search.regions, EVERYWHERE) if search.regions else ()
    for kind, values in (
        ("id", search.ids),
        ("key", search.keys),
        ("type", search.integration_types),
        ("region", regions),
    ):
        if values:
            groups.append(tuple(Term(label(kind, one)) for one in dict.fromkeys(values)))
    return groups


def _own(project: Project) -> Group:
    return (
        Term(label("organization", project.organization_id)),
        Term(label("project", project.identifier)),
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def asked_words(text: str) -> list[str]:
    return words(text)[:MOST_WORDS]


def named(known: Known) -> list[Group]:
    """Every word of the text begins a word of the name."""
    return [_beginning("n", word, found) for word, found in known.items()]


def described(known: Known) -> list[Group]:
    """Every word of the text begins a word of the name or the description."""
    return [_beginning("t", word, found) for word, found in known.items()]


def made_by(known: Known) -> list[Group]:
    """Every word begins a word of the creator's company."""
    return [_beginning("c", word, found) for word, found in known.items()]


def _beginning(kind: str, word: str, found: tuple[str, ...] | None) -> Group:
    if found is None:
        return (Term(f"{kind}{word}", prefix=True),)
    return tuple(Term(f"{kind}{one}") for one in found)
