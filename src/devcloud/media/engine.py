"""libwebrtc, tamed: the only file that knows the media engine (`reactor_webrtc`).

An `Engine` is one per process and makes `Path`s; a `Path` is one peer connection with one sound
in each direction. Calling order: `offer` then `take_answer`, or `answer`; candidates at any time;
`push` a block every 10 ms; `close` once. Refuses to know where sound comes from and goes to.

What the engine taught:
- one factory per process; the observer's callbacks are set before the connection is made;
- callbacks come on native threads: each is handed over with `call_soon_threadsafe`, except the
  decoded sound, whose receiver promises to be short;
- there is no close: a connection ends when its last reference goes. A transceiver that outlives
  its connection is a segmentation fault, so none is ever kept, and `close` lets go of callbacks,
  tracks and connection in this order;
- candidates that come before the remote description raise, so they wait, bounded;
- blocks of pure silence are not delivered.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final, Protocol

import reactor_webrtc as rtc
from reactor_webrtc import reactor_webrtc as native  # type: ignore[attr-defined]

from devcloud.media import sdp
from devcloud.media.control import SAMPLE_RATE, PathState
from devcloud.media.loopback import show_loopback
from devcloud.media.quality import Counters
from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling.bodies import IceCandidate

MOST_WAITING_CANDIDATES: Final = 64
_TRACK_ID: Final = "voice"
_LIBRARY: Final[str] = native.__file__

_STATES: Final = (
    (rtc.PeerConnectionState.Connected, PathState.CONNECTED),
    (rtc.PeerConnectionState.Disconnected, PathState.DISCONNECTED),
    (rtc.PeerConnectionState.Failed, PathState.FAILED),
)


class PathEvents(Protocol):
    """What a path tells its owner. All but `block_arrived` come on the loop's thread."""

    def candidate_found(self, candidate: IceCandidate) -> None:
        """A way to reach this side."""

    def gathering_ended(self) -> None:
        """There will be no more candidates."""

    def state_changed(self, state: PathState) -> None:
        """The path came up, wavers, or is lost."""

    def block_arrived(self, block: bytes) -> None:
        """10 ms that are not pure silence, on the engine's playout thread: be short."""


class Engine:
    """The factory of paths. Make one per process, on the thread of the running loop."""

    def __init__(self) -> None:
        self.name = f"reactor-webrtc {version('reactor-webrtc')}"
        self._factory = rtc.PeerConnectionFactory()

    def make_path(self, events: PathEvents, stun: list[str]) -> "Path":
        """Return a new path that may use these STUN servers (`stun:host:port`).

        Raises ProtocolViolation("path_stun") when the engine takes none of them for an address.
        """
        show_loopback(_LIBRARY)
        hand_over = _HandOver(asyncio.get_running_loop(), events)
        config = rtc.RtcConfiguration(
            ice_servers=[rtc.IceServer(urls=stun)] if stun else [],
            bundle_policy=rtc.BundlePolicy.MaxBundle,
            frame_metadata=False,
        )
        try:
            connection = self._factory.create_peer_connection(config, hand_over.observer())
        except (RuntimeError, ValueError) as error:
            raise ProtocolViolation("path_stun") from error
        track = self._factory.create_audio_track_with_local_source(_TRACK_ID)
        return Path(hand_over, connection, track)


@dataclass
class _HandOver:
    """Carries what native threads say to the loop, until it is cut.

    The observer's callbacks hold this and never the path, so that no cycle goes through the
    engine and keeps a connection alive.
    """

    loop: asyncio.AbstractEventLoop
    events: PathEvents | None
    remote: list[rtc.Track] = field(default_factory=list)

    def observer(self) -> rtc.PeerConnectionObserver:
        observer = rtc.PeerConnectionObserver()
        observer.on_ice_candidate = self._candidate
        observer.on_ice_gathering_change = self._gathering
        observer.on_connection_state_change = self._state
        observer.on_track = self._track
        return observer

    def cut(self) -> None:
        self.events = None
        for track in self.remote:
            track.on_audio_frame(_ignore)
        self.remote.clear()

    def _post(self, say: Callable[[PathEvents], None]) -> None:
        def on_loop() -> None:
            if self.events is not None:
                say(self.events)

        # After the loop has closed nobody listens any more; the process is about to end.
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(on_loop)

    def _candidate(self, found: rtc.IceCandidate) -> None:
        candidate = IceCandidate(
            candidate=found.candidate, mid=found.sdp_mid or "", index=found.sdp_mline_index or 0
        )
        self._post(lambda events: events.candidate_found(candidate))

    def _gathering(self, state: rtc.IceGatheringState) -> None:
        if state == rtc.IceGatheringState.Complete:
            self._post(lambda events: events.gathering_ended())

    def _state(self, native: rtc.PeerConnectionState) -> None:
        for theirs, ours in _STATES:
            if native == theirs:
                self._tell_state(ours)

    def _tell_state(self, state: PathState) -> None:
        self._post(lambda events: events.state_changed(state))

    def _track(self, kind: rtc.MediaKind, track: rtc.Track) -> None:
        # The callback comes while the remote description is being set, before any sound.
        if kind == rtc.MediaKind.Audio and self.events is not None and not self.remote:
            self.remote.append(track)
            track.on_audio_frame(self._block)

    def _block(self, pcm: bytes, _rate: int, channels: int, _frames: int) -> None:
        events = self.events
        if events is not None:
            events.block_arrived(pcm if channels == 1 else _left(pcm, channels))


def _ignore(_pcm: bytes, _rate: int, _channels: int, _frames: int) -> None:
    """Stand where a callback was."""


