/* What /proc says of a process, whose name and paths are whatever it likes them to be. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "util.h"

/* What follows the name in /proc/PID/stat (proc_pid_stat(5)); the 22nd field is the start time. */
#define FIELDS_3_TO_21 " S 1 2 3 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
#define FIELDS_23_TO_26 " 225280 213 18446744073709551615 1\n"

/* Parses a copy of exactly that many bytes, so that a sanitizer sees a read behind it. */
static bool parse_copy(const char *text, size_t length, char *comm, size_t *comm_length,
                       uint64_t *start_time) {
	char *copy = xmalloc(length);
	struct process_stat stat;
	memcpy(copy, text, length);
	const bool good = process_parse_stat(copy, length, &stat);
	if (good) {
		cr_assert(stat.comm >= copy && stat.comm + stat.comm_length <= copy + length);
		memcpy(comm, stat.comm, stat.comm_length);
		*comm_length = stat.comm_length;
		*start_time = stat.start_time;
	}
	free(copy);
	return good;
}

Test(process, the_name_may_hold_anything) {
	static const struct {
		const char *comm;
		size_t length;
	} names[] = {
#define NAME(text) { text, sizeof(text) - 1 }
		NAME("init"),
		NAME(""),
		NAME(")"),
		NAME("("),
		NAME("()"),
		NAME(") R 1 2 ("),
		NAME(") S 1 2 3 0 -1"),
		NAME("a b"),
		NAME("a\nb"),
		NAME("\x1b[2J\x07"),
		NAME("\xff\xfe"),
		NAME("a\0b"),
		NAME("kworker/u:0-rcu_preempt_and_more"),
		NAME("   "),
#undef NAME
	};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		static const char before[] = "4711 (",
				  after[] = ")" FIELDS_3_TO_21 "987654" FIELDS_23_TO_26;
		char text[512], comm[512];
		size_t length = 0, comm_length = 0;
		uint64_t start_time = 0;
		memcpy(text, before, sizeof(before) - 1);
		length += sizeof(before) - 1;
		memcpy(text + length, names[i].comm, names[i].length);
		length += names[i].length;
		memcpy(text + length, after, sizeof(after) - 1);
		length += sizeof(after) - 1;
		cr_assert(parse_copy(text, length, comm, &comm_length, &start_time), "name %zu", i);
		cr_expect_eq(comm_length, names[i].length, "name %zu", i);
		cr_expect_eq(memcmp(comm, names[i].comm, comm_length), 0, "name %zu", i);
		cr_expect_eq(start_time, 987654, "name %zu", i);
	}
}

Test(process, the_parent_is_the_second_number_behind_the_name) {
	static const char text[] = "7 (a) 1 (b)) S 4242 2" FIELDS_3_TO_21 "5 6 7" FIELDS_23_TO_26;
	static const char *const wrong[] = {
		"7 (PPid:\t7\n) S -1 2" FIELDS_3_TO_21 "5 6 7" FIELDS_23_TO_26,
		"7 (a) S 99999999999 2" FIELDS_3_TO_21 "5 6 7" FIELDS_23_TO_26,
		"7 (a) S",
		"7 (a) S ",
		"7 (a) S 12",
		"",
	};
	struct process_stat stat;
	cr_assert(process_parse_stat(text, sizeof(text) - 1, &stat));
	cr_expect_eq(stat.parent_pid, 4242);
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		cr_expect_not(process_parse_stat(wrong[i], strlen(wrong[i]), &stat), "row %zu", i);
}

