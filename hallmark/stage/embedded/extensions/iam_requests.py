"""IAM features that the emulator lacks when it judges a request.

- PutEvents has the condition keys `events:source` and `events:detail-type`: all values of the entries for a bus.
  https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
- An upload has the condition key `s3:x-amz-server-side-encryption-aws-kms-key-id`.
  https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
- The ARNs of log groups and streams have the form that policies use, with a suffix after the group's name.
  https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
- Requests of a function's own code, and no service's with its role, have the condition key `lambda:SourceFunctionArn`.
  https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
- A role that trusts a service trusts only that service.
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
- The account's root is an administrator, but a resource's policy may still refuse it.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
- A refusal names the resource.
  https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import contextvars
import json
import time
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions.iam_record import is_function, note

KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
SOURCE = "lambda:SourceFunctionArn"
KNOWN_SECONDS = 1.0
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
IN_RESOURCE_POLICY = "with an explicit deny in a resource-based policy"
Context = dict[str, Any]
Use = tuple[str, str, str, str, Context, bool]
_entries: contextvars.ContextVar[list[Context]] = contextvars.ContextVar("hallmark_entries")
# What was recorded for the current request, for callers that cache the decision.
uses: contextvars.ContextVar[list[Use]] = contextvars.ContextVar("hallmark_uses")


def _entries_of(body: bytes) -> list[Context]:
    try:
        entries = json.loads(body or b"{}").get("Entries") or []
    except (ValueError, AttributeError):
        return []
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _of_events(entries: list[Context], bus: str, region: str) -> Context:
    """Return the condition keys of the entries for one bus; a key that an entry lacks is a missing value."""

    def is_for(entry: Context) -> bool:
        alone = json.dumps({"Entries": [entry]}).encode()
        return bool(iam_actions.eventbridge_resource_arns(alone, region, get_account_id()) == [bus])

    mine = [entry for entry in entries if is_for(entry)]
    keys = {"events:source": "Source", "events:detail-type": "DetailType"}
    values = {key: [str(entry[name]) for entry in mine if entry.get(name)] for key, name in keys.items()}
    return {key: found for key, found in values.items() if found}


def _named_in_policies(resource: str, headers: Context, body: bytes) -> str:
    """Return the ARN of a log group with its streams, except for the tagging actions."""
    tags = headers.get("x-amz-target", "").endswith(("TagResource", "UntagResource", "ListTagsForResource"))
    if tags or ":log-group:" not in resource or ":log-stream:" in resource:
        return resource
    try:
        stream = json.loads(body or b"{}").get("logStreamName") or ""
    except (ValueError, AttributeError):
        stream = ""
    return f"{resource.removesuffix(':*')}:log-stream:{stream}"


def _complete_contexts() -> None:
    name_resource, of_object = iam_actions.extract_resource_arn, iam_actions._s3_object_context

    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        _entries.set(_entries_of(body) if service == "events" else [])
        resource = name_resource(service, method, path, headers, body, *rest)
        return _named_in_policies(resource, headers, body) if service == "logs" else resource

    def object_context(action: str, parameters: Context, path: str, headers: Context) -> Context:
        context: Context = of_object(action, parameters, path, headers)
        if action == "s3:PutObject" and headers.get(KEY_HEADER):
            context[f"s3:{KEY_HEADER}"] = headers[KEY_HEADER]
        return context

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions._s3_object_context = object_context


def _judge_and_note() -> None:
    judge = iam_evaluator.enforce

    def enforce(
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Any:
        context = dict(service_context or {})
        if action == "events:PutEvents":
            context.update(_of_events(_entries.get(), resource_arn, region))
        by = is_function(access_key)
        _, role, function = (
            iam_evaluator.resolve_principal(access_key, get_account_id()).arn.rsplit("/", 2) if by else ("", "", "")
        )
        # Workflows have sessions of the same form.
        if function in lambda_svc._functions:
            context[SOURCE] = f"arn:aws:lambda:{region}:{get_account_id()}:function:{function}"
        refused = judge(access_key, action, service, region, resource_arn=resource_arn, service_context=context)
        if by:
            use = (role, function, action, resource_arn, context, refused is None)
            uses.get([]).append(use)
            note(*use)
        return refused

    iam_evaluator.enforce = enforce


def _limit_root() -> None:
    resolve, match = iam_evaluator.resolve_principal, iam_evaluator._trust_principal_matches
    everything = iam_evaluator.parse_policy_document(EVERYTHING)

    def resolve_principal(*args: Any, **options: Any) -> Any:
        principal = resolve(*args, **options)
        if isinstance(principal, iam_evaluator.PrincipalInfo) and principal.policies is None:
            return replace(principal, policies=[everything])
        return principal

    def trusts(principal: Any, caller: str, federated: bool) -> Any:
        if isinstance(principal, dict):
            principal = {kind: who for kind, who in principal.items() if kind != "Service"}
        return match(principal, caller, federated)

    iam_evaluator.resolve_principal = resolve_principal
    iam_evaluator._trust_principal_matches = trusts


def _read_policies_once() -> None:
    """Cache parsed policies by their text, which the emulator parses at each request."""
    read = iam_evaluator.parse_policy_document
    read_text = lru_cache(maxsize=512)(read)
    iam_evaluator.parse_policy_document = lambda doc: read_text(doc) if isinstance(doc, str) else read(doc)


def _know_functions() -> None:
    """Cache the identities of functions, the most frequent callers, for a second, and skip their signatures.

    A change of a role's policies takes effect for them with that delay; IAM itself is eventually consistent.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """
    resolve, pin = iam_evaluator.resolve_principal, app.pin_signed_request
    known: dict[str, tuple[float, Any]] = {}

    def resolve_principal(access_key: str, *rest: Any, **options: Any) -> Any:
        if not is_function(access_key):
            return resolve(access_key, *rest, **options)
        until, principal = known.get(access_key, (0.0, None))
        if time.monotonic() > until:
            principal = resolve(access_key, *rest, **options)
            known[access_key] = time.monotonic() + KNOWN_SECONDS, principal
        return principal

    def pin_signed_request(method: str, path: str, parameters: Context, headers: list[Any], *rest: Any) -> None:
        signed = next((value for name, value in headers if name == b"authorization"), b"").decode("latin-1")
        if is_function(signed.partition("Credential=")[2].partition("/")[0]):
            iam_evaluator._signed_request.set(None)
            iam_evaluator._anonymous.set(False)
            return
        pin(method, path, parameters, headers, *rest)

    iam_evaluator.resolve_principal = resolve_principal
    app.pin_signed_request = pin_signed_request


def _name_the_resource() -> None:
    answer = iam_actions.access_denied_response

    def access_denied_response(service: str, action: str, principal: str, request_id: str, **options: Any) -> Any:
        by_resource = options.get("explicit_deny") and options.get("resource_policy_arn")
        if not (options.get("message") or options.get("error_code") or by_resource):
            resource = options.get("resource_arn", "*")
            text = iam_actions._resource_policy_denial(service, action, principal, resource)
            shown = text.split(" to perform: ", 1)[1].split(" on resource: ", 1)[0]
            why = f"because no identity-based policy allows the {shown} action"
            if options.get("explicit_deny"):
                why = "with an explicit deny in an identity-based policy"
            options["message"] = text.removesuffix(IN_RESOURCE_POLICY) + why
        return answer(service, action, principal, request_id, **options)

    iam_actions.access_denied_response = access_denied_response


def install() -> None:
    """Complete the context of requests, and the texts of refusals."""
    _read_policies_once()
    _complete_contexts()
    _limit_root()
    _know_functions()
    _judge_and_note()
    _name_the_resource()
