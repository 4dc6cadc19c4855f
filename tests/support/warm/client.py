"""`python -I -S client.py SOCKET PROGRAM ARGUMENT...`: have a program run in a forked process, and end as it ends.

It has no imports of ours: starting it is all that a command costs.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        wanted = json.dumps([sys.argv[2], sys.argv[3:], dict(os.environ)]).encode()
        socket.send_fds(connection, [len(wanted).to_bytes(4, "big")], [0, 1, 2, os.open(".", os.O_RDONLY)])
        connection.sendall(wanted)
        said = connection.recv(4)
    code = int.from_bytes(said, "big", signed=True) if said else 1
    sys.exit(code if code >= 0 else 128 - code)