def _left(pcm: bytes, channels: int) -> bytes:
    """Return the first channel: the engine mixes mono only as long as the sender is mono."""
    return memoryview(pcm).cast("h")[::channels].tobytes()


class Path:
    """One peer connection. Every coroutine raises ProtocolViolation for what it cannot use."""

    def __init__(
        self, hand_over: _HandOver, connection: rtc.PeerConnection, track: rtc.Track
    ) -> None:
        self._hand_over = hand_over
        self._connection: rtc.PeerConnection | None = connection
        self._track: rtc.Track | None = track
        self._waiting: list[IceCandidate] = []
        self._described = False
        self._sends_red = False
        self._receives_red = False

    async def offer(self) -> str:
        """Return the description to send; candidates are found from now on."""
        connection = self._open()
        connection.add_track(self._sound())
        description = await connection.create_offer()
        await connection.set_local_description(description)
        return self._sent(description.sdp)

    async def answer(self, offer: str) -> str:
        """Take the other side's offer and return the answer to send."""
        connection = self._open()
        await self._describe("offer", offer)
        connection.add_track(self._sound())
        description = await connection.create_answer()
        await connection.set_local_description(description)
        return self._sent(description.sdp)

    async def take_answer(self, answer: str) -> None:
        """Take the other side's answer to `offer`."""
        await self._describe("answer", answer)

    async def add_candidates(self, candidates: list[IceCandidate]) -> None:
        """Try these ways to the other side; before its description they wait."""
        self._waiting += candidates[: MOST_WAITING_CANDIDATES - len(self._waiting)]
        if not self._described:
            return
        waiting, self._waiting = self._waiting, []
        refusal: ProtocolViolation | None = None
        for each in waiting:
            try:
                await self._add(each)
            except ProtocolViolation as error:
                # The others may be good.
                refusal = error
        if refusal is not None:
            raise refusal

    def push(self, block: bytes) -> None:
        """Send 10 ms."""
        if self._track is not None:
            self._track.push_pcm(block, SAMPLE_RATE, 1)

    async def counters(self) -> Counters:
        """Return the engine's running totals."""
        report = await self._open().get_stats()
        return _counters(report, self.codec)

    async def hold_at_least(self, delay_s: float | None) -> None:
        """Let the jitter buffer hold what arrives for so long at least; None lets it choose."""
        for transceiver in await self._open().transceivers():
            await transceiver.set_jitter_buffer_minimum_delay(delay_s)

    @property
    def codec(self) -> str:
        """How the voice travels: `opus+red` when both directions carry every block twice."""
        if not self._described:
            return ""
        return "opus+red" if self._sends_red and self._receives_red else "opus"

    def close(self) -> None:
        """End the path. No event comes after it."""
        self._hand_over.cut()
        self._track = None
        self._connection = None
        self._waiting.clear()

    def _open(self) -> rtc.PeerConnection:
        if self._connection is None:
            raise RuntimeError("the path is closed")
        return self._connection

    def _sound(self) -> rtc.Track:
        if self._track is None:
            raise RuntimeError("the path is closed")
        return self._track

    def _sent(self, description: str) -> str:
        edited = sdp.edit(description)
        self._receives_red = sdp.prefers_red(edited)
        return edited

    async def _describe(self, kind: str, text: str) -> None:
        sdp.check(text)
        try:
            await self._open().set_remote_description(rtc.SessionDescription(kind, text))
        except (RuntimeError, ValueError) as error:
            raise ProtocolViolation("path_description") from error
        self._described = True
        self._sends_red = sdp.prefers_red(text)
        await self.add_candidates([])

    async def _add(self, each: IceCandidate) -> None:
        native = rtc.IceCandidate(each.candidate, each.mid or None, each.index)
        try:
            await self._open().add_ice_candidate(native)
        except (RuntimeError, ValueError) as error:
            raise ProtocolViolation("path_candidate") from error


def _counters(report: rtc.StatsReport, codec: str) -> Counters:
    inbound = next(iter(report.inbound_rtp), None)
    outbound = next(iter(report.outbound_rtp), None)
    # The pair in use is the nominated one that has carried most.
    pairs = [pair for pair in report.candidate_pairs if pair.nominated]
    pair = max(pairs, key=lambda each: each.packets_received, default=None)
    relayed = pair is not None and pair.local_candidate_type == rtc.IceCandidateType.Relay
    return Counters(
        codec=codec,
        path="" if pair is None else "relayed" if relayed else "direct",
        packets_received=inbound.packets_received if inbound else 0,
        packets_lost=inbound.packets_lost if inbound else 0,
        bytes_received=inbound.bytes_received if inbound else 0,
        jitter_s=inbound.jitter_s if inbound else 0.0,
        jitter_buffer_delay_s=inbound.jitter_buffer_delay_s if inbound else 0.0,
        jitter_buffer_emitted=inbound.jitter_buffer_emitted_count if inbound else 0,
        packets_sent=outbound.packets_sent if outbound else 0,
        bytes_sent=outbound.bytes_sent if outbound else 0,
        remote_packets_lost=outbound.packets_lost if outbound else 0,
        rtt_s=_round_trip(outbound, pair),
    )


def _round_trip(
    outbound: rtc.OutboundRtpStats | None, pair: rtc.IceCandidatePairStats | None
) -> float | None:
    """Return RTCP's round trip once there is one, else the one of ICE's checks."""
    if outbound is not None and outbound.round_trip_time_s > 0:
        return outbound.round_trip_time_s
    if pair is not None and pair.total_round_trip_time_s > 0:
        return pair.current_round_trip_time_s
    return None
