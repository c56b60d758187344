"""Where a 2023 server may be: the two settings of the 2023 programs, checked as they did."""

import ipaddress

from devcloud.model.errors import BadSettings

LOWEST_PORT = 1024
HIGHEST_PORT = 65535


def parse_ip(text: str) -> str:
    """Return an IPv4 or IPv6 address in its usual form.

    Raises:
        BadSettings: `ip_invalid`.
    """
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise BadSettings("ip_invalid", address=text[:64]) from None


def parse_port(text: str) -> int:
    """Return a port number.

    Raises:
        BadSettings: `port_out_of_range`: no number, or not between 1024 and 65535.
    """
    digits = text.strip()
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 5
    if not is_number or not LOWEST_PORT <= int(digits) <= HIGHEST_PORT:
        raise BadSettings("port_out_of_range", port=text[:64])
    return int(digits)
