from __future__ import annotations

import pytest

from assetgen.bake.figures import Figure, poor_files, read_figures

SOUND = {
    "tile_m": 2.0,
    "relief_m": 0.05,
    "albedo_p1": 38.0,
    "albedo_p50": 104.0,
    "albedo_p99": 201.0,
    "dielectric_p1": 38.0,
    "dielectric_p99": 201.0,
    "metal_p50": 200.0,
    "repetition": 0.064,
    "roughness_min": 0.42,
    "roughness_max": 0.93,
    "roughness_std": 0.081,
    "metallic_share": 0.25,
    "normal_mean_z": 0.81,
    "normal_length_error": 0.0039,
    "occlusion_min": 0.31,
    "seam_base_color": 0.62,
    "seam_height": 0.88,
    "albedo_psnr_db": 42.71,
}


def line(quality: dict[str, float], start: str) -> Figure:
    found = [figure for figure in read_figures(quality) if figure.label.startswith(start)]
    assert len(found) == 1
    return found[0]


def test_a_sound_material_keeps_every_limit() -> None:
    judged = [figure for figure in read_figures(SOUND) if figure.limit]
    assert len(judged) == 9
    assert all(figure.is_good for figure in judged)
    assert poor_files(SOUND) == 0


def test_figures_read_with_their_units_and_limits() -> None:
    seam = line(SOUND, "Seam")
    assert (seam.label, seam.value, seam.limit) == ("Seam, worst in height", "0.88 ×", "≤ 1.25 ×")
    assert "base color 0.62" in seam.note
    assert line(SOUND, "Base color").value == "38 / 104 / 201"
    assert line(SOUND, "Compressed albedo").value == "42.7 dB"
    assert line(SOUND, "Roughness spread").note == "from 0.42 to 0.93"
    assert line(SOUND, "Share of bare metal").value == "25%"


@pytest.mark.parametrize(
    ("name", "value", "start"),
    [
        ("seam_height", 1.26, "Seam"),
        ("repetition", 0.16, "Visible repetition"),
        ("dielectric_p1", 29.0, "Darkest non-metal"),
        ("dielectric_p99", 241.0, "Brightest non-metal"),
        ("metal_p50", 179.0, "Bare metal, median"),
        ("roughness_std", 0.029, "Roughness spread"),
        ("normal_mean_z", 0.59, "Normals, mean z"),
        ("normal_length_error", 0.009, "Normals, length"),
        ("albedo_psnr_db", 34.9, "Compressed albedo"),
    ],
)
def test_a_figure_beyond_its_limit_is_bad(name: str, value: float, start: str) -> None:
    figures = read_figures({**SOUND, name: value})
    assert [figure.is_good for figure in figures].count(False) == 1
    assert line({**SOUND, name: value}, start).is_good is False


def test_poorly_compressed_files_are_counted() -> None:
    assert (
        poor_files({"albedo_psnr_db": 34.9, "orm_psnr_db": 20.0, "normal_psnr_db": 44.0, "repetition": 0.1})
        == 2
    )


def test_an_unknown_figure_is_shown_without_a_judgement() -> None:
    assert read_figures({"sparkle_share": 0.125}) == (Figure(label="sparkle share", value="0.125"),)
