"""A sound server of a test's own: a PulseAudio whose devices are real to PortAudio."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

TONE_HZ = 1000

needs_pulseaudio = pytest.mark.skipif(
    not (shutil.which("pulseaudio") and shutil.which("paplay")), reason="needs PulseAudio"
)

ALSA = """
pcm.!default { type pulse }
pcm.mic { type pulse device "mic.monitor" hint { show on description "mic" } }
pcm.ears { type pulse device "ears" hint { show on description "ears" } }
"""


# Nobody connects before all of it is done: what a program finds first are these devices.
START = """
load-module module-null-sink sink_name=mic rate=48000 channels=1
load-module module-null-sink sink_name=ears rate=48000 channels=1
set-default-source mic.monitor
set-default-sink ears
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
"""


class SoundServer:
    """A PulseAudio with two null sinks: what is played into `mic` is what the microphone hears,
    the system's own one. The system's speaker is `ears`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        socket = folder / "native"
        self.environment = {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_RUNTIME_PATH": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        (folder / "asound.conf").write_text(ALSA)
        (folder / "start.pa").write_text(START.format(socket=socket))
        self.start_server()

    def start_server(self) -> None:
        """Start it, or start it again."""
        self._process = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no"),
                *("--exit-idle-time=-1", "--disallow-exit"),
                *("-F", str(self.folder / "start.pa")),
            ],
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while self.run("pactl", "info").returncode:
            assert time.monotonic() < deadline, "the sound server does not come up"
            time.sleep(0.02)

    def run(self, *command: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, check=False
        )

    def start(self, *command: str, output: Path | None = None) -> "subprocess.Popen[bytes]":
        with (output or Path(os.devnull)).open("wb") as file:
            return subprocess.Popen(command, env=os.environ | self.environment, stdout=file)

    def add_device(self, name: str, sink: str) -> None:
        """Connect a speaker that leads to a sink."""
        hint = f'hint {{ show on description "{name}" }}'
        with (self.folder / "asound.conf").open("a") as file:
            file.write(f'pcm.{name} {{ type pulse device "{sink}" {hint} }}\n')

    def exchange_microphone(self, new: str) -> None:
        """`mic` goes, the speaker for a moment, too; another is the system's own microphone."""
        self.run("pactl", "unload-module", "module-null-sink")
        self.run("pactl", "load-module", "module-null-sink", f"sink_name={new}")
        self.run("pactl", "set-default-source", f"{new}.monitor")
        self.run("pactl", "load-module", "module-null-sink", "sink_name=ears")

    @property
    def recording(self) -> bool:
        """Whether a program has a microphone open; those of the test do not count."""
        return b"ALSA plug-in" in self.run("pactl", "list", "source-outputs").stdout

    @property
    def playing(self) -> bool:
        """Whether a program has a speaker open; those of the test do not count."""
        return b"ALSA plug-in" in self.run("pactl", "list", "sink-inputs").stdout

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def write_tone(path: Path, seconds: float, rate: int = 48_000) -> None:
    at = np.arange(int(rate * seconds)) / rate
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * TONE_HZ * at), rate, subtype="PCM_16")


def has_tone(pcm: bytes) -> bool:
    """Whether the last second is the tone: nine tenths of its energy within 20 Hz."""
    samples = np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], "<i2")[-48_000:]
    if len(samples) < 48_000 or not samples.any():
        return False
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / 48_000)
    return bool(spectrum[abs(hertz - TONE_HZ) < 20].sum() > 0.9 * spectrum.sum())


class Recorder:
    """What is played on a sink, from now on."""

    def __init__(self, server: SoundServer, sink: str) -> None:
        self._file = server.folder / f"{sink}.raw"
        self._server = server
        self._command = (
            *("parec", f"--device={sink}.monitor", "--raw", "--rate=48000", "--channels=1"),
            *("--latency-msec=50",),
        )

    def __enter__(self) -> "Recorder":
        self._program = self._server.start(*self._command, output=self._file)
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()

    @property
    def pcm(self) -> bytes:
        """Everything so far."""
        return self._file.read_bytes()

    async def until(self, accept: Callable[[bytes], bool]) -> bytes:
        """Return everything, as soon as it is as wanted."""
        async with asyncio.timeout(60):
            while not accept(pcm := self.pcm):
                await asyncio.sleep(0.05)
        return pcm


class Player:
    """A tone at a microphone, for as long as a test may take."""

    def __init__(self, server: SoundServer, sink: str) -> None:
        path = server.folder / "player.wav"
        write_tone(path, 300, rate=16_000)
        self._command = ("paplay", f"--device={sink}", str(path))
        self._server = server
        self._sink = sink

    async def heard(self) -> None:
        """Return when it is there."""
        with Recorder(self._server, self._sink) as there:
            await there.until(has_tone)

    def __enter__(self) -> "Player":
        self._program = self._server.start(*self._command)
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()
