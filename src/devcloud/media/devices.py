"""Microphones and speakers through PortAudio: what there is, and streams of 10 ms blocks.

`sounddevice` is imported with the first use. A missing library, a missing device or one that
another program holds is MediaFailed with a sentence. Everything here may take a while and belongs
on a worker's thread; the blocks cross over in queues that never wait.

PortAudio looks for devices only when it is started, so `refresh` starts it again, for which every
stream must be closed; `list_afresh` asks a process of its own, and works in mid-call.
"""

import ctypes
import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from devcloud.media.control import BLOCK_SAMPLES, SAMPLE_RATE, Device
from devcloud.media.playout import SteadyQueue
from devcloud.media.sources import SILENT_BLOCK
from devcloud.model.errors import MediaFailed

DEAD_AFTER_S: Final = 3.0
"""A stream that has not called for so long has lost its device. An idle device of PulseAudio may
take 2 s to begin."""
PULSE_LATENCY_MS: Final = 30
"""Without it, PulseAudio gives programs that come through ALSA up to 2 s of delay."""
MOST_WAITING: Final = 20
_LIST_S: Final = 10.0
_CHANNELS: Final = (1, 2)


def _library() -> Any:
    """Return the module. Raises MediaFailed("device_library_missing")."""
    os.environ.setdefault("PULSE_LATENCY_MSEC", str(PULSE_LATENCY_MS))
    if not _alsa_is_set_up():
        raise MediaFailed("device_library_missing")
    try:
        import sounddevice  # noqa: PLC0415 (a quarter of a second, and it may be missing)
    except OSError as error:
        raise MediaFailed("device_library_missing") from error
    return sounddevice


def _alsa_is_set_up() -> bool:
    """Whether ALSA has its files: without any, as in some containers, PortAudio aborts the whole
    process instead of finding no device (19.6, PaAlsa_Initialize)."""
    if not sys.platform.startswith("linux"):
        return True
    files = os.environ.get("ALSA_CONFIG_PATH")
    if not files:
        try:
            directory = ctypes.CDLL("libasound.so.2").snd_config_topdir
        except (OSError, AttributeError):
            return True  # PortAudio may be another one, which does not need it.
        directory.restype = ctypes.c_char_p
        files = os.fsdecode(directory() + b"/alsa.conf")
    return any(Path(file).is_file() and Path(file).stat().st_size for file in files.split(":"))


def list_devices() -> list[Device]:
    """Return the devices PortAudio knew when it was started; those of one name are one."""
    library = _library()
    found: dict[str, Device] = {}
    inputs, outputs = library.default.device
    for index, each in enumerate(library.query_devices()):
        name = str(each["name"])
        before = found.get(name, Device(name=name, inputs=0, outputs=0))
        found[name] = Device(
            name=name,
            inputs=max(before.inputs, int(each["max_input_channels"])),
            outputs=max(before.outputs, int(each["max_output_channels"])),
            is_default_input=before.is_default_input or index == inputs,
            is_default_output=before.is_default_output or index == outputs,
        )
    return list(found.values())


