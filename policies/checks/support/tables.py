"""The tables of a template."""

import re

from support.stage import stage_of
from support.template import Resource, Template

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
TABLES = (TABLE, GLOBAL_TABLE)


def table_called(template: Template, wanted: str) -> list[Resource]:
    """The tables whose physical name, without what the stack's names have in common, is this one."""
    return [table for table in template.of_type(*TABLES) if _plain(_own_name(template, table)) == _plain(wanted)]


def _own_name(template: Template, table: Resource) -> str:
    common = rf"{re.escape(_system(template))}[-_.]|[-_.]{re.escape(stage_of(template))}"
    return re.sub(rf"^(?:hallmark[-_.])?(?:{common})|(?:{common})$", "", template.name(table))


def _system(template: Template) -> str:
    """The system that the template says it is of, or else the word that the names of all its tables begin with."""
    words = {re.split(r"[-_.]", template.name(table))[0] for table in template.of_type(*TABLES)}
    return template.system or (words.pop() if len(words) == 1 else "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
