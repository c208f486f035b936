/* What programs compiled earlier rely on: sizes, offsets, values. Compiled, not
 * run. C11. */
#include <pravega.h>

#define SAME(a, b) _Static_assert((a) == (b), #a " changed: programs must be compiled again, raise PRAVEGA_ABI")

SAME(sizeof(void *), 8);
SAME(PRAVEGA_ABI, 1u);

SAME(sizeof(pravega_status_t), 32);
SAME(offsetof(pravega_status_t, code), 0);
SAME(offsetof(pravega_status_t, is_retriable), 4);
SAME(offsetof(pravega_status_t, is_final), 8);
SAME(offsetof(pravega_status_t, name), 16);
SAME(offsetof(pravega_status_t, text), 24);

SAME(sizeof(pravega_key_range_t), 16);
SAME(sizeof(pravega_segment_t), 24);
SAME(offsetof(pravega_segment_t, id), 0);
SAME(offsetof(pravega_segment_t, keys), 8);

SAME(sizeof(pravega_slice_info_t), 64);
SAME(offsetof(pravega_slice_info_t, data), 0);
SAME(offsetof(pravega_slice_info_t, len), 8);
SAME(offsetof(pravega_slice_info_t, start_offset), 16);
SAME(offsetof(pravega_slice_info_t, end_offset), 24);
SAME(offsetof(pravega_slice_info_t, skipped), 32);
SAME(offsetof(pravega_slice_info_t, scope), 40);
SAME(offsetof(pravega_slice_info_t, stream), 48);
SAME(offsetof(pravega_slice_info_t, segment), 56);

SAME(sizeof(pravega_group_status_t), 24);
SAME(offsetof(pravega_group_status_t, segments), 0);
SAME(offsetof(pravega_group_status_t, readers), 8);
SAME(offsetof(pravega_group_status_t, end_of_data), 16);

SAME(sizeof(pravega_event_t), 32);
SAME(sizeof(pravega_events_t), 24);

SAME(PRAVEGA_FOREVER, -1);
SAME(PRAVEGA_SLICE_END, -1);
SAME(PRAVEGA_NO_KEY, 0xffffffff);
SAME(PRAVEGA_MAX_EVENT, 8388608);
SAME(PRAVEGA_CONFIG_COLUMNS, 5);
SAME(PRAVEGA_POINTER_SIZE, 640);
SAME(PRAVEGA_NO_LOWER_BOUND, INT64_MIN);
SAME(PRAVEGA_NO_UPPER_BOUND, INT64_MAX);
SAME(PRAVEGA_CHECKPOINT, 1);
SAME(PRAVEGA_END, 2);
