"""The tables of a template."""

import re

from support.names import own_name
from support.template import Resource, Template

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
TABLES = (TABLE, GLOBAL_TABLE)


def table_called(template: Template, wanted: str) -> list[Resource]:
    """The tables whose own name is this one."""
    return [one for one in template.of_type(*TABLES) if _plain(own_name(template, one, *TABLES)) == _plain(wanted)]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
