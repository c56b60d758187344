"""DevCloud's own 2023 machines on plain sockets, for the tests: the smallest shells there can be.

    today.py server --bind 10.77.0.1
    today.py client --bind 10.77.0.2 --server 10.77.0.1 --name Marc [--play a.wav] [--record b.wav]
                    [--on-call accept|reject|ignore]

Orders and events are those of `peer.py`. One thread, one loop; sound is 8 kHz WAV.
"""

import argparse
import json
import select
import socket
import sys
import time
import wave

import numpy as np
import soxr

from devcloud.media.voice2023.incoming import Incoming
from devcloud.media.voice2023.outgoing import Outgoing
from devcloud.wire.legacy2023 import happenings as told
from devcloud.wire.legacy2023.asking import Asking
from devcloud.wire.legacy2023.connection import Claim, Connection
from devcloud.wire.legacy2023.datagrams import PORT
from devcloud.wire.legacy2023.exchange import Exchange
from devcloud.wire.legacy2023.replies import Acknowledged, Address
from devcloud.wire.legacy2023.requests import DISCONNECT, GET, REG, encode_request

TICK_S = 0.010


def tell(event: str, **values: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Names(dict[str, str]):
    """A directory: names as they are."""

    def claim(self, name: str, address: str) -> Claim:
        return Claim.GRANTED if self.setdefault(name, address) is address else Claim.TAKEN

    def lookup(self, name: str) -> str | None:
        return self.get(name)

    def release(self, name: str) -> None:
        del self[name]


def serve(bind: str) -> None:
    names = Names()
    listener = socket.create_server((bind, 10000))
    tell("listening")
    connections: dict[socket.socket, Connection] = {}
    while True:
        for ready in select.select([listener, *connections], [], [])[0]:
            if ready is listener:
                accepted, source = listener.accept()
                connections[accepted] = Connection(names, str(source[0]))
                continue
            connection = connections[ready]
            try:
                data = ready.recv(65536)
            except OSError:
                data = b""
            ready.sendall(connection.receive(data, time.monotonic()))
            if connection.closing or not data:
                connection.lost()
                ready.close()
                del connections[ready]


class Client:
    """One person with the machines of today, speaking 2023."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.exchange = Exchange(options.name)
        self.asking = Asking()
        self.tcp = socket.create_connection(
            (options.server, 10000), timeout=1, source_address=(options.bind, 0)
        )
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((options.bind, PORT))
        self.outgoing, self.incoming = Outgoing(), Incoming()
        self.to_say = self._microphone(options.play)
        self.heard: list[bytes] = []
        self.orders = ""

    @staticmethod
    def _microphone(path: str) -> bytes:
        if not path:
            return b""
        with wave.open(path) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
        return np.rint(soxr.resample(sound, 8000, 48000)).astype("<i2").tobytes()

    def ask(self, command: str, name: str) -> Acknowledged | Address:
        """Ask the server, and wait."""
        self.tcp.sendall(self.asking.ask(command, name, time.monotonic()))
        while not (found := self.asking.receive(self.tcp.recv(1024), time.monotonic()).answers):
            self.asking.tick(time.monotonic())
        return found[0].reply

    def where_is(self, name: str) -> str | None:
        try:
            reply = self.ask(GET, name)
        except OSError:
            return None
        return reply.address if isinstance(reply, Address) else None

    def run(self) -> None:
        reply = self.ask(REG, self.options.name)
        tell("registered" if reply == Acknowledged(registered=True) else "refused")
        next_tick = time.monotonic()
        while True:
            readers = [self.udp, sys.stdin]
            pause = max(0.0, next_tick - time.monotonic())
            for ready in select.select(readers, [], [], pause)[0]:
                if ready is self.udp:
                    self.datagram()
                elif not self.order(sys.stdin.readline().split()):
                    return
            now = time.monotonic()
            if now >= next_tick:
                next_tick += TICK_S
                self.exchange.tick(now)
                self.speak(now)
            self.flush(now)

    def order(self, words: list[str]) -> bool:
        now = time.monotonic()
        match words:
            case ["call", name]:
                address = self.where_is(name)
                if address is None:
                    tell("unknown", name=name)
                else:
                    self.exchange.call(name, address, now)
            case ["close"]:
                self.exchange.hang_up(now)
                self.save("closed")
            case _:
                self.tcp.sendall(encode_request(DISCONNECT, self.options.name))
                return False
        return True

    def datagram(self) -> None:
        now = time.monotonic()
        data, source = self.udp.recvfrom(2048)
        voice = self.exchange.receive(data, source[0], now)
        if voice is not None:
            self.incoming.push(voice, now)

    def speak(self, now: float) -> None:
        """Ten milliseconds of the call, both ways."""
        if not self.exchange.may_speak(now):
            return
        block, self.to_say = self.to_say[:960], self.to_say[960:]
        if block and not self.to_say:
            tell("said_all")
        for datagram in self.outgoing.push(block + bytes(960 - len(block))):
            self.udp.sendto(datagram, (self.exchange.address, PORT))
        self.heard.append(self.incoming.pull())

    def flush(self, now: float) -> None:
        for happening in self.exchange.take_happenings():
            self.happened(happening, now)
        for datagram in self.exchange.take_datagrams(now):
            self.udp.sendto(datagram.data, (datagram.to, PORT))

    def happened(self, happening: told.Happening, now: float) -> None:
        match happening:
            case told.CallerToCheck(caller, source):
                self.exchange.identify(caller, source, self.where_is(caller), now)
            case told.Rang(caller):
                tell("ringing", name=caller)
                if self.options.on_call == "accept":
                    self.exchange.accept(now)
                    tell("in_call", name=caller)
                elif self.options.on_call == "reject":
                    self.exchange.hang_up(now)
            case told.Answered(peer):
                tell("accepted", name=peer)
            case told.Rejected(peer):
                tell("rejected", name=peer)
            case told.NoAnswer(peer):
                tell("no_answer", name=peer)
            case told.Closed():
                self.save("closed_by_peer")
            case told.Lost():
                self.save("lost")
            case told.TurnedAway(caller):
                tell("turned_away", name=caller)
            case told.Ignored(_, why, caller):
                tell(str(why), name=caller)
            case told.CallerGaveUp(peer):
                tell("gave_up", name=peer)

    def save(self, event: str) -> None:
        if self.options.record and self.heard:
            sound = np.frombuffer(b"".join(self.heard), "<i2").astype(np.float32)
            with wave.open(self.options.record, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(np.rint(soxr.resample(sound, 48000, 8000)).astype("<i2").tobytes())
        self.heard = []
        tell(event)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["server", "client"])
    parser.add_argument("--bind", required=True)
    parser.add_argument("--server", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--play", default="")
    parser.add_argument("--record", default="")
    parser.add_argument("--on-call", default="accept")
    options = parser.parse_args()
    if options.role == "server":
        serve(options.bind)
    Client(options).run()


if __name__ == "__main__":
    main()
