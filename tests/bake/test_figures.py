from __future__ import annotations

import pytest

from assetgen.bake.figures import Figure, poor_files, read_figures, read_levels

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


OF_FILES = {
    "albedo_psnr_db": 42.7,
    "albedo_psnr_db_mip1": 40.1,
    "albedo_psnr_db_mip2": 41.0,
    "albedo_seam": 0.8,
    "albedo_gpu_bytes": 1_400_000,
    "albedo_coverage": 0.345,
    "albedo_coverage_mip1": 0.347,
    "normal_psnr_db": 39.0,
    "normal_angle_mean_deg": 0.42,
    "normal_angle_mean_deg_mip1": 0.5,
    "normal_angle_p99_deg": 1.9,
    "normal_seam": 1.3,
    "normal_gpu_bytes": 1_400_000,
}


def test_figures_of_files_are_one_line_each_with_their_mips_in_a_note() -> None:
    assert line(OF_FILES, "Compressed albedo").note == "lowest of its mips 40.1 dB, at level 1"
    angle = line(OF_FILES, "Compressed normal, angle")
    assert (angle.value, angle.note) == ("0.42°", "99 % are within 1.90°")
    seam = line(OF_FILES, "Compressed seam")
    assert (seam.label, seam.value, seam.is_good) == ("Compressed seam, worst in normal", "1.30 ×", False)
    assert line(OF_FILES, "Alpha coverage").note == "0.20% off at most on its mips"
    assert line(OF_FILES, "In GPU memory").value == "2.8 MB"
    assert len(read_figures(OF_FILES)) == 6


def test_figures_of_levels_are_a_table() -> None:
    rows = {row.label: row.values for row in read_levels(OF_FILES)}
    assert rows == {
        "albedo, PSNR, dB": ("42.7", "40.1", "41.0"),
        "albedo, alpha coverage": ("34.5%", "34.7%"),
        "normal, mean angle error, °": ("0.42", "0.50"),
    }
