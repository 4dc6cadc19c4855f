"""A Node.js function: one bundle, built by `lambda/bundle.mjs`."""

from constructs import Construct

from infra.constructs.function.base import Function, FunctionSpec, Packaged, built
from infra.names import Names


class NodeFunction(Function):
    """A function of build/lambda/<system>/<role>/index.js."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        packaged = Packaged(built(names.system, spec.role, "index.js"), "index.handler")
        super().__init__(scope, construct_id, names=names, spec=spec, packaged=packaged)
