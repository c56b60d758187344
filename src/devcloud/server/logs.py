"""Structured logs on standard error: for people on a terminal, JSON for machines.

Names and addresses may be logged; keys, proofs, nonces and what people say to each other never.
"""

import logging
import sys

import structlog
from structlog.typing import Processor


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
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
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
