"""The 2023 protocols: requests over TCP, datagrams over UDP, and the machines of both ends. Pure.

    framing, requests, replies      what travels over TCP 10000
    connection                      the server's end of one TCP connection
    asking                          the client's end of it
    datagrams                       what travels over UDP 5001
    exchange                        one end of a 2023 call

docs/legacy-2023.md is the specification. Refuses to know: sockets, clocks, who keeps the names.
"""