Test(process, only_a_whole_stat_line_is_believed) {
	static const struct {
		const char *text;
		bool good;
		uint64_t start_time;
	} rows[] = {
		{ "1 (a)" FIELDS_3_TO_21 "0" FIELDS_23_TO_26, true, 0 },
		{ "1 (a)" FIELDS_3_TO_21 "18446744073709551615" FIELDS_23_TO_26, true, UINT64_MAX },
		{ "1 (a)" FIELDS_3_TO_21 "18446744073709551616" FIELDS_23_TO_26, false, 0 },
		{ "1 (a)" FIELDS_3_TO_21 "99999999999999999999999" FIELDS_23_TO_26, false, 0 },
		{ "1 (a)" FIELDS_3_TO_21 "-5" FIELDS_23_TO_26, false, 0 },
		{ "1 (a)" FIELDS_3_TO_21 "0x5" FIELDS_23_TO_26, false, 0 },
		{ "1 (a)" FIELDS_3_TO_21 "5x" FIELDS_23_TO_26, false, 0 },
		{ "1 (a)" FIELDS_3_TO_21, false, 0 },
		{ "1 (a) S 1 2 3\n", false, 0 },
		{ "1 (a)", false, 0 },
		{ "1 (a", false, 0 },
		{ "1 a)" FIELDS_3_TO_21 "7" FIELDS_23_TO_26, false, 0 },
		{ "1 a" FIELDS_3_TO_21 "7" FIELDS_23_TO_26, false, 0 },
		{ ")(" FIELDS_3_TO_21 "7" FIELDS_23_TO_26, false, 0 },
		{ "\n", false, 0 },
		{ "", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char comm[512];
		size_t comm_length = 0;
		uint64_t start_time = 0;
		const bool good =
		    parse_copy(rows[i].text, strlen(rows[i].text), comm, &comm_length, &start_time);
		cr_expect_eq(good, rows[i].good, "%s", rows[i].text);
		cr_expect_eq(start_time, rows[i].start_time, "%s", rows[i].text);
	}
}

Test(process, no_text_cut_before_the_start_time_is_believed) {
	static const char text[] = "4711 (a) b)" FIELDS_3_TO_21 "987654" FIELDS_23_TO_26;
	const size_t needed = strlen("4711 (a) b)" FIELDS_3_TO_21);
	for (size_t length = 0; length < sizeof(text); length++) {
		char comm[512];
		size_t comm_length = 0;
		uint64_t start_time = 0;
		const bool good = parse_copy(text, length, comm, &comm_length, &start_time);
		cr_expect_eq(good, length > needed, "%zu bytes", length);
	}
}

Test(process, only_a_socket_link_has_an_inode) {
	static const struct {
		const char *link;
		bool good;
		uint32_t inode;
	} rows[] = {
		{ "socket:[4711]", true, 4711 },
		{ "socket:[1]", true, 1 },
		{ "socket:[4294967295]", true, UINT32_MAX },
		{ "socket:[4294967296]", false, 0 },
		{ "socket:[99999999999999999999999999]", false, 0 },
		{ "socket:[]", false, 0 },
		{ "socket:[", false, 0 },
		{ "socket:]", false, 0 },
		{ "socket:[-1]", false, 0 },
		{ "socket:[+1]", false, 0 },
		{ "socket:[ 1]", false, 0 },
		{ "socket:[1 ]", false, 0 },
		{ "socket:[0x1]", false, 0 },
		{ "socket:[1]x", false, 0 },
		{ "socket:[1", false, 0 },
		{ "socket:[12", false, 0 },
		{ "socket:[12x", false, 0 },
		{ "socket:[1]]", false, 0 },
		{ "Socket:[1]", false, 0 },
		{ "/socket:[1]", false, 0 },
		{ "pipe:[4711]", false, 0 },
		{ "anon_inode:[eventpoll]", false, 0 },
		{ "/dev/null", false, 0 },
		{ "]", false, 0 },
		{ "", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const size_t length = strlen(rows[i].link);
		char *copy = xmalloc(length);
		uint32_t inode = 0;
		memcpy(copy, rows[i].link, length); /* readlink() ends with no NUL */
		cr_expect_eq(process_parse_socket_link(copy, length, &inode), rows[i].good, "%s",
		             rows[i].link);
		cr_expect_eq(inode, rows[i].inode, "%s", rows[i].link);
		free(copy);
	}
}

Test(process, the_name_of_a_program_is_the_end_of_its_path) {
	static const struct {
		const char *path, *name;
	} rows[] = {
		{ "/usr/sbin/nginx", "nginx" },
		{ "/usr/sbin/nginx (deleted)", "nginx" },
		{ "/init", "init" },
		{ "init", "init" },
		{ "/opt/my program", "my program" },
		{ "/opt/my program (deleted)", "my program" },
		{ "/opt/x(deleted)", "x(deleted)" },
		{ "/opt/x (deleted) (deleted)", "x (deleted)" },
		{ "/opt/x (deleted)y", "x (deleted)y" },
		{ "/opt (deleted)/x", "x" },
		{ "/a\nb/c\x1b[2Jd", "c\x1b[2Jd" },
		{ "/memfd:runc (deleted)", "memfd:runc" },
		{ "/", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const size_t length = strlen(rows[i].path);
		char *copy = xmalloc(length);
		size_t name_length = 77;
		memcpy(copy, rows[i].path, length); /* readlink() ends with no NUL */
		const char *name = process_base_name(copy, length, &name_length);
		cr_assert_eq(name_length, strlen(rows[i].name), "%s", rows[i].path);
		cr_expect_eq(memcmp(name, rows[i].name, name_length), 0, "%s", rows[i].path);
		free(copy);
	}
}

static bool parse_leader_copy(const char *text, size_t length, uint32_t *pid) {
	char *copy = xmalloc(length);
	memcpy(copy, text, length);
	const bool good = process_parse_leader(copy, length, pid);
	free(copy);
	return good;
}

Test(process, a_thread_says_which_process_it_is_of) {
	static const char text[] =
	    "Name:\tTgid:\t7\\nTgid:\t8\nUmask:\t0022\nTgid:\t4711\nPid:\t9\n";
	const size_t length = strlen(text) - strlen("Pid:\t9\n");
	uint32_t pid = 77;
	cr_assert(parse_leader_copy(text, length, &pid));
	cr_expect_eq(pid, 4711);
	pid = 77;
	for (size_t i = 0; i < length; i++)
		cr_assert_not(parse_leader_copy(text, i, &pid), "the first %zu bytes", i);
	cr_expect_not(parse_leader_copy("a\nTgid:\t\n", 9, &pid));
	cr_expect_not(parse_leader_copy("a\nTgid:\t4294967296\n", 19, &pid));
	cr_expect_eq(pid, 77);
}
