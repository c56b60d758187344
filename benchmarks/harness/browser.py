"""Browsers as people: Chromium with a file for a microphone, and a page that keeps what it hears.

The page has the project's client and none of its pages. What comes out of a call is taken where the
loudspeaker would get it, by Web Audio, in blocks of 128 samples at 48 kHz.
"""

import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.harness.processes import BenchmarkFailed, hurrying

RATE = 48_000
BLOCK = 128
WAIT_MS = 60_000
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
_HEARD = """window.heard = [];
const recorder = URL.createObjectURL(new Blob([`
registerProcessor('recorder', class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples) this.port.postMessage(samples.slice());
    return true;
  }
})`], { type: 'text/javascript' }));
const Plain = RTCPeerConnection;
window.RTCPeerConnection = class extends Plain {
  constructor(...how) {
    super(...how);
    this.addEventListener('track', async ({ track }) => {
      const context = new AudioContext({ sampleRate: 48000 });
      await context.audioWorklet.addModule(recorder);
      const node = new AudioWorkletNode(context, 'recorder');
      node.port.onmessage = ({ data }) => window.heard.push(data);
      context.createMediaStreamSource(new MediaStream([track])).connect(node)
        .connect(context.destination);
    });
  }
};"""
_SIGN_IN = """async ([name]) => {
  const { Client } = await import('/client.js');
  const { openStore } = await import('/store.js');
  const media = { echoCancellation: false, noiseSuppression: false, autoGain: false };
  const options = { name, store: await openStore(), language: 'en', media };
  const client = (window.client = await Client.open(options));
  client.addEventListener('rang', ({ detail }) => (window.call = detail).accept());
  window.call = [...client.calls.values()][0];
}"""
_KEPT = """() => {
  const all = new Int16Array(heard.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const block of heard) for (const sample of block) all[at++] = 32767 * sample;
  const bytes = new Uint8Array(all.buffer);
  let text = '';
  for (let from = 0; from < bytes.length; from += 32768)
    text += String.fromCharCode(...bytes.subarray(from, from + 32768));
  return btoa(text);
}"""


def lacking() -> str:
    """Return what is missing to have a browser, or nothing."""
    if find_spec("playwright") is None:
        return "the package playwright is not installed"
    return "" if shutil.which("chromium") else "chromium is not installed"


class Tab:
    """A page of somebody's own browser. Answers every call at once."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page = page
        self._origin = origin

    async def come(self, name: str) -> None:
        """Open a page of the server's origin that does nothing, and sign in."""
        await self.page.goto(f"{self._origin}/words/en.txt")
        await self.page.evaluate(_SIGN_IN, [name])

    async def until(self, holds: str, within_ms: float = WAIT_MS) -> None:
        """Wait until `holds` (JavaScript) is true. Raises BenchmarkFailed."""
        # The page's own rules forbid what Playwright's waiting does (eval).
        look = f"""new Promise((resolve) => {{
          const until = performance.now() + {within_ms};
          const look = () => {{
            if ({holds}) resolve(true);
            else if (performance.now() > until) resolve(false);
            else setTimeout(look, 5);
          }};
          look();
        }})"""
        if not await self.page.evaluate(look):
            raise BenchmarkFailed(f"a page waited in vain for {holds}")

    async def call(self, whom: str) -> None:
        """Call somebody who is there, and talk."""
        await self.until(f"client.people.some(({{ name }}) => name === '{whom}')")
        await self.page.evaluate(f"window.call = client.call('{whom}'), 0")
        await self.talk()

    async def talk(self) -> None:
        """Wait until somebody is spoken to."""
        await self.until("window.call?.state === 'active'")

    async def heard_for(self, seconds: float) -> None:
        """Wait until so much was heard, silence counted. Raises BenchmarkFailed."""
        blocks = round(seconds * RATE / BLOCK)
        await self.until(f"heard.length >= {blocks}", WAIT_MS + 1000 * seconds)

    async def keep(self, path: Path) -> None:
        """Write what was heard so far to a WAV file."""
        pcm = base64.b64decode(await self.page.evaluate(_KEPT))
        soundfile.write(path, np.frombuffer(pcm, "<i2"), RATE, subtype="PCM_16")


@asynccontextmanager
async def chromium(microphone: Path | None, origin: str) -> AsyncIterator[Tab]:
    """Run a browser with one page; `microphone` is a WAV file that begins with each capture."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 (not there for everybody)

    file = [f"--use-file-for-fake-audio-capture={microphone}"] if microphone else []
    async with AsyncExitStack() as stack:
        with hurrying():
            engine = await stack.enter_async_context(async_playwright())
            browser = await engine.chromium.launch(
                executable_path=shutil.which("chromium"), args=[*FLAGS, *file]
            )
        try:
            # A worklet of the benchmark's own is against the page's rules.
            context = await browser.new_context(locale="en-GB", bypass_csp=True)
            page = await context.new_page()
            await page.add_init_script(_HEARD)
            yield Tab(page, origin)
        finally:
            await browser.close()
