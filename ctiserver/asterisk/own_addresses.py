"""The machine's own IPv4 addresses."""

import fcntl
import socket
import struct

_SIOCGIFADDR = 0x8915


def own_addresses() -> list[str]:
    """All but loopback's, in the order of the interfaces; one address for each interface."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # an interface without an address
            found.append(socket.inet_ntoa(answer[20:24]))
    return [address for address in found if not address.startswith("127.")]
