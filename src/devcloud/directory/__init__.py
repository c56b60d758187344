"""Who is there, who may be called what, and where a message goes. Pure: `now` is an argument.

`people` holds those who are signed in, `accounts` who owns which name, `presence` gathers what
changed, `calls` remembers calls for the records, `buckets` counts who asks too much. Knows nothing
of the messages on the wire, nor of sockets.
"""
