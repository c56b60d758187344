"""What can be done with sound apart from any one call: devices, processing, gains, ring tones, the
test of a microphone. A part of `Client`, and all of a `SoundCheck`."""

from collections.abc import AsyncIterator

from devcloud.client.equipment import AudioDefaults, Equipment
from devcloud.client.ongoing import ClientCall
from devcloud.client.sounds import Sounds
from devcloud.media import control


class SharedAudio:
    """Needs its `equipment`, and the calls that there are."""

    equipment: Equipment
    _calls: dict[str, ClientCall]

    @property
    def sounds(self) -> Sounds:
        """Ring tones and other sounds of the program, which nobody else hears."""
        return self.equipment.sounds

    async def devices(self) -> tuple[control.Device, ...]:
        """Return the microphones and speakers there are now; in a call or not.

        Raises:
            MediaFailed: `device_list`, `device_library_missing`, `media_ended`.
        """
        return await self.equipment.devices()

    def devices_changed(self) -> AsyncIterator[tuple[control.Device, ...]]:
        """Yield the devices each time that some came or went, in a call or not. Looking costs a
        little: iterate while somebody wants to know."""
        return self.equipment.devices_changed()

    def processing(self, wanted: control.Processing) -> None:
        """Switch what is done to the microphone's sound, for all calls, from now on.

        me.processing(Processing(noise_suppression=False))
        """
        self.equipment.process(wanted)

    def audio_defaults(
        self,
        microphone: str = "",
        speaker: str = "",
        input_gain_db: float = 0.0,
        output_gain_db: float = 0.0,
    ) -> None:
        """Use these devices, by name or the system's own, in every call for which nothing else was
        chosen (`ClientCall.audio`); calls that go on change at once. The microphone of a call that
        rings here is opened when it is accepted. Gains (−60 to 30 dB) hold for all calls."""
        self.equipment.set_gains(input_gain_db, output_gain_db)
        self.equipment.defaults = AudioDefaults(microphone, speaker)
        for call in self._calls.values():
            call.changed()

    def test_microphone(
        self, device: str = "", seconds: float = 3.0, *, speaker: str = ""
    ) -> AsyncIterator[float]:
        """Record a microphone for `seconds` (at most 30), then play that on `speaker`, and yield
        the level in dBFS, 20 times a second, all the while; nobody else hears it. Leaving the
        iteration ends the test.

            async for level_dbfs in me.test_microphone("Headset"):
                meter.show(level_dbfs)

        Raises:
            MediaFailed: `device_*`, `media_ended`, `device_test_running`.
        """
        return self.equipment.test_microphone(device, seconds, speaker)
