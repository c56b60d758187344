"""Voice of 2023: 512 samples of 8 kHz in each datagram, every 64 ms, without number or time.

    outgoing    48 kHz in, datagrams that a 2023 program plays out
    incoming    datagrams in, 48 kHz in blocks of 10 ms out: no clicks, no growing delay
    playout     the queue between: how long it should be, and how it is kept so
    lateness    how late blocks lately were
    conceal     what is heard where nothing came

Pure: no socket, no clock, no device. docs/legacy-2023.md, section 3, is the specification.

Order and loss cannot be told from what is received: blocks are played as they come.
"""
