"""The messages on the wire, as values: `signalling` is today's protocol, `legacy2023` the old one.

Pure: bytes in, values out, and back. Sockets live in `devcloud.net`.
"""
