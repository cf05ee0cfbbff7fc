"""The public face: every name is where it says, and none is imported before it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import assetgen


@pytest.mark.parametrize("name", assetgen.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(assetgen, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'backe'"):
        assetgen.backe  # noqa: B018


def test_the_names_listed_are_the_names_that_have_a_home() -> None:
    assert set(assetgen.__all__) == {*assetgen._HOMES, "__version__"}


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, assetgen; print([name for name in sys.modules if name.startswith('assetgen.')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
