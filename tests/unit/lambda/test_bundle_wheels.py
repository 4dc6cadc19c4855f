"""The wheels of a lock: from the cache without a network, never others than the lock names."""

import hashlib
import subprocess

import bundle_wheels
import pytest


@pytest.fixture
def locked(tmp_path, monkeypatch, wheel):
    """Return a function that makes the lock of the system `vault` over wheels, and counts what pip is asked."""
    calls = []

    def lock(*wheels):
        rows = [f"{path.name.split('-')[0]}==1.0 \\\n    --hash=sha256:{digest(path)}" for path in wheels]
        (tmp_path / "requirements").mkdir(exist_ok=True)
        (tmp_path / "requirements/lambda_vault.in").write_text("# python 3.9\ncodes\n")
        (tmp_path / "requirements/lambda_vault.txt").write_text("\n".join(rows))

        def pip(command, **_):
            calls.append(command)
            folder = next(word.partition("=")[2] for word in command if word.startswith("--dest="))
            for path in wheels:
                place = bundle_wheels.Path(folder) / path.name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(path.read_bytes())
            return subprocess.CompletedProcess(command, 0, "", "")

        monkeypatch.setattr(bundle_wheels.subprocess, "run", pip)
        return calls

    def digest(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr(bundle_wheels, "ROOT", tmp_path)
    monkeypatch.setattr(bundle_wheels, "CACHE", tmp_path / "cache")
    return lock


def wheels():
    return bundle_wheels.wheels_of(bundle_wheels.locks()["vault"])


def test_a_system_without_a_lock_has_none(locked):
    assert bundle_wheels.wheels_of(bundle_wheels.locks().get("other")) == []


def test_the_second_build_asks_nobody(locked, wheel):
    calls = locked(wheel("codes"))
    first = wheels()
    assert [path.name for path in first] == ["codes-1.0-py3-none-any.whl"]
    assert wheels() == first and len(calls) == 1
    assert {"--require-hashes", "--python-version=3.9", *bundle_wheels.PLATFORM} <= set(calls[0])


def test_a_wheel_that_was_changed_in_the_cache_is_fetched_again(locked, wheel):
    calls = locked(wheel("codes"))
    (path,) = wheels()
    good = path.read_bytes()
    path.write_bytes(good + b"x")
    assert [found.read_bytes() for found in wheels()] == [good] and len(calls) == 2


def test_compiled_code_is_refused(locked, wheel):
    locked(wheel("fast", tag="cp39-cp39-manylinux2014_aarch64"))
    with pytest.raises(bundle_wheels.BundleError, match=r"has compiled code, .*: replace fast-1.0-cp39"):
        wheels()


def test_no_registry_is_one_line_and_leaves_no_cache(locked, wheel, monkeypatch, tmp_path):
    locked(wheel("codes"))
    output = "ERROR: Could not find a version\nERROR: No matching distribution found for codes==1.0\n"

    def fail(command, **_):
        return subprocess.CompletedProcess(command, 1, "", output)

    monkeypatch.setattr(bundle_wheels.subprocess, "run", fail)
    with pytest.raises(bundle_wheels.BundleError) as raised:
        wheels()
    assert str(raised.value) == (
        "requirements/lambda_vault.txt: codes==1.0 has no wheel for Python 3.9 on manylinux2014_aarch64, "
        "or no registry answers: choose a version that has one"
    )
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").iterdir())


def test_only_what_can_be_imported_is_unpacked(wheel, tmp_path):
    made = wheel("codes", **{"codes-1.0.data__purelib__more.py": "x = 1\n", "codes-1.0.data__scripts__run": ""})
    bundle_wheels.unpack([made], tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert found == {"codes/__init__.py", "codes-1.0.dist-info/METADATA", "more.py"}
    assert bundle_wheels.names_of(made) == {"codes", "more"}


def test_the_locks_name_no_registry_and_pins_with_hashes():
    locks = [*bundle_wheels.locks().values(), *bundle_wheels.locks("runtime_").values()]
    assert len(locks) > 1
    for lock in locks:
        assert "://" not in lock.read_text() and "--hash=sha256:" in lock.read_text()
        assert bundle_wheels.python_of(lock).startswith("3.")


def image_lock(tmp_path, text):
    lock = tmp_path / "requirements.txt"
    lock.write_text(text)
    return lock


def test_an_image_has_the_wheels_of_its_platform(locked, wheel, tmp_path):
    calls = locked(wheel("fast", tag="cp311-cp311-manylinux2014_aarch64"))
    lock = tmp_path / "requirements" / "lambda_vault.txt"
    first = bundle_wheels.wheels_for(lock, "3.11", bundle_wheels.GRAVITON)
    assert [path.name for path in first] == ["fast-1.0-cp311-cp311-manylinux2014_aarch64.whl"]
    bundle_wheels.wheels_for(lock, "3.11")
    assert bundle_wheels.wheels_for(lock, "3.11", bundle_wheels.GRAVITON) == first and len(calls) == 2
    assert "--platform=manylinux2014_aarch64" in calls[0]
    # This machine's: pip knows what it runs.
    assert not [word for word in calls[1] if word.startswith("--platform")] and "--python-version=3.11" in calls[1]


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_an_empty_lock_asks_nobody(locked, tmp_path, text):
    calls = locked()
    assert bundle_wheels.wheels_for(image_lock(tmp_path, text), "3.11") == [] and calls == []


@pytest.mark.parametrize(
    "text",
    [
        "codes==1.0\n",
        "codes>=1.0 --hash=sha256:" + "0" * 64,
        "codes==1.0 --hash=md5:" + "0" * 32,
        "codes==1.0 ; python_version < '3' --hash=sha256:" + "0" * 64,
        "-r other.txt\n",
        "--index-url https://example.com\n",
    ],
)
def test_a_lock_with_anything_but_pins_and_hashes_is_one_line(locked, tmp_path, text):
    calls = locked()
    with pytest.raises(bundle_wheels.BundleError, match=r"requirements.txt: .* is no pin with hashes: run") as raised:
        bundle_wheels.wheels_for(image_lock(tmp_path, text), "3.11")
    assert "\n" not in str(raised.value) and calls == []


def test_another_hash_than_the_locks_is_one_line(locked, wheel, tmp_path, monkeypatch):
    locked(wheel("codes"))
    output = (
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated\n"
        "    codes==1.0 from https://example.com/codes.whl:\n        Expected sha256 0\n             Got        1\n"
    )
    monkeypatch.setattr(
        bundle_wheels.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "", output)
    )
    with pytest.raises(bundle_wheels.BundleError, match=r"codes==1.0 has another hash than the lock") as raised:
        bundle_wheels.wheels_for(tmp_path / "requirements/lambda_vault.txt", "3.11")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("requires", ["codes", "Co_des >=2,<3", "codes[fast] (>=1)"])
def test_what_a_wheel_needs_is_in_the_lock(wheel, tmp_path, requires):
    lock = tmp_path / "requirements.txt"
    needy = wheel("needy", requires)
    with pytest.raises(bundle_wheels.BundleError, match=r"requirements.txt: needy needs co") as raised:
        bundle_wheels.require_whole(lock, [needy])
    assert "\n" not in str(raised.value)
    bundle_wheels.require_whole(lock, [needy, wheel("codes"), wheel("co_des")])
    bundle_wheels.require_whole(lock, [wheel("choosy", "codes ; python_version < '3'")])
