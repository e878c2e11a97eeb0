/* Attributes that were asked for apart, and the sockets they belong to. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "diag.h"
#include "large.h"
#include "sock.h"
#include "util.h"

static void add_listener(struct large_set *set, uint32_t cookie, uint32_t pending) {
	char text[16];
	const int length = snprintf(text, sizeof(text), "%u", pending);
	struct sock_unix un = { 0 };
	const struct sock sock = { .un = &un, .cookie = (uint64_t)cookie << 32 | cookie };
	if (pending != 0)
		un.pending = arena_copy(&set->arena, text, (size_t)length);
	large_add(set, &unix_diag, &sock);
}

static const char *attach_listener(struct large_set *set, struct arena *arena, uint32_t cookie) {
	struct sock_unix *un = arena_alloc(arena, sizeof(*un));
	*un = (struct sock_unix){ 0 };
	struct sock sock = { .un = un, .cookie = (uint64_t)cookie << 32 | cookie };
	set->missing += !large_attach(set, &unix_diag, arena, &sock);
	return un->pending;
}

Test(large, large_attributes_find_their_sockets_by_cookie) {
	enum { COUNT = 1000, STEP = 7919 }; /* a prime, so that they come in no order */
	struct large_set set = { 0 };
	struct arena arena = { 0 };
	const char *texts[COUNT];
	for (uint32_t i = 0; i < COUNT; i++) {
		const uint32_t cookie = i * STEP % COUNT;
		add_listener(&set, 2 * cookie + 1, cookie % 10 == 0 ? 0 : 100000 + cookie);
	}
	large_settle(&set);
	for (uint32_t i = 0; i < COUNT; i++)
		texts[i] = attach_listener(&set, &arena, 2 * i + 1);
	cr_expect_eq(set.missing, 0, "a socket without the attribute was told of");
	for (uint32_t i = 0; i <= COUNT; i++)
		cr_expect_null(attach_listener(&set, &arena, 2 * i));
	cr_expect_eq(set.missing, COUNT + 1);
	large_finish(&set); /* the texts must not be those of the set */
	for (uint32_t i = 0; i < COUNT; i++) {
		cr_expect_eq(texts[i] == NULL, i % 10 == 0, "%u", i);
		cr_expect(!texts[i] || strtoul(texts[i], NULL, 10) == 100000 + i, "%u", i);
	}
	arena_finish(&arena);
}

Test(large, an_empty_large_set_misses_everything_and_can_be_used_again) {
	struct large_set set = { 0 };
	struct arena arena = { 0 };
	large_settle(&set);
	cr_expect_null(attach_listener(&set, &arena, 1));
	cr_expect_eq(set.missing, 1);
	large_finish(&set);
	cr_expect(set.missing == 0 && set.count == 0 && !set.entries);
	add_listener(&set, 1, 5);
	large_settle(&set);
	cr_expect_str_eq(attach_listener(&set, &arena, 1), "5");
	cr_expect_eq(set.missing, 0);
	large_finish(&set);
	large_finish(&set);
	arena_finish(&arena);
}

Test(large, the_filter_of_a_packet_socket_is_a_large_attribute_too) {
	struct large_set set = { 0 };
	struct arena arena = { 0 };
	struct sock_packet told = { .filter = "1:6 0 0 9" }, packet = { 0 };
	const struct sock large = { .packet = &told, .cookie = 5 };
	struct sock sock = { .packet = &packet, .cookie = 5 };
	large_add(&set, &packet_diag, &large);
	large_settle(&set);
	cr_expect(large_attach(&set, &packet_diag, &arena, &sock));
	large_finish(&set);
	cr_expect_str_eq(packet.filter, "1:6 0 0 9");
	cr_expect_neq(packet.filter, told.filter);
	arena_finish(&arena);
}
