"""The wire contract: the committed Python is what the proto file says."""

from __future__ import annotations

from assetgen.serve.rpc import asset_pb2 as pb
from scripts.make_rpc import HOME, make_rpc


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
