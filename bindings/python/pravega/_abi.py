"""What include/pravega.h declares. Made from it by make generate."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any

HEADER_VERSION = 0x00010000
ABI = 1
FOREVER = -1
MAX_EVENT = 8388608
NO_KEY = 4294967295
SLICE_END = -1
POINTER_SIZE = 640
OK = 0
CHECKPOINT = 1
END = 2
CONFIG_COLUMNS = 5
TXN_UNKNOWN = 0
TXN_OPEN = 1
TXN_COMMITTING = 2
TXN_COMMITTED = 3
TXN_ABORTING = 4
TXN_ABORTED = 5
TXN_ID_SIZE = 37
NO_LOWER_BOUND = -(2**63)
NO_UPPER_BOUND = 2**63 - 1
LOG_OFF = 0
LOG_ERROR = 1
LOG_WARN = 2
LOG_INFO = 3
LOG_DEBUG = 4


class Status(ctypes.Structure):
    """pravega_status_t"""

    _fields_ = (
        ("code", c_int32),
        ("is_retriable", c_int32),
        ("is_final", c_int32),
        ("reserved", c_int32),
        ("name", c_char_p),
        ("text", c_char_p),
    )


class KeyRange(ctypes.Structure):
    """pravega_key_range_t"""

    _fields_ = (
        ("low", c_double),
        ("high", c_double),
    )


class Segment(ctypes.Structure):
    """pravega_segment_t"""

    _fields_ = (
        ("id", c_int64),
        ("keys", KeyRange),
    )


class GroupStatus(ctypes.Structure):
    """pravega_group_status_t"""

    _fields_ = (
        ("segments", c_int64),
        ("readers", c_int64),
        ("end_of_data", c_int32),
        ("reserved", c_int32),
    )


class SliceInfo(ctypes.Structure):
    """pravega_slice_info_t"""

    _fields_ = (
        ("data", c_void_p),
        ("len", c_size_t),
        ("start_offset", c_int64),
        ("end_offset", c_int64),
        ("skipped", c_int64),
        ("scope", c_char_p),
        ("stream", c_char_p),
        ("segment", c_char_p),
    )


class Event(ctypes.Structure):
    """pravega_event_t"""

    _fields_ = (
        ("data", c_void_p),
        ("len", c_size_t),
        ("offset", c_int64),
        ("next", c_int64),
    )


class Events(ctypes.Structure):
    """pravega_events_t"""

    _fields_ = (
        ("pos", c_void_p),
        ("end", c_void_p),
        ("offset", c_int64),
    )


TokenFunction = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
AckFunction = ctypes.CFUNCTYPE(None, c_void_p, c_int64, c_int)
LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p)

_handle = c_void_p
_pointer = c_void_p  # to what the call reads or sets; an array or byref(...) fits

#: name: (what it returns, what it takes)
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "pravega_version": (c_uint32, []),
    "pravega_version_string": (c_char_p, []),
    "pravega_check_abi_of": (c_int, [c_uint32, c_uint32]),
    "pravega_status_name": (c_char_p, [c_int]),
    "pravega_status_text": (c_char_p, [c_int]),
    "pravega_status_list": (c_int, [_pointer, _pointer]),
    "pravega_error_code": (c_int, [_handle]),
    "pravega_error_message": (c_char_p, [_handle]),
    "pravega_error_is_retriable": (c_int, [_handle]),
    "pravega_error_is_final": (c_int, [_handle]),
    "pravega_error_may_be_stored": (c_int, [_handle]),
    "pravega_error_free": (c_int, [_handle]),
    "pravega_list_size": (c_size_t, [_handle]),
    "pravega_list_get": (c_char_p, [_handle, c_size_t]),
    "pravega_list_find": (c_char_p, [_handle, c_char_p]),
    "pravega_list_free": (c_int, [_handle]),
    "pravega_bytes_data": (c_void_p, [_handle, _pointer]),
    "pravega_bytes_free": (c_int, [_handle]),
    "pravega_config_new": (c_int, [_pointer, _pointer]),
    "pravega_config_dup": (c_int, [_handle, _pointer, _pointer]),
    "pravega_config_set": (c_int, [_handle, c_char_p, c_char_p, _pointer]),
    "pravega_config_get": (c_int, [_handle, c_char_p, _pointer, _pointer]),
    "pravega_config_describe": (c_int, [_pointer, _pointer]),
    "pravega_config_set_token_provider": (c_int, [_handle, TokenFunction, c_void_p, _pointer]),
    "pravega_token_set": (c_int, [_handle, c_char_p, c_size_t, c_int64, _pointer]),
    "pravega_token_fail": (c_int, [_handle, c_char_p, _pointer]),
    "pravega_config_free": (c_int, [_handle]),
    "pravega_client_open": (c_int, [_handle, _pointer, _pointer]),
    "pravega_client_close": (c_int, [_handle, _pointer]),
    "pravega_scope_create": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_scope_delete": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_scope_delete_recursive": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_scope_exists": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_scope_list": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_stream_create": (
        c_int,
        [_handle, c_char_p, c_char_p, _handle, _pointer, c_int, _pointer],
    ),
    "pravega_stream_update": (c_int, [_handle, c_char_p, c_char_p, _handle, c_int, _pointer]),
    "pravega_stream_seal": (c_int, [_handle, c_char_p, c_char_p, c_int, _pointer]),
    "pravega_stream_delete": (c_int, [_handle, c_char_p, c_char_p, _pointer, c_int, _pointer]),
    "pravega_stream_exists": (c_int, [_handle, c_char_p, c_char_p, _pointer, c_int, _pointer]),
    "pravega_stream_list": (c_int, [_handle, c_char_p, c_char_p, _pointer, c_int, _pointer]),
    "pravega_stream_truncate": (c_int, [_handle, c_char_p, c_char_p, c_char_p, c_int, _pointer]),
    "pravega_stream_info": (c_int, [_handle, c_char_p, c_char_p, _pointer, c_int, _pointer]),
    "pravega_stream_segments": (
        c_int,
        [_handle, c_char_p, c_char_p, _pointer, c_size_t, _pointer, c_int, _pointer],
    ),
    "pravega_stream_scale": (
        c_int,
        [_handle, c_char_p, c_char_p, _pointer, c_size_t, _pointer, c_size_t, c_int, _pointer],
    ),
    "pravega_writer_open": (
        c_int,
        [_handle, c_char_p, c_char_p, _handle, _pointer, c_int, _pointer],
    ),
    "pravega_writer_durable": (c_int, [_handle, _pointer]),
    "pravega_writer_write": (c_int64, [_handle, c_void_p, c_size_t, c_void_p, c_size_t, c_int]),
    "pravega_writer_write_many": (
        c_int64,
        [_handle, c_void_p, _pointer, c_void_p, _pointer, c_size_t, c_int, _pointer],
    ),
    "pravega_writer_write_batch": (
        c_int64,
        [_handle, c_void_p, c_size_t, c_void_p, _pointer, c_size_t, c_int],
    ),
    "pravega_writer_wait": (c_int, [_handle, c_int64, c_int, _pointer]),
    "pravega_writer_set_ack": (c_int, [_handle, AckFunction, c_void_p]),
    "pravega_writer_ack_fd": (c_int, [_handle, _pointer]),
    "pravega_writer_error": (c_int, [_handle, _pointer]),
    "pravega_writer_trouble": (c_int, [_handle, _pointer]),
    "pravega_writer_pending": (c_int64, [_handle]),
    "pravega_writer_flush": (c_int, [_handle, c_int, _pointer]),
    "pravega_writer_note_time": (c_int, [_handle, c_int64, c_int, _pointer]),
    "pravega_writer_close": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_txn_writer_open": (
        c_int,
        [_handle, c_char_p, c_char_p, _handle, _pointer, c_int, _pointer],
    ),
    "pravega_txn_writer_close": (c_int, [_handle, c_int, _pointer]),
    "pravega_txn_begin": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_txn_attach": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_txn_id": (c_int, [_handle, _pointer]),
    "pravega_txn_list": (c_int, [_handle, _pointer, _pointer]),
    "pravega_txn_write": (
        c_int64,
        [_handle, c_void_p, c_size_t, c_void_p, c_size_t, c_int, _pointer],
    ),
    "pravega_txn_write_many": (
        c_int,
        [_handle, c_void_p, _pointer, c_void_p, _pointer, c_size_t, _pointer, c_int, _pointer],
    ),
    "pravega_txn_write_batch": (
        c_int64,
        [_handle, c_void_p, c_size_t, c_void_p, _pointer, c_size_t, c_int, _pointer],
    ),
    "pravega_txn_acked": (c_int, [_handle, _pointer]),
    "pravega_txn_flush": (c_int, [_handle, c_int, _pointer]),
    "pravega_txn_status": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_txn_commit": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_txn_commit_and_wait": (c_int, [_handle, c_int, _pointer]),
    "pravega_txn_wait_readable": (c_int, [_handle, c_int, _pointer]),
    "pravega_txn_abort": (c_int, [_handle, c_int, _pointer]),
    "pravega_txn_close": (c_int, [_handle, c_int, _pointer]),
    "pravega_reader_group_create": (
        c_int,
        [_handle, c_char_p, c_char_p, _pointer, c_size_t, _handle, _pointer, c_int, _pointer],
    ),
    "pravega_reader_group_delete": (c_int, [_handle, c_char_p, c_char_p, c_int, _pointer]),
    "pravega_reader_group_list": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_reader_group_open": (c_int, [_handle, c_char_p, c_char_p, _pointer, c_int, _pointer]),
    "pravega_reader_group_readers": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_reader_group_reader_offline": (c_int, [_handle, c_char_p, c_int, _pointer]),
    "pravega_reader_group_reader_offline_at": (
        c_int,
        [_handle, c_char_p, c_char_p, c_int, _pointer],
    ),
    "pravega_reader_group_info": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_reader_group_checkpoint": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_reader_group_cancel_checkpoints": (c_int, [_handle, c_int, _pointer]),
    "pravega_reader_group_cuts": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_reader_group_reset": (c_int, [_handle, _pointer, c_size_t, _handle, c_int, _pointer]),
    "pravega_reader_group_reset_to": (c_int, [_handle, _pointer, c_size_t, c_int, _pointer]),
    "pravega_reader_group_reset_to_last_checkpoint": (c_int, [_handle, c_int, _pointer]),
    "pravega_reader_group_update_retention_cut": (
        c_int,
        [_handle, _pointer, c_size_t, c_int, _pointer],
    ),
    "pravega_reader_group_unread_bytes": (c_int, [_handle, _pointer, c_int, _pointer]),
    "pravega_reader_group_wait_change": (c_int, [_handle, _pointer, c_size_t, c_int, _pointer]),
    "pravega_reader_group_close": (c_int, [_handle, _pointer]),
    "pravega_reader_open": (c_int, [_handle, c_char_p, _handle, _pointer, c_int, _pointer]),
    "pravega_reader_next": (c_int, [_handle, c_int, _pointer]),
    "pravega_reader_checkpoint": (c_int, [_handle, _pointer, _pointer]),
    "pravega_reader_ready_fd": (c_int, [_handle, _pointer]),
    "pravega_reader_error": (c_int, [_handle, _pointer]),
    "pravega_reader_trouble": (c_int, [_handle, _pointer]),
    "pravega_reader_position": (c_int, [_handle, _pointer, _pointer]),
    "pravega_reader_time_window": (
        c_int,
        [_handle, c_char_p, c_char_p, _pointer, _pointer, c_int, _pointer],
    ),
    "pravega_reader_close": (c_int, [_handle, c_int, _pointer]),
    "pravega_reader_close_at": (c_int, [_handle, c_char_p, c_int, _pointer]),
    "pravega_slice_info": (c_int, [_handle, _pointer, c_size_t]),
    "pravega_slice_index": (c_int64, [_handle, _pointer, _pointer, c_size_t]),
    "pravega_slice_release": (c_int, [_handle, c_int64]),
    "pravega_slice_pointer": (c_int, [_handle, c_int64, c_size_t, _pointer]),
    "pravega_slice_position": (c_int, [_handle, c_int64, _pointer, _pointer]),
    "pravega_event_fetch": (c_int, [_handle, c_char_p, _pointer, c_int, _pointer]),
    "pravega_cut_info": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_cut_to_bytes": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_cut_from_bytes": (c_int, [c_void_p, c_size_t, _pointer, _pointer]),
    "pravega_checkpoint_to_bytes": (c_int, [c_char_p, _pointer, c_size_t, _pointer, _pointer]),
    "pravega_checkpoint_from_bytes": (c_int, [c_void_p, c_size_t, _pointer, _pointer]),
    "pravega_pointer_info": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_pointer_to_bytes": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_pointer_from_bytes": (c_int, [c_void_p, c_size_t, _pointer, _pointer]),
    "pravega_position_info": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_position_to_bytes": (c_int, [c_char_p, _pointer, _pointer]),
    "pravega_position_from_bytes": (c_int, [c_void_p, c_size_t, _pointer, _pointer]),
    "pravega_log_set": (c_int, [LogFunction, c_void_p, c_int]),
    "pravega_shutdown": (c_int, [c_int]),
    "pravega_debug_live": (c_int64, []),
}
