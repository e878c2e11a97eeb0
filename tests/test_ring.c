/* What the kernel tells of files registered with an io_uring (io_uring/fdinfo.c). */

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring.h"
#include "util.h"

Test(ring, only_the_link_of_a_ring_is_one) {
	static const char *const others[] = { "",           "anon_inode:[io_uring]x",
		                              "socket:[1]", "anon_inode:[io_uring",
		                              "/io_uring",  "anon_inode:[eventpoll]" };
	cr_expect(ring_is_link("anon_inode:[io_uring]", strlen("anon_inode:[io_uring]")));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		cr_expect_not(ring_is_link(others[i], strlen(others[i])), "%s", others[i]);
}

Test(ring, sockets_are_found_among_the_lines_of_fdinfo) {
	static const struct {
		const char *line;
		uint32_t inode; /* 0: no socket */
	} rows[] = {
		{ "    1: socket:[4523928]", 4523928 },
		{ "123456: socket:[4294967295]", UINT32_MAX },
		{ "    2: /dev/null", 0 },
		{ "    3: /tmp/socket:[7]", 0 },
		{ "    4: <none>", 0 },
		{ "    5: 0x7f0000000000/4096", 0 },
		{ "    6: socket:[4294967296]", 0 },
		{ "    7: socket:[]", 0 },
		{ "    8: socket:[8", 0 },
		{ "    9:socket:[9]", 0 },
		{ "     : socket:[10]", 0 },
		{ "socket:[11]", 0 },
		{ "UserFiles:\t3", 0 },
		{ "PollList:", 0 },
		{ "", 0 },
		{ "   ", 0 },
		{ "12", 0 },
		{ "12:", 0 },
		{ "12: ", 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		uint32_t inode = 0;
		const bool found = ring_parse_line(rows[i].line, strlen(rows[i].line), &inode);
		cr_expect_eq(found, rows[i].inode != 0, "'%s'", rows[i].line);
		cr_expect_eq(inode, rows[i].inode, "'%s'", rows[i].line);
	}
}

Test(ring, every_shorter_line_is_no_socket) {
	static const char line[] = "    1: socket:[42]";
	for (size_t length = 0; length < sizeof(line) - 1; length++) {
		uint32_t inode = 0;
		char *copy = xmalloc(length + 1); /* never 0 bytes; a sanitizer guards the rest */
		memcpy(copy, line, length);
		cr_expect_not(ring_parse_line(copy, length, &inode), "%zu", length);
		free(copy);
	}
}

Test(ring, kernels_that_tell_too_little_are_not_believed) {
	static const struct {
		const char *release;
		bool told;
	} rows[] = { { "6.18.44", true },   { "6.17.0-rc1", true },
		     { "6.17", true },      { "7.0", true },
		     { "10.1.2", true },    { "6.16.9", false },
		     { "6.1.0-27", false }, { "5.15.0-generic", false },
		     { "", false },         { "6", false },
		     { "x", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(ring_is_told_by(rows[i].release), rows[i].told, "%s", rows[i].release);
}

/* A folder like /proc/PID, with one descriptor. */
struct folder {
	char path[32];
	int fd; /* its fd/ */
};

static void write_fdinfo(const struct folder *folder, const char *name, const char *text) {
	char path[64];
	snprintf(path, sizeof(path), "%s/fdinfo/%s", folder->path, name);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static struct folder new_folder(void) {
	struct folder folder = { .path = "/tmp/test_ring.XXXXXX" };
	char path[64];
	cr_assert_not_null(mkdtemp(folder.path));
	snprintf(path, sizeof(path), "%s/fdinfo", folder.path);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fd", folder.path);
	cr_assert_eq(mkdir(path, 0700), 0);
	folder.fd = open(path, O_RDONLY | O_DIRECTORY);
	cr_assert_geq(folder.fd, 0);
	return folder;
}

static void remove_folder(const struct folder *folder) {
	static const char *const names[] = { "fdinfo/3", "fdinfo", "fd", "" };
	char path[64];
	close(folder->fd);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder->path, names[i]);
		remove(path);
	}
}

static void add_up(void *context, uint32_t inode) {
	*(uint64_t *)context += inode;
}

Test(ring, its_sockets_are_found_as_long_as_lines_are_left) {
	static const char text[] =
	    "pos:\t0\nflags:\t02\nino:\t77\nUserFiles:\t3\n    0: socket:[5]\n"
	    "    1: /dev/null\n    2: socket:[600]\nUserBufs:\t0\n";
	static const struct {
		size_t lines;
		int result;
		uint64_t sum;
	} rows[] = { { 100, 0, 605 },  { 9, 0, 605 },    { 8, -EBUSY, 605 }, { 7, -EBUSY, 605 },
		     { 6, -EBUSY, 5 }, { 4, -EBUSY, 0 }, { 3, -EBUSY, 0 },   { 0, -EBUSY, 0 } };
	const struct folder folder = new_folder();
	write_fdinfo(&folder, "3", text);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		uint64_t sum = 0;
		size_t left = rows[i].lines;
		cr_expect_eq(ring_read(folder.fd, "3", &left, add_up, &sum), rows[i].result,
		             "%zu lines", rows[i].lines);
		cr_expect_eq(sum, rows[i].sum, "%zu lines", rows[i].lines);
		cr_expect_eq(left, rows[i].lines > 8 ? rows[i].lines - 8 : 0);
	}
	remove_folder(&folder);
}

Test(ring, one_without_a_list_is_asked_again_and_then_busy) {
	const struct folder folder = new_folder();
	uint64_t sum = 0;
	size_t left = 1000;
	write_fdinfo(&folder, "3", "pos:\t0\nino:\t77\n");
	cr_expect_eq(ring_read(folder.fd, "3", &left, add_up, &sum), -EBUSY);
	cr_expect_lt(left, 1000 - 2, "more than one attempt");
	cr_expect_eq(ring_read(folder.fd, "5", &left, add_up, &sum), -ENOENT);
	cr_expect_eq(sum, 0);
	remove_folder(&folder);
}
