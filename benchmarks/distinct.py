"""Whether the library's materials differ: a small classifier tells them apart, and none is near another.

    python benchmarks/distinct.py                  every material, 24 seeds
    python benchmarks/distinct.py --seeds 8 --only granite --only marble

Each seed's maps are reduced to figures: quantiles of color, roughness, metallic, slope and height, what of lightness
and height lies in each octave along two axes and how lopsided and how peaked it is there, and how lightness, height
and roughness go together. A network with one hidden layer learns the materials on the odd seeds
and names those of the even seeds. Two materials are near-copies when a quarter of their pictures have their nearest
other picture among the other's.
"""

from __future__ import annotations

import argparse
import sys

import torch
from torch import Tensor, nn

from assetgen.backends.procedural.field.torus import Torus
from assetgen.backends.procedural.look import Look, resolve
from assetgen.backends.procedural.materials.table import RECIPES
from assetgen.imaging.color import linear_to_oklab

EDGE = 256
BAR = 0.97
NEAR = 0.25
EPOCHS = 400
_QUANTILES = torch.tensor([0.03, 0.25, 0.5, 0.75, 0.97])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--only", action="append", help="one material; may be repeated")
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = options.only or list(RECIPES)
    seeds = range(1, options.seeds + 1)
    table = torch.stack([torch.stack([features(name, seed) for seed in seeds]) for name in names])
    table = (table - table.mean(dim=(0, 1))) / table.std(dim=(0, 1)).clamp(min=1e-6)
    right, mistaken = classify(table, names)
    print(f"{right:.1%} of {len(names) * (options.seeds // 2)} unseen pictures named rightly (bar {BAR:.0%})")
    for pair, count in sorted(mistaken.items(), key=lambda item: -item[1])[:15]:
        print(f"  {pair[0]} taken for {pair[1]}: {count}")
    copies = near_copies(table, names)
    for one, other, share in copies[:10]:
        print(f"  {one} and {other}: {share:.0%} of the nearest pictures are the other's")
    return 0 if right >= BAR and all(share < NEAR for _, _, share in copies) else 1


def features(name: str, seed: int) -> Tensor:
    """Return the figures of one seed of a material."""
    recipe = RECIPES[name]
    torus = Torus(size=EDGE, seed=seed * 7919 + 13, tile_m=recipe.tile_m)
    with torch.inference_mode():
        look = Look(values=resolve(recipe.parameters, torus, traits={}, given={}))
        surface = recipe.draw(torus, look)
        lab = linear_to_oklab(surface.color, axis=0)
        slope_x = (surface.height_m.roll(-1, 1) - surface.height_m.roll(1, 1)) * (EDGE / 2 / torus.tile_m)
        slope_y = (surface.height_m.roll(-1, 0) - surface.height_m.roll(1, 0)) * (EDGE / 2 / torus.tile_m)
        height = surface.height_m / torus.tile_m
        fields = [*lab, surface.roughness, surface.metallic, slope_x.abs().log1p(), slope_y.abs().log1p()]
        fields.append(unit(height))
        figures = [torch.quantile(field.flatten(), _QUANTILES) for field in fields]
        figures += [octaves(lab[0]), octaves(height), bands(lab[0]), bands(height)]
        figures.append(together(lab[0], height, surface.roughness))
        glow = surface.emissive.amax() if surface.emissive is not None else torch.tensor(0.0)
        return torch.cat([*figures, glow.reshape(1).clamp(max=3.0)])


def octaves(field: Tensor) -> Tensor:
    """Return the log energy of a field in six octaves, along x and along y."""
    power = torch.fft.fft2(field - field.mean()).abs().square()
    axis = torch.fft.fftfreq(EDGE, 1 / EDGE).abs()
    ky, kx = axis[:, None].expand(EDGE, EDGE), axis[None].expand(EDGE, EDGE)
    radius = torch.sqrt(kx * kx + ky * ky)
    energies = []
    for octave in range(6):
        ring = (radius >= 2**octave * 2) & (radius < 2 ** (octave + 1) * 2)
        energies += [power[ring & (kx >= ky)].mean(), power[ring & (kx < ky)].mean()]
    return torch.log(torch.stack(energies) + 1e-9)


def bands(field: Tensor) -> Tensor:
    """Return skewness and kurtosis (log) of a field in each of six octaves: joints, pits and spots leave them."""
    spectrum = torch.fft.fft2(field - field.mean())
    axis = torch.fft.fftfreq(EDGE, 1 / EDGE)
    radius = torch.hypot(axis[:, None], axis[None])
    moments = []
    for octave in range(6):
        ring = (radius >= 2**octave * 2) & (radius < 2 ** (octave + 1) * 2)
        band = unit(torch.fft.ifft2(spectrum * ring).real)
        moments += [band.pow(3).mean().clamp(-4, 4), band.pow(4).mean().clamp(min=1).log()]
    return torch.stack(moments)


def together(*fields: Tensor) -> Tensor:
    """Return the correlation of every two fields."""
    units = [unit(field) for field in fields]
    return torch.stack([(one * other).mean() for i, one in enumerate(units) for other in units[:i]])


def unit(field: Tensor) -> Tensor:
    """Return a field with mean 0 and standard deviation 1; a constant one is 0."""
    return (field - field.mean()) / field.std().clamp(min=1e-6)


def classify(table: Tensor, names: list[str]) -> tuple[float, dict[tuple[str, str], int]]:
    """Return the share of even seeds named rightly by what the odd ones taught, and who was taken for whom."""
    torch.manual_seed(1)
    train, test = table[:, 0::2], table[:, 1::2]
    labels = torch.arange(len(names))
    known = labels.repeat_interleave(train.shape[1])
    net = nn.Sequential(nn.Linear(table.shape[2], 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, len(names)))
    optimizer = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=0.02)
    points = train.reshape(-1, table.shape[2])
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        noisy = points + torch.randn_like(points) * 0.1
        nn.functional.cross_entropy(net(noisy), known, label_smoothing=0.05).backward()
        optimizer.step()
    net.eval()
    with torch.inference_mode():
        told = net(test.reshape(-1, table.shape[2])).argmax(1).view(len(names), -1)
    mistaken: dict[tuple[str, str], int] = {}
    for own, row in enumerate(told.tolist()):
        for guess in row:
            if guess != own:
                pair = (names[own], names[guess])
                mistaken[pair] = mistaken.get(pair, 0) + 1
    return float((told == labels[:, None]).double().mean()), mistaken


def near_copies(table: Tensor, names: list[str]) -> list[tuple[str, str, float]]:
    """Return pairs by the share of their pictures whose nearest other picture is one of the other material."""
    seeds = table.shape[1]
    points = table.reshape(-1, table.shape[2])
    away = torch.cdist(points, points)
    away.fill_diagonal_(torch.inf)
    owner = away.argmin(1).view(len(names), seeds) // seeds
    shares = torch.stack([(owner == other).double().mean(1) for other in range(len(names))], 1)
    pairs = [
        (one, other, float(shares[i, j] + shares[j, i]) / 2)
        for i, one in enumerate(names)
        for j, other in enumerate(names[:i])
    ]
    return sorted(pairs, key=lambda pair: -pair[2])


if __name__ == "__main__":
    sys.exit(main())
