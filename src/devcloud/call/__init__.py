"""The life of a call, pure: what happened goes in, what to do comes out.

    table     what may happen when, on one page
    machine   one call: `Call`, made of `life`, `ringing` and `talking`; its media are `paths`
    line      all calls of one device: busy, glare, call waiting, one active call at a time
    mailbox   messages repeated until acknowledged, repeats dropped

Knows no wire format, no socket, no clock and no media engine.
"""
