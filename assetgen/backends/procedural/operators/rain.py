"""Where rain takes what it finds: threads of water that run down from a source and dry."""

from __future__ import annotations

from torch import Tensor

from assetgen.backends.procedural.operators.height import blur, run_down, smoothstep
from assetgen.backends.procedural.operators.noise import spectral_noise
from assetgen.backends.procedural.operators.torus import Torus


def where_rain_runs(torus: Torus, name: str, source: Tensor, length_m: float) -> Tensor:
    """Return threads of water below a source, (N, N) 0..1, strongest where they begin.

    Args:
        torus: the tile.
        name: the random stream.
        source: (N, N) 0..1 where water stands.
        length_m: after which a thread has half its strength.
    """
    parted = spectral_noise(torus, f"{name}/parted", slope=1.0, low=16, stretch=(1.0, 16.0))
    broad = spectral_noise(torus, f"{name}/broad", slope=1.4, low=4, stretch=(1.0, 6.0))
    threads = smoothstep(-0.6, 1.5, parted * 0.7 + broad * 0.7)
    run = blur(torus, run_down(torus, source * threads, length_m), 0.0025, 0.012)
    return (run * (0.35 + 0.65 * threads)).clamp_(0, 1)
