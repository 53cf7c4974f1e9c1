"""Receive buffers for many packets at once, laid out so that one pass of ``struct`` reads them.

A slot is ``name | control | data``: who sent the packet, what the kernel says of it, the packet.
Control messages come in the order in which Linux writes them: the stamps first.
"""

import ctypes

NAME_BYTES = 32
CONTROL_BYTES = 192


class Iovec(ctypes.Structure):
    """``struct iovec``."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """``struct msghdr``."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_bytes", ctypes.c_uint32),
        ("parts", ctypes.c_void_p),
        ("part_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_bytes", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class Message(ctypes.Structure):
    """``struct mmsghdr``."""

    _anonymous_ = ("header",)
    _fields_ = (("header", _Header), ("length", ctypes.c_uint))


class Slots:
    """Room for ``count`` packets of up to ``data_bytes``; what is longer is cut."""

    def __init__(self, count: int, data_bytes: int) -> None:
        self.count = count
        self.data_bytes = -(-data_bytes // 8) * 8
        self.stride = NAME_BYTES + CONTROL_BYTES + self.data_bytes
        buffer = bytearray(count * self.stride)
        vector = bytearray(count * ctypes.sizeof(Message))
        self.view, self.vector = memoryview(buffer), memoryview(vector)
        base = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
        messages = (Message * count).from_buffer(vector)
        self.messages_address = ctypes.addressof(messages)
        self._parts = (Iovec * count)()
        parts = ctypes.addressof(self._parts)
        for place, message in enumerate(messages):
            name = base + place * self.stride
            control = name + NAME_BYTES
            self._parts[place] = Iovec(control + CONTROL_BYTES, self.data_bytes)
            message.name, message.name_bytes = name, NAME_BYTES
            message.parts = parts + place * ctypes.sizeof(Iovec)
            message.part_count = 1
            message.control, message.control_bytes = control, CONTROL_BYTES
        self._fresh = bytes(vector)

    def renew(self, used: int) -> None:
        """Make the first slots ready again: the kernel has written lengths over their bounds."""
        size = used * ctypes.sizeof(Message)
        self.vector[:size] = self._fresh[:size]
