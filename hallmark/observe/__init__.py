"""The observed template: a deployed stage read back through the services' own APIs, in CloudFormation's shape.

The policies that judge the synthesized template judge this one, unchanged; the difference of the two is drift.

What comes from where:
- Properties come from each resource's own service, never from CloudFormation.
- Logical ids come from CloudFormation's list of the stack's resources. What is there and is not in the stack (a rule
  put on one of the stage's buses by hand) gets a logical id that begins with `Unmanaged`, so that the policies see it.
- `DeletionPolicy`, `UpdateReplacePolicy` and `DependsOn` are CloudFormation's own and no service knows them: they come
  from the template that the stack was deployed with.
- Metadata names system, stage and account, so that the policies can resolve names to ARNs. No resource has a mark: its
  part is told by wiring and names alone.
"""

from hallmark.observe.template import observe, write

__all__ = ["observe", "write"]
