"""A Node.js function: one bundle, built by `lambda/bundle.mjs`."""

from constructs import Construct

from infra.constructs.function.archive import built
from infra.constructs.function.base import Function, FunctionSpec
from infra.names import Names


class NodeFunction(Function):
    """A function of build/lambda/<system>/<role>.zip, which holds index.js."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        packaged = built(names.system, spec.role).packaged("index.handler")
        super().__init__(scope, construct_id, names=names, spec=spec, packaged=packaged)
