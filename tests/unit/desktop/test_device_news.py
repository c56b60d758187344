"""What people are told of devices: one sentence for one thing that happened."""

from devcloud.client.notices import DeviceChanged, DeviceFailed, NoMicrophone
from devcloud.desktop.device_news import DeviceNews
from devcloud.media.control import DeviceKind

MIC, EARS = DeviceKind.INPUT, DeviceKind.OUTPUT
NO_SPEAKER = DeviceFailed("device_no_speaker", "")


def codes(news: DeviceNews, *notices: DeviceChanged | DeviceFailed | NoMicrophone) -> list[str]:
    return [code for code, _ in news.told(notices)]


def test_an_unplugged_microphone_is_told_once_with_what_is_used_instead() -> None:
    told = DeviceNews().told(
        [
            DeviceFailed("device_gone", "mic"),
            DeviceFailed("device_failed", "mic"),
            DeviceChanged("mic", "other", MIC),
        ]
    )
    assert told == [("microphone_changed", (("device", "mic"), ("other", "other")))]


def test_a_device_that_went_and_came_back_at_once_is_no_news() -> None:
    assert codes(DeviceNews(), DeviceFailed("device_gone", "default")) == []


def test_two_changes_at_once_go_from_the_first_device_to_the_last() -> None:
    told = DeviceNews().told([DeviceChanged("a", "b", MIC), DeviceChanged("b", "c", MIC)])
    assert told == [("microphone_changed", (("device", "a"), ("other", "c")))]


def test_the_last_microphone_that_goes_is_said_to_be_missing() -> None:
    gone = DeviceFailed("device_gone", "mic"), DeviceFailed("device_failed", "mic")
    assert codes(DeviceNews(), *gone, NoMicrophone()) == ["no_microphone"]


def test_neither_microphone_nor_speaker_is_one_sentence() -> None:
    assert codes(DeviceNews(), NoMicrophone(), NO_SPEAKER) == ["no_sound_device"]


def test_neither_is_said_even_when_the_second_comes_later_and_not_after_one_is_back() -> None:
    news = DeviceNews()
    assert codes(news, NoMicrophone()) == ["no_microphone"]
    assert codes(news, NO_SPEAKER) == ["no_sound_device"]
    assert codes(news, DeviceChanged("", "mic", MIC)) == ["device_used"]
    assert codes(news, NO_SPEAKER) == ["device_no_speaker"]


def test_a_microphone_that_refuses_is_not_said_to_be_missing() -> None:
    for code in ("device_failed", "device_forbidden"):
        assert codes(DeviceNews(), DeviceFailed(code, "mic"), NoMicrophone()) == [code]


def test_without_the_sound_library_only_that_is_said() -> None:
    missing = DeviceFailed("device_library_missing", "")
    assert codes(DeviceNews(), missing, NoMicrophone(), missing, NO_SPEAKER) == [
        "device_library_missing"
    ]


def test_the_microphone_comes_last_since_the_last_stays_to_be_read() -> None:
    assert codes(
        DeviceNews(), DeviceChanged("mic", "other", MIC), DeviceChanged("ears", "box", EARS)
    ) == ["speaker_changed", "microphone_changed"]


def test_a_sound_system_that_does_not_answer_is_told() -> None:
    stuck = DeviceFailed("device_stuck", "")
    assert codes(DeviceNews(), stuck, stuck, DeviceChanged("mic", "other", MIC)) == [
        "device_stuck",
        "microphone_changed",
    ]
