/* The table of owners against a plain list of who was told to hold what. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "owner_table.h"
#include "util.h"

/* A fixed sequence (xorshift64), so that a failure can be repeated. */
static uint32_t next_random(uint64_t *state) {
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 16);
}

/* An io_uring may hold a socket in each of its many places. */
Test(owner_table, what_is_told_again_and_again_takes_no_more_memory) {
	const struct process process = { .pid = 1 };
	struct owner_table table = { 0 };
	owner_table_want(&table, 7);
	owner_table_want(&table, 8);
	for (size_t i = 0; i < 1000; i++)
		owner_table_add(&table, 7 + (uint32_t)i % 2, &process, 3);
	cr_expect_eq(table.link_count, 2);
	owner_table_finish(&table);
}

enum { PROCESSES = 9, INODES = 300, TOLD = 4000, DESCRIPTORS = 40 };

struct told {
	uint32_t inode, pid, fd;
};

static int compare_told(const void *a, const void *b) {
	const struct told *left = a;
	const struct told *right = b;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return (left->fd > right->fd) - (left->fd < right->fd);
}

/* The holders of one inode, sorted, each once. */
static size_t model_find(const struct told *told, size_t count, uint32_t inode,
                         struct told *found) {
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		bool again = told[i].inode != inode;
		for (size_t j = 0; j < kept; j++)
			again |= compare_told(&told[i], &found[j]) == 0;
		if (!again)
			found[kept++] = told[i];
	}
	qsort(found, kept, sizeof(*found), compare_told);
	return kept;
}

static void expect_like_model(const struct owner_table *table, const struct told *told,
                              uint32_t inode) {
	struct arena arena = { 0 };
	struct told *model = xcalloc(TOLD, sizeof(*model));
	uint32_t count = 77;
	const struct owner *owners = owner_table_find(table, inode, &arena, &count);
	cr_assert_eq(count, model_find(told, TOLD, inode, model), "inode %u", inode);
	cr_assert_eq(owners != NULL, count > 0, "inode %u", inode);
	for (uint32_t i = 0; i < count; i++) {
		cr_assert_eq(owners[i].process->pid, model[i].pid, "inode %u", inode);
		cr_assert_eq(owners[i].fd, model[i].fd, "inode %u", inode);
	}
	free(model);
	arena_finish(&arena);
}

Test(owner_table, it_answers_as_a_plain_list_does) {
	struct process processes[PROCESSES] = { 0 };
	struct owner_table table = { 0 };
	struct told *told = xcalloc(TOLD, sizeof(*told));
	uint64_t random = 88172645463325252;
	for (uint32_t i = 0; i < PROCESSES; i++)
		processes[i].pid = (PROCESSES - i) * 1000; /* not in the order of the array */
	for (uint32_t i = 1; i <= INODES; i++)
		owner_table_want(&table, i * 7);
	for (size_t i = 0; i < TOLD; i++) {
		const struct process *process = &processes[next_random(&random) % PROCESSES];
		/* Some inodes have a lot of holders, some have none. */
		const uint32_t inode =
		    (next_random(&random) % INODES * (next_random(&random) % INODES) / INODES + 1) *
		    7;
		told[i] = (struct told){ inode, process->pid, next_random(&random) % DESCRIPTORS };
		owner_table_add(&table, inode, process, told[i].fd);
	}
	for (uint32_t inode = 0; inode <= INODES * 7 + 7; inode++)
		expect_like_model(&table, told, inode);
	owner_table_finish(&table);
	free(told);
}

Test(owner_table, only_what_was_asked_for_is_wanted) {
	struct owner_table table = { 0 };
	cr_expect_not(owner_table_wants(&table, 1), "an empty table wants nothing");
	for (uint32_t inode = 3; inode < 90000; inode += 3)
		owner_table_want(&table, inode);
	owner_table_want(&table, UINT32_MAX);
	for (uint32_t inode = 0; inode < 90010; inode++)
		cr_assert_eq(owner_table_wants(&table, inode),
		             inode > 0 && inode < 90000 && inode % 3 == 0, "inode %u", inode);
	cr_expect(owner_table_wants(&table, UINT32_MAX));
	owner_table_finish(&table);
}

Test(owner_table, zero_is_no_inode) {
	struct owner_table table = { 0 };
	struct arena arena = { 0 };
	uint32_t count = 77;
	owner_table_want(&table, 0);
	cr_expect_not(owner_table_wants(&table, 0));
	owner_table_want(&table, 8);
	cr_expect_not(owner_table_wants(&table, 0));
	cr_expect_null(owner_table_find(&table, 0, &arena, &count));
	cr_expect_eq(count, 0);
	arena_finish(&arena);
	owner_table_finish(&table);
}

Test(owner_table, owners_survive_that_the_table_grows) {
	static const struct process process = { .pid = 5 };
	struct owner_table table = { 0 };
	struct arena arena = { 0 };
	uint32_t count = 0;
	for (uint32_t inode = 1; inode < 5000; inode++) {
		owner_table_want(&table, inode);
		owner_table_want(&table, inode);
		owner_table_add(&table, inode, &process, inode % 100);
	}
	for (uint32_t inode = 1; inode < 5000; inode++) {
		const struct owner *owner = owner_table_find(&table, inode, &arena, &count);
		cr_assert_eq(count, 1, "inode %u", inode);
		cr_assert_eq(owner->fd, inode % 100, "inode %u", inode);
		cr_assert_eq(owner->process, &process);
	}
	arena_finish(&arena);
	owner_table_finish(&table);
}

Test(owner_table, room_that_was_made_is_enough_and_loses_nobody) {
	struct owner_table table = { 0 };
	owner_table_expect(&table, 5); /* nothing is there yet */
	owner_table_want(&table, 5);
	owner_table_make_room(&table, INODES);
	const size_t size = table.size;
	for (uint32_t inode = 10; inode < 10 + INODES; inode++) {
		owner_table_expect(&table, inode);
		cr_expect_not(owner_table_wants(&table, inode));
		owner_table_want(&table, inode);
	}
	cr_expect_eq(table.size, size);
	cr_expect_eq(table.used, INODES + 1);
	cr_expect(owner_table_wants(&table, 5));
	owner_table_finish(&table);
}

Test(owner_table, a_finished_table_is_empty_and_can_be_used_again) {
	struct owner_table table = { 0 };
	owner_table_finish(&table);
	owner_table_want(&table, 4);
	owner_table_finish(&table);
	cr_expect_not(owner_table_wants(&table, 4));
	owner_table_want(&table, 4);
	cr_expect(owner_table_wants(&table, 4));
	owner_table_finish(&table);
}
