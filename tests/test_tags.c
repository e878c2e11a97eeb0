/* Tags stay with their sockets, and go with them. */

#include <criterion/criterion.h>

#include "life.h"
#include "snapshot.h"
#include "tags.h"

Test(tags, a_socket_is_tagged_until_it_is_tagged_again) {
	struct tags tags = { .count = 0 };
	for (uint64_t serial = 100; serial > 0; serial -= 2)
		tags_toggle(&tags, serial);
	cr_expect_eq(tags.count, 50);
	for (uint64_t serial = 1; serial <= 100; serial++)
		cr_expect_eq(tags_has(&tags, serial), serial % 2 == 0, "%d", (int)serial);
	tags_toggle(&tags, 50);
	cr_expect_eq(tags.count, 49);
	cr_expect_not(tags_has(&tags, 50));
	cr_expect(tags_has(&tags, 52));
	tags_clear(&tags);
	cr_expect_not(tags_has(&tags, 52));
	tags_finish(&tags);
}

static void add(struct snapshot *snapshot, uint64_t serial, uint8_t missing) {
	struct sock_life *life = arena_alloc(&snapshot->arena, sizeof(*life));
	*life = (struct sock_life){ .serial = serial, .missing = missing };
	snapshot_add(snapshot)->life = life;
}

Test(tags, what_is_gone_is_not_tagged_any_more) {
	struct tags tags = { .count = 0 };
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	for (uint64_t serial = 1; serial <= 5; serial++)
		tags_toggle(&tags, serial);
	add(&snapshot, 5, 0);
	add(&snapshot, 9, 0);
	add(&snapshot, 2, 1); /* it may be back */
	add(&snapshot, 3, 2);
	snapshot_add(&snapshot);
	tags_keep(&tags, &snapshot);
	cr_expect_eq(tags.count, 2);
	cr_expect(tags_has(&tags, 5) && tags_has(&tags, 2));
	tags_finish(&tags);
	snapshot_finish(&snapshot);
}
