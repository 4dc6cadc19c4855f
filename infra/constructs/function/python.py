"""A Python function: a folder of modules, copied by `lambda/bundle_python.py`."""

from constructs import Construct

from infra.constructs.function.archive import built
from infra.constructs.function.base import Function, FunctionSpec
from infra.names import Names


class PythonFunction(Function):
    """A function of build/lambda/<system>/<role>.zip: its package and the shared one, in the layout of lambda/.

    Its modules are therefore imported by the same names as in tests.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, spec: FunctionSpec) -> None:
        package = f"{names.system}/{spec.role}"
        packaged = built(names.system, spec.role).packaged(f"{package.replace('/', '.')}.index.handler")
        super().__init__(scope, construct_id, names=names, spec=spec, packaged=packaged)
