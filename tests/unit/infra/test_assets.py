"""A stack publishes its own files alone: another's would be wanted in its region, which may not be bootstrapped."""

import json

import pytest

from hallmark.project import CLOUD_ASSEMBLY

MANIFESTS = sorted(CLOUD_ASSEMBLY.glob("*.assets.json"))


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda file: file.name.removesuffix(".assets.json"))
def test_a_stack_publishes_its_own_template_and_no_other(manifest):
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"].values()
    (template,) = [file["source"]["path"] for file in files if file["source"]["packaging"] == "file"]
    assert template == manifest.name.replace(".assets.", ".template.")


def test_the_accounts_stack_has_no_function():
    accounts = [json.loads(file.read_text(encoding="utf-8")) for file in MANIFESTS if "-account-" in file.name]
    assert accounts and [len(account["files"]) for account in accounts] == [1] * len(accounts)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda file: file.name.removesuffix(".assets.json"))
def test_a_template_does_not_ask_for_a_version_of_the_bootstrap_stack(manifest):
    template = json.loads(manifest.with_name(manifest.name.replace(".assets.", ".template.")).read_text("utf-8"))
    assert "Rules" not in template, "give the stack `synthesizer=synthesizer()` of infra/synthesis.py"
