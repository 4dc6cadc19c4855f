"""The observed template: a deployed stage read back through the services' own APIs, in CloudFormation's shape.

The policies that judge the synthesized template judge this one, too; the differences between the two are drift.

Sources:
- Properties come from each resource's own service, never from CloudFormation.
- Logical ids come from CloudFormation's list of the stack's resources. What exists but is not in the stack (a rule
  put on one of the stage's buses by hand) gets a logical id that begins with `Unmanaged`, so that the policies see it.
- `DeletionPolicy`, `UpdateReplacePolicy` and `DependsOn` are CloudFormation's own; no service has them. They come
  from the template that the stack was deployed with.
- Metadata names system, stage and account, so that the policies can resolve names to ARNs. No resource has a mark: its
  part follows from wiring and names alone.
"""

from hallmark.observe.template import observe, write

__all__ = ["observe", "write"]
