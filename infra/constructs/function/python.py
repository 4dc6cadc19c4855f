"""A Python function: a folder of modules, which `lambda/bundle_python.py` makes."""

from constructs import Construct

from infra.constructs.function.base import Function, FunctionSpec, Packaged, built
from infra.names import Names


class PythonFunction(Function):
    """A function of build/lambda/<system>/<role>, in which its package and the shared one stand as they do in lambda/.

    So its modules are imported there by the names that tests and type checkers know.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        package = f"{names.system}/{spec.role}"
        packaged = Packaged(
            built(names.system, spec.role, f"{package}/index.py"), f"{package.replace('/', '.')}.index.handler"
        )
        super().__init__(scope, construct_id, names=names, spec=spec, packaged=packaged)
