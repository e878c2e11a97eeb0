/* What the kernel tells of files registered with an io_uring (io_uring/fdinfo.c). */

#include <criterion/criterion.h>
#include <string.h>

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

Test(ring, kernels_that_tell_only_the_last_part_of_a_path_are_not_believed) {
	static const struct {
		const char *release;
		bool told;
	} rows[] = { { "6.18.44", true },   { "6.14.0-rc1", true },
		     { "6.14", true },      { "7.0", true },
		     { "10.1.2", true },    { "6.13.9", false },
		     { "6.1.0-27", false }, { "5.15.0-generic", false },
		     { "", false },         { "6", false },
		     { "x", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		cr_expect_eq(ring_is_told_by(rows[i].release), rows[i].told, "%s", rows[i].release);
}
