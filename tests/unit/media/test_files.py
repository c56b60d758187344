"""Sound files of every kind a person may have, and of kinds nobody should have."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.files import SoundReader, check_sound
from devcloud.model.errors import BadSound

TONE_HZ = 440


def tone(rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    at = np.arange(int(rate * seconds)) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * TONE_HZ * at)] * channels, axis=1)


def whole(path: Path, **options: float) -> np.ndarray:
    reader = SoundReader(str(path), **options)  # type: ignore[arg-type]
    blocks = []
    while more := reader.read(7):
        blocks += more
    reader.close()
    assert {len(block) for block in blocks} <= {BLOCK_BYTES}
    return np.frombuffer(b"".join(blocks), "<i2") / 32_768


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 48_000 / len(samples))


def refusal(path: Path | str) -> str:
    with pytest.raises(BadSound) as refused:
        check_sound(str(path))
    with pytest.raises(BadSound) as same:
        SoundReader(str(path))
    assert same.value.code == refused.value.code
    assert str(path) in refused.value.text()
    return refused.value.code


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize(
    ("channels", "subtype"), [(1, "PCM_16"), (2, "PCM_24"), (2, "FLOAT"), (1, "ULAW")]
)
def test_every_form_becomes_48_khz_mono(
    tmp_path: Path, rate: int, channels: int, subtype: str
) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(rate, 1.0, channels), rate, subtype=subtype)
    checked = check_sound(str(path))
    assert (checked.rate, checked.channels, checked.cut_off) == (rate, channels, False)
    assert checked.duration_s == pytest.approx(1.0)
    samples = whole(path)
    assert len(samples) == pytest.approx(48_000, abs=480)
    assert pitch(samples) == pytest.approx(TONE_HZ, abs=2)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_stereo_is_mixed_and_not_halved_away(tmp_path: Path) -> None:
    path = tmp_path / "left.wav"
    both = tone(48_000, 0.5, 2)
    both[:, 1] = 0
    soundfile.write(path, both, 48_000)
    assert np.abs(whole(path)).max() == pytest.approx(0.25, abs=0.01)


def test_from_and_loop(tmp_path: Path) -> None:
    path = tmp_path / "steps.wav"
    soundfile.write(path, np.repeat([0.1, 0.2, 0.3], 4_800), 48_000)
    later = whole(path, from_s=0.1)
    assert (len(later), round(float(later[0]), 2)) == (9_600, 0.2)
    assert len(whole(path, from_s=9.0)) == 0
    reader = SoundReader(str(path), from_s=0.7, loop=True)
    blocks = np.frombuffer(b"".join(reader.read(60)), "<i2")[::4_800] / 32_768
    assert [round(float(each), 1) for each in blocks] == [0.2, 0.3, 0.1, 0.2, 0.3, 0.1]
    reader.close()


def test_numbers_that_are_none_and_too_loud_are_tamed(tmp_path: Path) -> None:
    path = tmp_path / "wild.wav"
    wild = np.array([np.nan, np.inf, -np.inf, 7.0, -7.0] * 1_000, dtype=np.float32)
    soundfile.write(path, wild, 48_000, subtype="FLOAT")
    assert set(np.round(whole(path)[:5], 3)) == {0.0, 1.0, -1.0}


def test_cut_off_plays_what_it_has_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, tone(48_000, 1.0), 48_000)
    os.truncate(path, 44 + 48_000)
    assert check_sound(str(path)).cut_off
    assert len(whole(path)) == 24_000


@pytest.mark.parametrize("says", [0xFFFF_FFFF, 0x7FFF_FFF0])
def test_a_length_that_a_pipe_could_not_know_is_no_cut(tmp_path: Path, says: int) -> None:
    path = tmp_path / "pipe.wav"
    soundfile.write(path, tone(48_000, 0.5), 48_000)
    with path.open("r+b") as file:
        file.seek(40)
        file.write(struct.pack("<I", says))
    assert not check_sound(str(path)).cut_off
    assert len(whole(path)) == 24_000


def test_what_is_no_sound_is_refused_with_its_reason(tmp_path: Path) -> None:
    text, nothing, header = tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "c.wav"
    text.write_text("Bonjour, je suis un texte.\n" * 100)
    nothing.write_bytes(b"")
    soundfile.write(header, np.zeros(0), 48_000)
    flac = tmp_path / "d.flac"
    soundfile.write(flac, tone(48_000, 0.1), 48_000)
    os.mkfifo(tmp_path / "pipe")
    assert refusal(text) == "sound_not_wav"
    assert refusal(flac) == "sound_not_wav"
    assert refusal(nothing) == "sound_empty"
    assert refusal(header) == "sound_empty"
    assert refusal(tmp_path / "nobody.wav") == "sound_not_found"
    assert refusal(tmp_path) == "sound_unreadable"
    assert refusal(tmp_path / "pipe") == "sound_unreadable"
    assert refusal("\0.wav") == "sound_unreadable"


def test_unusual_forms_are_refused(tmp_path: Path) -> None:
    slow, many = tmp_path / "slow.wav", tmp_path / "many.wav"
    soundfile.write(slow, np.zeros(100), 50)
    soundfile.write(many, np.zeros((100, 64)), 48_000)
    assert refusal(slow) == "sound_unusual"
    assert refusal(many) == "sound_unusual"


def test_a_header_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, tone(48_000, 0.1), 48_000)
    good = path.read_bytes()
    for length in range(1, 44):
        path.write_bytes(good[:length])
        assert refusal(path) in ("sound_not_wav", "sound_empty")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_file_breaks_more_than_itself(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "fuzz.wav"
    soundfile.write(path, tone(8_000, 0.05), 8_000)
    broken = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, 60))
        broken[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path.write_bytes(broken)
    try:
        checked = check_sound(str(path))
        reader = SoundReader(str(path))
        assert len(reader.read(50)) <= 50
        reader.close()
        assert checked.duration_s > 0
    except BadSound as refused:
        assert refused.code.startswith("sound_")