def list_afresh() -> list[Device]:
    """Return the devices there are now, whatever streams are open.

    Raises MediaFailed: device_library_missing, or device_list when the search itself fails.
    """
    try:
        search = subprocess.run(
            [sys.executable, "-P", "-m", "devcloud.media.devices"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_S,
            check=True,
        )
        return msgspec.msgpack.decode(search.stdout, type=list[Device])
    except subprocess.CalledProcessError as error:
        missing = error.returncode == _EXIT_MISSING
        raise MediaFailed("device_library_missing" if missing else "device_list") from error
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
        raise MediaFailed("device_list") from error


def devices_hint() -> object:
    """Return something that changes when a sound card comes or goes, as far as the system shows it
    for nothing; anything that is equal to itself otherwise."""
    try:
        return Path("/dev/snd").stat().st_mtime_ns
    except OSError:
        return None


def refresh() -> None:
    """Look for devices again. Every stream must be closed."""
    library = _library()
    # PortAudio has no other way, and sounddevice no public name for this one.
    library._terminate()
    library._initialize()


class _Stream:
    """What the two directions have in common."""

    def __init__(self, kind: str, device: str) -> None:
        self._library = _library()
        self.kind = kind
        self.queue = SteadyQueue(SILENT_BLOCK, MOST_WAITING, trim=True)
        self._channels = 1
        self._called_at = time.monotonic()
        index, self.device = self._find(device)
        self._stream = self._open(index)

    @property
    def alive(self) -> bool:
        """Whether the device still takes or gives sound."""
        return bool(self._stream.active) and time.monotonic() - self._called_at < DEAD_AFTER_S

    def close(self) -> None:
        """Let the device go. May be called again."""
        self._stream.close(ignore_errors=True)

    def _find(self, name: str) -> tuple[int, str]:
        key = f"max_{self.kind}_channels"
        devices = list(enumerate(self._library.query_devices()))
        for index, each in devices:
            if name and each["name"] == name and each[key] > 0:
                return index, name
        if name:
            raise MediaFailed("device_not_found", detail=name)
        index = self._library.default.device[0 if self.kind == "input" else 1]
        for number, each in devices:
            if each[key] > 0 and index in (number, -1):
                return number, str(each["name"])
        microphone = self.kind == "input"
        raise MediaFailed("device_no_microphone" if microphone else "device_no_speaker")

    def _open(self, index: int) -> Any:
        make = getattr(self._library, f"Raw{self.kind.capitalize()}Stream")
        for channels in _CHANNELS:
            self._channels = channels
            try:
                stream = make(
                    samplerate=SAMPLE_RATE,
                    blocksize=BLOCK_SAMPLES,
                    device=index,
                    channels=channels,
                    dtype="int16",
                    latency="low",
                    callback=self._called,
                )
                stream.start()
            except self._library.PortAudioError as error:
                # Some cards have no mono: once more with two channels.
                failure = error
                if _is_forbidden(error):
                    raise MediaFailed("device_forbidden", detail=self.device) from error
                continue
            self._called_at = time.monotonic()
            return stream
        raise MediaFailed("device_failed", detail=self.device) from failure

    def _called(self, data: Any, frames: int, _time: Any, _status: Any) -> None:
        """Take or give a block: on PortAudio's thread, so be short."""
        raise NotImplementedError


def _is_forbidden(error: Exception) -> bool:
    """Whether the system does not let this program have the device. PortAudio has no code of its
    own for that: its error carries, last, the system's number and words."""
    system = error.args[2] if len(error.args) > 2 else None
    if not isinstance(system, tuple):
        return False
    return not {-errno.EACCES, -errno.EPERM}.isdisjoint(system) or any(
        "ermission denied" in str(each) for each in system
    )


class Microphone(_Stream):
    """An open microphone; its blocks are in `queue`.

    Raises MediaFailed: device_library_missing, device_not_found, device_no_microphone,
    device_failed.
    """

    def __init__(self, device: str) -> None:
        super().__init__("input", device)

    def _called(self, data: Any, frames: int, _time: Any, _status: Any) -> None:
        self._called_at = time.monotonic()
        if frames == BLOCK_SAMPLES:
            block = bytes(data)
            one = self._channels == 1
            self.queue.put(block if one else memoryview(block).cast("h")[::2].tobytes())


class Speaker(_Stream):
    """An open speaker; it plays the blocks of `queue`. Raises like Microphone."""

    def __init__(self, device: str) -> None:
        super().__init__("output", device)

    def _called(self, data: Any, frames: int, _time: Any, _status: Any) -> None:
        self._called_at = time.monotonic()
        block = self.queue.take() if frames == BLOCK_SAMPLES else bytes(2 * frames)
        data[:] = block if self._channels == 1 else _twice(block)


class OpenStream(Protocol):
    """A microphone or a speaker, as its user sees it."""

    queue: SteadyQueue
    device: str

    @property
    def alive(self) -> bool:
        """Whether the device still takes or gives sound."""

    def close(self) -> None:
        """Let the device go."""


def _twice(block: bytes) -> bytes:
    """Return the samples for two channels."""
    both = bytearray(2 * len(block))
    samples = memoryview(both).cast("h")
    samples[::2] = samples[1::2] = memoryview(block).cast("h")
    return bytes(both)


_EXIT_MISSING: Final = 3


def _main() -> None:
    try:
        sys.stdout.buffer.write(msgspec.msgpack.encode(list_devices()))
    except MediaFailed:
        sys.exit(_EXIT_MISSING)


if __name__ == "__main__":
    _main()
