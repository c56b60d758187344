"""Structured logs on standard error: for people on a terminal, JSON for machines.

Names and addresses may be logged; keys, proofs, nonces and what people say to each other never.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """Return the log of a module. Until `set_up_logs`, it is Python's `logging` that decides: a
    server inside another program prints nothing by itself."""
    log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
    )
    return log


def set_up_logs(*, json: bool, level: int = logging.INFO) -> None:
    """Send everything that is logged, ours and the libraries', to standard error."""
    stamp = structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json)
    shared: list[Processor] = [structlog.stdlib.add_log_level, stamp]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.processors.format_exc_info, _line]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                *shared,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _line(_log: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return one line for people. structlog's own renderer aligns and colours, and takes half of
    what signing in costs a server."""
    stamp, level, text = (event.pop(key, "") for key in ("timestamp", "level", "event"))
    trace = event.pop("exception", "")
    more = "".join(f" {key}={value}" for key, value in event.items())
    line = f"{stamp} {level:<8} {text}{more}"
    return f"{_printable(line)}\n{trace}" if trace else _printable(line)


def _printable(line: str) -> str:
    # A name may come from anybody, and must not write lines of its own or steer a terminal.
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)
