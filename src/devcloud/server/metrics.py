"""What the server counts, and how it tells Prometheus.

Counting is adding one to a plain number: it happens for every message. The names, labels and base
units come in when somebody asks.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from devcloud.model.records import EndReason
from devcloud.wire.signalling.messages import FromClient, Message

_type_names: dict[type, str] = {
    kind: str(kind.__struct_config__.tag) for kind in FromClient.__args__
}


class Metrics(Collector):
    """The counters of one server; those counted elsewhere are asked for when needed."""

    def __init__(
        self,
        *,
        people: Callable[[], int],
        sessions: Callable[[], int],
        calls_begun: Callable[[], int],
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._calls_begun = calls_begun
        self.messages: Counter[type[Message]] = Counter()
        self.refused: Counter[str] = Counter()
        self.stun: Counter[str] = Counter()
        self.calls_ended: Counter[EndReason] = Counter()
        self.sign_ins = 0
        self.records_lost = 0
        self._process = psutil.Process()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """(prometheus_client.registry.Collector)"""
        yield GaugeMetricFamily("devcloud_people_online", "People online.", self._people())
        yield GaugeMetricFamily("devcloud_sessions", "Open sessions.", self._sessions())
        yield CounterMetricFamily("devcloud_sign_ins", "Devices signed in.", self.sign_ins)
        yield CounterMetricFamily("devcloud_calls_begun", "Calls begun.", self._calls_begun())
        yield self._ended()
        yield _labelled(
            "devcloud_messages",
            "Messages received from clients.",
            "type",
            {_type_names[kind]: count for kind, count in self.messages.items()},
        )
        yield _labelled("devcloud_refused", "Requests refused.", "code", self.refused)
        yield _labelled("devcloud_stun_datagrams", "Datagrams on UDP.", "outcome", self.stun)
        yield CounterMetricFamily(
            "devcloud_call_records_lost", "Call records not written.", self.records_lost
        )
        yield from self._of_the_process()

    def _ended(self) -> Metric:
        # Every reason from the start, so that a rate over one that is new is not missing its first.
        ended = {reason.value: self.calls_ended[reason] for reason in EndReason}
        return _labelled("devcloud_calls_ended", "Calls ended.", "reason", ended)

    def _of_the_process(self) -> Iterator[Metric]:
        with self._process.oneshot():
            memory = self._process.memory_info().rss
            times = self._process.cpu_times()
            began = self._process.create_time()
        yield GaugeMetricFamily("process_resident_memory_bytes", "Resident memory.", memory)
        yield CounterMetricFamily("process_cpu_seconds", "CPU time.", times.user + times.system)
        yield GaugeMetricFamily("process_start_time_seconds", "Start, since 1970.", began)


def _labelled(name: str, text: str, label: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family
