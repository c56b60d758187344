"""Recordings that are whole at any moment, and disks that are not."""

import os
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcloud.media.control import BLOCK_BYTES
from devcloud.media.recorder import MOST_WAITING, Recorder, WavWriter
from devcloud.media.wav import HEADER_BYTES, make_header, read_header
from devcloud.media.worker import Worker
from devcloud.model.errors import StorageFailed

SECOND = bytes(range(256)) * 375


def read(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        return file.readframes(file.getnframes())


def code_of(path: Path | str, **options: bool) -> str:
    with pytest.raises(StorageFailed) as failed:
        WavWriter(str(path), **options)
    assert str(path) in failed.value.text()
    return failed.value.code


def test_it_is_a_whole_file_from_the_first_second_on(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    writer = WavWriter(str(path))
    assert read(path) == b""
    for seconds in range(1, 4):
        writer.write(SECOND)
        assert read(path) == SECOND * seconds
    writer.write(b"ab")
    writer.close()
    writer.close()
    assert read(path) == SECOND * 3 + b"ab"


def test_append_finds_what_came_after_the_last_header(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    # As SIGKILL leaves it: a header of a second ago, and half a sample at the end.
    path.write_bytes(make_header(len(SECOND)) + SECOND + b"abcde")
    writer = WavWriter(str(path), append=True)
    writer.write(b"fg")
    writer.close()
    assert read(path) == SECOND + b"abcdfg"


def test_append_to_nothing_begins(tmp_path: Path) -> None:
    path, empty = tmp_path / "new.wav", tmp_path / "empty.wav"
    empty.write_bytes(b"")
    for each in (path, empty):
        writer = WavWriter(str(each), append=True)
        writer.write(b"ab")
        writer.close()
        assert read(each) == b"ab"


def test_append_leaves_what_is_not_ours_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "text.wav", tmp_path / "other.wav"
    text.write_text("Marc: …")
    with wave.open(str(other), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(b"abcd")
    before = text.read_bytes(), other.read_bytes()
    assert code_of(text, append=True) == "recording_not_ours"
    assert code_of(other, append=True) == "recording_not_ours"
    assert (text.read_bytes(), other.read_bytes()) == before


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert code_of(tmp_path / "no" / "where.wav") == "recording_not_writable"
    assert code_of(tmp_path) == "recording_not_writable"
    assert code_of("\0") == "recording_not_writable"


def test_the_largest_wav_file_is_said(tmp_path: Path) -> None:
    writer = WavWriter(str(tmp_path / "long.wav"))
    writer.data_bytes = 0xFFFF_FFFF - HEADER_BYTES - 1
    with pytest.raises(StorageFailed) as failed:
        writer.write(b"ab")
    assert failed.value.code == "recording_too_long"
    writer.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """256 KiB of disk."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root to mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_a_whole_file(small_disk: Path) -> None:
    path = small_disk / "heard.wav"
    writer = WavWriter(str(path))
    with pytest.raises(StorageFailed) as failed:
        for _ in range(10):
            writer.write(SECOND)
    assert failed.value.code == "recording_disk_full"
    kept = read(path)
    assert len(kept) > 2 * len(SECOND)
    assert (SECOND * 3).startswith(kept)
    assert not read_header(path).cut_off
    writer.close()


def test_the_size_limit_of_a_process_counts_as_a_full_disk(tmp_path: Path) -> None:
    # Needs no root: a file that may not grow is a disk that is full.
    program = f"""
import resource, signal
from devcloud.media.recorder import WavWriter
from devcloud.model.errors import StorageFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1001, 1001))
writer = WavWriter({str(tmp_path / "heard.wav")!r})
try:
    writer.write(bytes(2000))
except StorageFailed as failed:
    print(failed.code)
"""
    command = [os.sys.executable, "-c", program]  # type: ignore[attr-defined]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert said.strip() == "recording_disk_full"
    assert len(read(tmp_path / "heard.wav")) == 1001 - HEADER_BYTES - 1


async def test_a_recorder_writes_in_order_and_completes_on_close(tmp_path: Path) -> None:
    worker, path, failures = Worker("files"), tmp_path / "heard.wav", []
    recorder = Recorder(WavWriter(str(path)), worker, failures.append)
    blocks = [bytes([number % 256]) * BLOCK_BYTES for number in range(260)]
    for block in blocks:
        recorder.hear(block)
    await worker.run(recorder.close)
    await worker.run(recorder.close)
    assert read(path) == b"".join(blocks)
    assert failures == []


def test_a_disk_that_does_not_answer_ends_the_recording_once(tmp_path: Path) -> None:
    stuck: list[object] = []
    worker = Worker("stuck")
    worker.submit = stuck.append  # type: ignore[method-assign]
    failures: list[StorageFailed] = []
    writer = WavWriter(str(tmp_path / "heard.wav"))
    recorder = Recorder(writer, worker, failures.append)
    for _ in range(MOST_WAITING + 100):
        recorder.hear(bytes(BLOCK_BYTES))
    assert [failure.code for failure in failures] == ["recording_disk_slow"]
    recorder.close()
    assert read(tmp_path / "heard.wav") == b""
