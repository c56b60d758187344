"""What the server tells browsers that they may do with its pages: as little as will do.

Everything comes from the server itself, nothing is inline, nothing is framed, and of the machine's
devices only the microphone may be asked for. Values only.
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        # 'self' covers the WebSocket of the same origin. (CSP Level 3, section 6.7.2.8)
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_OFF = (
    "accelerometer", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "magnetometer", "midi", "payment",
    "picture-in-picture", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_ON = ("autoplay", "microphone", "screen-wake-lock", "speaker-selection")
PERMISSIONS = ", ".join([f"{name}=(self)" for name in _ON] + [f"{name}=()" for name in _OFF])

HEADERS = {
    "Server": "DevCloud",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""With every answer."""

NOT_KEPT = {**HEADERS, "Cache-Control": "no-store"}
"""With what is only true now."""

HSTS = {"Strict-Transport-Security": "max-age=15552000"}
"""180 days of https alone: where the certificate is one that browsers trust by themselves. With one
that the server made, a browser would let nobody past its warning. (RFC 6797, section 12.1)"""
