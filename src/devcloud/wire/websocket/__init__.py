"""The server's side of the WebSocket protocol (RFC 6455): `handshake` and `frames`. Pure."""
