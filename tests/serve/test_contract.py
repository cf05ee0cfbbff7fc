"""The wire contract: the committed Python is what the proto file says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from assetgen.serve.rpc import asset_pb2 as pb
from scripts.make_rpc import HOME, PROTO, SOURCE, make_rpc


def test_the_committed_messages_are_those_of_the_proto_file() -> None:
    for name, text in make_rpc().items():
        assert (HOME / name).read_text(encoding="utf-8") == text, f"run scripts/make_rpc.py: {name} is stale"


def test_every_request_and_response_belongs_to_one_method() -> None:
    methods = pb.DESCRIPTOR.services_by_name["AssetService"].methods
    for method in methods:
        assert method.input_type.name == f"{method.name}Request"
        assert method.output_type.name == f"{method.name}Response"


def test_every_enum_starts_with_a_value_that_means_not_given() -> None:
    for enum in pb.DESCRIPTOR.enum_types_by_name.values():
        assert enum.values[0].name.endswith("_UNSPECIFIED")


def test_the_contract_follows_the_rules_of_its_trade() -> None:
    assert buf("lint") == ""


def test_the_contract_breaks_no_client_of_the_last_release() -> None:
    assert buf("breaking", "--against", "released.binpb") == ""


def test_the_check_for_breaking_changes_sees_one(tmp_path: Path) -> None:
    changed = tmp_path / "proto"
    shutil.copytree(PROTO, changed)
    proto = changed / SOURCE
    text = proto.read_text(encoding="utf-8")
    proto.write_text(text.replace("string request_id = 5;", "string request_number = 5;"), encoding="utf-8")
    assert "request_id" in buf("breaking", "--against", "released.binpb", folder=changed)


def buf(*arguments: str, folder: Path = PROTO) -> str:
    """Return what buf, which needs no network for this, finds wrong."""
    home = Path(sys.executable).parent
    program = shutil.which("buf", path=f"{home}{os.pathsep}{os.environ['PATH']}")
    assert program is not None, 'buf comes with the extra "dev"'
    result = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return result.stdout + result.stderr
