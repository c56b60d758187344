"""A client and a server of 2023, for the tests: written from docs/legacy-2023.md and nothing else.

They do what the programs of that time did, in the way they did it: threads, blocking sockets, one
`recv(1024)` for each message, two readers of one UDP socket, voice told from text by trying to
decode it. Their faults are kept, and each is marked HABIT, with what it does to others. Two things
are not of that time, so that a test can use them: WAV files take the place of the sound card, and
the address to bind is an option.

Nothing of DevCloud is imported here.

    peer.py server --bind 10.0.0.1 [--port 10000]
    peer.py client --bind 10.0.0.2 --server 10.0.0.1 --name Marc [--play a.wav] [--record b.wav]
                   [--on-call accept|reject|ignore] [--start-as NAME]

A client reads orders from standard input, one a line: `call NAME`, `close`, `quit` (DISCONNECT and
end), `die` (end without a word). Both print what happens as one JSON object a line.
"""

import argparse
import contextlib
import json
import os
import socket
import sys
import threading
import time
import wave
from collections import deque

VOICE_PORT = 5001
BLOCK = 1024
BLOCK_S = 0.064


def tell(event: str, **values: object) -> None:
    # In one piece: several threads tell.
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class SoundCard:
    """A WAV file for a microphone and one for a speaker: 8 kHz, mono, 16 bit."""

    def __init__(self, play: str, record: str) -> None:
        self._to_say = b""
        if play:
            with wave.open(play) as file:
                self._to_say = file.readframes(file.getnframes())
        self._record = record
        self._speaker: deque[bytes] = deque()
        self._heard: list[bytes] = []

    def read(self) -> bytes:
        """One block of the microphone: digital silence when there is nothing more to say.

        HABIT: sent as it is. A block that is valid UTF-8 is dropped by the other side.
        """
        block, rest = self._to_say[:BLOCK], self._to_say[BLOCK:]
        if block and not rest:
            tell("said_all")
        self._to_say = rest
        return block + bytes(BLOCK - len(block))

    def write(self, block: bytes) -> None:
        """HABIT: an endless queue. Once something was late, the delay stays."""
        self._speaker.append(block)

    def tick(self) -> None:
        """The speaker takes a block every 64 ms, or plays silence."""
        self._heard.append(self._speaker.popleft() if self._speaker else bytes(BLOCK))

    def save(self) -> None:
        if self._record:
            with wave.open(self._record, "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(b"".join(self._heard))


class Client:
    """One person of 2023."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.name = options.name
        self.start_as = options.start_as or options.name
        self.on_call = options.on_call
        self.card = SoundCard(options.play, options.record)
        self.peer: str | None = None
        self.waiting = False
        self.running = True
        self.tcp_lock = threading.Lock()
        self.tcp = socket.create_connection(
            (options.server, options.port), timeout=1, source_address=(options.bind, 0)
        )
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((options.bind, VOICE_PORT))
        # HABIT: one timeout for all who read this socket.
        self.udp.settimeout(0.25)

    # ── the server ───────────────────────────────────────────────────────────────────────────────

    def ask(self, command: str, name: str) -> dict[str, str]:
        with self.tcp_lock:
            self.tcp.sendall(json.dumps({"command": command, "name": name}).encode())
            # HABIT: whatever one recv gives is one reply. Something behind it would raise here.
            reply: dict[str, str] = json.loads(self.tcp.recv(1024).decode())
            return reply

    def register(self) -> bool:
        ack = self.ask("REG", self.name)["ack"]
        tell("registered" if ack == "Registered successfully" else "refused", ack=ack)
        return ack == "Registered successfully"

    def where_is(self, name: str) -> str:
        try:
            return self.ask("GET", name)["ip"]
        except (OSError, ValueError, KeyError):
            # The server is gone, or speaks nonsense: then nobody can be found.
            return "None"

    # ── calling ──────────────────────────────────────────────────────────────────────────────────

    def call(self, name: str) -> None:
        address = self.where_is(name)
        if address == "None":
            tell("unknown", name=name)
            return
        self.waiting = True
        self.send("START " + self.start_as, address)
        self.wait_for_answer(name, address)
        self.waiting = False

    def wait_for_answer(self, name: str, address: str) -> None:
        """HABIT: this is the second reader of the socket; the listener still reads it, too, and
        what the one gets the other never sees."""
        end = time.monotonic() + 7
        while time.monotonic() < end:
            try:
                data, source = self.udp.recvfrom(1024)
                text = data.decode()
            except (TimeoutError, UnicodeDecodeError):
                continue
            if source[0] != address:
                continue
            if text == "ACCEPT":
                self.begin(address)
                tell("accepted", name=name)
                return
            if text == "REJECT":
                tell("rejected", name=name)
                return
        tell("no_answer", name=name)

    def send(self, text: str, address: str) -> None:
        self.udp.sendto(text.encode(), (address, VOICE_PORT))

    # ── listening ────────────────────────────────────────────────────────────────────────────────

    def listen(self) -> None:
        while self.running:
            try:
                # HABIT: what is longer than 1024 bytes is cut.
                data, source = self.udp.recvfrom(1024)
            except TimeoutError:
                continue
            except OSError:
                return
            try:
                text = data.decode()
            except UnicodeDecodeError:
                # HABIT: only what is not UTF-8 is voice, and from whom it comes is not asked.
                if self.peer is not None:
                    self.card.write(data)
                continue
            self.hear(text, source[0])

    def hear(self, text: str, source: str) -> None:
        if text.startswith("START "):
            self.rung(text, source)
        elif text == "CLOSE" and self.peer is not None:
            # HABIT: from whom it comes is not asked.
            self.end("closed_by_peer")
        elif text in ("ACCEPT", "REJECT"):
            # HABIT: not for the listener, and so lost to the thread that waits for it. While the
            # listener redraws its window, that thread gets the next.
            time.sleep(0.05)

    def rung(self, text: str, source: str) -> None:
        caller = text.split(" ")[1]
        if self.peer is not None:
            # HABIT: a second caller is ignored, and waits for 7 s.
            tell("ignored_busy", name=caller)
            return
        if self.where_is(caller) != source:
            tell("impostor", name=caller)
            return
        tell("ringing", name=caller)
        if self.on_call == "accept":
            for _ in range(10):
                self.send("ACCEPT", source)
            self.begin(source)
            tell("in_call", name=caller)
        elif self.on_call == "reject":
            self.send("REJECT", source)

    # ── in a call ────────────────────────────────────────────────────────────────────────────────

    def begin(self, address: str) -> None:
        self.peer = address
        threading.Thread(target=self.speak, args=(address,), daemon=True).start()

    def speak(self, address: str) -> None:
        """Send and play a block every 64 ms, by the clock of the sound card."""
        next_block = time.monotonic()
        while self.running and self.peer == address:
            with contextlib.suppress(OSError):
                self.udp.sendto(self.card.read(), (address, VOICE_PORT))
            self.card.tick()
            next_block += BLOCK_S
            time.sleep(max(0.0, next_block - time.monotonic()))

    def close(self) -> None:
        self.end("closed")

    def end(self, event: str) -> None:
        address, self.peer = self.peer, None
        if address is None:
            return
        for _ in range(5):
            self.send("CLOSE", address)
        # Told when it is done: who has read it may call at once.
        self.card.save()
        tell(event)

    def quit(self) -> None:
        self.close()
        with contextlib.suppress(OSError):
            self.tcp.sendall(json.dumps({"command": "DISCONNECT", "name": self.name}).encode())
        self.running = False
        self.tcp.close()


def run_client(options: argparse.Namespace) -> int:
    try:
        client = Client(options)
    except OSError as failure:
        tell("unreachable", why=str(failure))
        return 2
    if not client.register():
        return 2
    threading.Thread(target=client.listen, daemon=True).start()
    for line in sys.stdin:
        match line.split():
            case ["call", name]:
                client.call(name)
            case ["close"]:
                client.close()
            case ["quit"]:
                break
            case ["die"]:
                client.card.save()
                os._exit(9)
    client.quit()
    return 0


class Server:
    """The directory of 2023: a thread for each client, a dictionary for a database."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.people: dict[str, str] = {}
        self.lock = threading.Lock()
        self.tcp = socket.create_server((options.bind, options.port))
        tell("listening")

    def run(self) -> None:
        while True:
            connection, source = self.tcp.accept()
            arguments = (connection, source[0])
            threading.Thread(target=self.serve, args=arguments, daemon=True).start()

    def serve(self, connection: socket.socket, address: str) -> None:
        registered = ""
        with connection:
            while True:
                # HABIT: one recv is one request. Two that are glued are answered "Error".
                try:
                    data = connection.recv(1024)
                except OSError:
                    data = b""
                if not data:
                    break
                try:
                    request = json.loads(data.decode())
                    command, name = request["command"], request["name"]
                except (ValueError, KeyError, TypeError):
                    connection.sendall(json.dumps({"ack": "Error"}).encode())
                    continue
                if command == "DISCONNECT":
                    # HABIT: whoever asks may delete anybody.
                    self.delete(name)
                    break
                if command == "REG" and (reply := self.register(name, address))["ack"] != "Error":
                    registered = name if "success" in reply["ack"] else registered
                else:
                    reply = self.find(name) if command == "GET" else {"ack": "Error"}
                connection.sendall(json.dumps(reply).encode())
        self.delete(registered)

    def register(self, name: str, address: str) -> dict[str, str]:
        with self.lock:
            if name in self.people:
                return {"ack": "Error Registering"}
            self.people[name] = address
        tell("registered", name=name, ip=address)
        return {"ack": "Registered successfully"}

    def find(self, name: str) -> dict[str, str]:
        return {"ip": str(self.people.get(name))}

    def delete(self, name: str) -> None:
        with self.lock:
            if self.people.pop(name, None) is not None:
                tell("deleted", name=name)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["server", "client"])
    parser.add_argument("--bind", required=True)
    parser.add_argument("--server", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=10000)
    parser.add_argument("--name", default="")
    parser.add_argument("--start-as", default="")
    parser.add_argument("--play", default="")
    parser.add_argument("--record", default="")
    parser.add_argument("--on-call", choices=["accept", "reject", "ignore"], default="accept")
    options = parser.parse_args()
    if options.role == "server":
        Server(options).run()
    return run_client(options)


if __name__ == "__main__":
    sys.exit(main())
