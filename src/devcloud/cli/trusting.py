"""Whether to go on with somebody whose key has changed, and whether the safety words are the same.

Asks the person at the terminal; without one, `--accept-new-key` says yes to a changed key, and
nothing says that words are the same.
"""

import argparse

from devcloud.call.states import OVER
from devcloud.cli.asking import Keyboard, somebody_there
from devcloud.cli.terminal import Terminal
from devcloud.client.api import Client, ClientCall
from devcloud.model.errors import Untrusted


class Trusting:
    """What one command trusts."""

    def __init__(self, flags: argparse.Namespace, terminal: Terminal) -> None:
        self._accepts = bool(flags.accept_new_key)
        self._terminal = terminal
        self._keyboard = Keyboard()

    async def dial(self, me: Client, peer: str) -> ClientCall:
        """Call somebody; where the server shows another key than before, if the person says so.

        Raises:
            Untrusted: `key_changed`, and the person did not say so.
            DevCloudError: what `Client.call` raises.
        """
        try:
            return await me.call(peer)
        except Untrusted as changed:
            if changed.code != "key_changed":
                raise
            if somebody_there(self._terminal):
                self._terminal.complain(changed.text(self._terminal.language))
            if not await self._accepts_key(peer):
                raise
            me.accept_key(peer, fingerprint=str(changed.values["new"]))
            return await me.call(peer)

    async def lets_in(self, call: ClientCall) -> bool:
        """Whether an incoming call may be taken."""
        if not call.status.key_changed:
            return True
        if call.trouble is not None:
            self._terminal.complain(call.trouble.text(self._terminal.language))
        if not await self._accepts_key(call.peer):
            return False
        await call.accept_key()
        return True

    async def watch(self, call: ClientCall) -> None:
        """Ask what there is to ask during a call, until it is over."""
        asked = False
        async for status in call.events():
            if status.state in OVER:
                return
            if call.status.key_changed:
                if not await self._accepts_key(call.peer):
                    await call.hang_up()
                    return
                await call.accept_key()
            elif status.safety_words and not status.verified and not asked:
                asked = True
                await self._compare(call)

    async def _compare(self, call: ClientCall) -> None:
        match = await self._keyboard.ask(self._terminal.say("ask_words"), self._terminal)
        if match is None or call.status.state in OVER:
            return
        await call.confirm_words(match=match)
        if match:
            self._terminal.tell("now_verified", name=call.peer)
        else:
            self._terminal.complain(self._terminal.say("words_differ", name=call.peer))
            await call.hang_up()

    async def _accepts_key(self, name: str) -> bool:
        terminal = self._terminal
        if not self._accepts:
            answer = await self._keyboard.ask(terminal.say("ask_key", name=name), terminal)
            if answer is None:
                terminal.complain(terminal.say("key_changed_next"))
            return bool(answer)
        terminal.complain(terminal.say("key_accepted", name=name))
        return True
