"""The life of a call, pure: what happened goes in, what to do comes out.

    machine   one call: its table, its timers, its end
    line      all calls of one device: busy, glare, call waiting, one active call at a time
    mailbox   messages repeated until acknowledged, repeats dropped

Knows no wire format, no socket, no clock and no media engine.
"""
