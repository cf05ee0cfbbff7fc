"""A worker with a GPU of its own builds on it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from assetgen.execute.base import Task
from assetgen.execute.desk import PoolLimits
from assetgen.execute.gpus import find_gpus
from assetgen.execute.pool import WorkerPool
from assetgen.project.order import BuildOrder
from assetgen.store.manifest import Manifest
from tests.bake.projects import Game
from tests.execute.house import House, play
from tests.project.folders import material

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


def test_each_gpu_is_found_by_its_uuid_and_its_worker_builds_on_it(tmp_path: Path) -> None:
    game = Game(tmp_path, {"a.prompt.toml": material("size = 512", 'targets = ["web"]')
                .replace('"stone"', '"red brick wall"')})  # fmt: skip
    order = BuildOrder(plan=game.plan()["a"], preview=True)
    gpus = find_gpus(os.environ)
    assert len(gpus) == torch.cuda.device_count()

    async def story(house: House) -> None:
        house.pool = WorkerPool(
            replace(game.settings, device="auto"),
            workers=None,
            on_event=house._hear,
            on_change=house._change,
            limits=PoolLimits(),
        )
        await house.pool.start()
        try:
            assert house.pool.size == len(gpus)
            house.pool.run(Task("a", order))
            built = await house.end("a")
            (path,) = built.answer.manifests.values()  # type: ignore[union-attr]
            assert Manifest.from_json(Path(path).read_bytes()).provenance["device"] == "cuda"
            assert house.pool.status()[0].device == torch.cuda.get_device_name()
        finally:
            await house.pool.close(grace_s=1.0)

    play(tmp_path, story)
