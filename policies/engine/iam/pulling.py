"""Whether a statement on a repository is for the functions of this account.

https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
"""

from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.template.template import Template

LAMBDA = "lambda.amazonaws.com"
ACTIONS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_EXACT, _ALIKE = ("stringequals", "arnequals"), ("arnlike", "arnequals", "stringlike")


def is_for_our_functions(template: Template, statement: Statement) -> bool:
    """Return whether a statement's conditions are certainly true for functions of this account, and for no others."""
    conditions = conditions_of(statement).items()
    return bool(conditions) and all(_ours(template, *asked, values) for asked, values in conditions)


def _ours(template: Template, operator: str, key: str, values: tuple[object, ...]) -> bool:
    if key == "aws:sourceaccount":
        return operator in (*_EXACT, *_ALIKE) and values == (template.account,)
    begin = f"arn:aws:lambda:{template.region}:{template.account}:function:"
    fits = operator in (*_ALIKE, "stringequals") and key == "aws:sourcearn" and bool(values)
    return fits and all(isinstance(one, str) and one.startswith(begin) and len(one) > len(begin) for one in values)
