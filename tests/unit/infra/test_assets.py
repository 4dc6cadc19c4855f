"""A stack publishes its own files alone: another's would be wanted in its region, which may not be bootstrapped."""

import base64
import hashlib
import json

import pytest

from hallmark.project import CLOUD_ASSEMBLY

MANIFESTS = sorted(CLOUD_ASSEMBLY.glob("*.assets.json"))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda file: file.name.removesuffix(".assets.json"))
def test_a_stack_publishes_its_own_template_and_no_other(manifest):
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"].values()
    (template,) = [path for file in files if (path := file["source"]["path"]).endswith(".json")]
    assert template == manifest.name.replace(".assets.", ".template.")


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda file: file.name.removesuffix(".assets.json"))
def test_code_is_an_archive_that_is_named_by_its_hash_and_every_version_states_it(manifest):
    resources = json.loads(manifest.with_name(manifest.name.replace(".assets.", ".template.")).read_text("utf-8"))
    of_type = lambda kind: {n: r["Properties"] for n, r in resources["Resources"].items() if r["Type"] == kind}  # noqa: E731
    functions, stated = of_type("AWS::Lambda::Function"), {}
    archived = {name: one for name, one in functions.items() if one.get("PackageType") != "Image"}
    for name, function in archived.items():
        digest = hashlib.sha256((CLOUD_ASSEMBLY / f"asset.{function['Code']['S3Key']}").read_bytes()).digest()
        assert function["Code"]["S3Key"] == f"{hashlib.sha256(digest.hex().encode()).hexdigest()}.zip"
        stated[name] = base64.b64encode(digest).decode()
    for version in of_type("AWS::Lambda::Version").values():
        assert version["CodeSha256"] == stated[version["FunctionName"]["Ref"]]


def test_the_accounts_stack_has_no_function():
    accounts = [json.loads(file.read_text(encoding="utf-8")) for file in MANIFESTS if "-account-" in file.name]
    assert accounts and [len(account["files"]) for account in accounts] == [1] * len(accounts)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda file: file.name.removesuffix(".assets.json"))
def test_a_template_does_not_ask_for_a_version_of_the_bootstrap_stack(manifest):
    template = json.loads(manifest.with_name(manifest.name.replace(".assets.", ".template.")).read_text("utf-8"))
    assert "Rules" not in template, "give the stack `synthesizer=synthesizer()` of infra/synthesis.py"
