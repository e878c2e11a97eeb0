/* What is shown, in a file. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export.h"
#include "frame.h"
#include "sock.h"
#include "table.h"
#include "util.h"

static char directory[] = "/tmp/test_export_XXXXXX";

static void enter(void) {
	cr_assert(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
}

static void leave(void) {
	char *command = xasprintf("rm -r %s", directory);
	cr_assert_eq(system(command), 0);
	free(command);
}

TestSuite(export, .init = enter, .fini = leave);

/* Two sockets, the second of which comes first. */
struct shown {
	struct frame frame;
	struct table table;
	struct view view;
};

static void init(struct shown *shown, const char *columns) {
	char *error = NULL;
	*shown = (struct shown){ .frame = { .time_ns = 1000000000, .host = "here" } };
	snapshot_init(&shown->frame.snapshot);
	for (uint32_t i = 0; i < 2; i++) {
		struct sock *sock = snapshot_add(&shown->frame.snapshot);
		sock->known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ;
		sock->state = SOCK_STATE_LISTEN;
		sock->recvq = i;
		sock->local.port = 1000 + i;
	}
	if (columns)
		cr_assert(view_set_columns(&shown->view, columns, &error));
	const struct table_choice choice = { .sort = field_find("recvq", 5), .descending = true };
	table_update(&shown->table, &shown->frame, &choice);
}

static void finish(struct shown *shown) {
	view_finish(&shown->view);
	table_finish(&shown->table);
	snapshot_finish(&shown->frame.snapshot);
}

static void read_file(const char *path, char *text, size_t size) {
	FILE *file = fopen(path, "re");
	cr_assert(file, "%s", path);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void expect_file(const char *path, const char *wanted) {
	char text[4096];
	read_file(path, text, sizeof(text));
	cr_expect_str_eq(text, wanted, "%s: '%s'", path, text);
}

/* The line that is said has this in it. */
static void expect_line(struct shown *shown, const char *path, const char *wanted) {
	char *line = export_rows(path, &shown->frame, &shown->table, &shown->view);
	cr_expect(strstr(line, wanted), "'%s' has no '%s'", line, wanted);
	free(line);
}

Test(export, the_end_of_the_name_says_the_format) {
	struct shown shown;
	init(&shown, "state,sport");
	expect_line(&shown, "a.txt", "2 sockets written to a.txt");
	expect_file("a.txt", "STATE  SPORT\nLISTEN  1001\nLISTEN  1000\n");
	expect_line(&shown, "a.CSV", "a.CSV");
	expect_file("a.CSV", "state,sport\nLISTEN,1001\nLISTEN,1000\n");
	expect_line(&shown, "a.tsv", "a.tsv");
	expect_file("a.tsv", "state\tsport\nLISTEN\t1001\nLISTEN\t1000\n");
	expect_line(&shown, "a.ndjson", "a.ndjson");
	expect_file("a.ndjson", "{\"state\":\"LISTEN\",\"sport\":1001}\n"
	                        "{\"state\":\"LISTEN\",\"sport\":1000}\n");
	expect_line(&shown, "whatever", "whatever");
	expect_file("whatever", "STATE  SPORT\nLISTEN  1001\nLISTEN  1000\n");
	finish(&shown);
}

Test(export, a_document_says_where_and_when_it_is_from) {
	char text[4096];
	struct shown shown;
	init(&shown, "sport");
	expect_line(&shown, "a.json", "a.json");
	read_file("a.json", text, sizeof(text));
	cr_expect(strstr(text, "\"host\":\"here\""), "%s", text);
	cr_expect(strstr(text, "\"time\":\"1970-01-01T00:00:01Z\""), "%s", text);
	cr_expect(strstr(text, "{\"sport\":1001}"), "%s", text);
	finish(&shown);
}

Test(export, without_columns_of_its_own_it_is_what_the_live_view_shows) {
	char text[4096];
	struct shown shown;
	init(&shown, NULL);
	expect_line(&shown, "a", "2 sockets");
	read_file("a", text, sizeof(text));
	cr_expect_eq(strncmp(text, "PID/PROCESS USER PROTO STATE", 28), 0, "%s", text);
	expect_line(&shown, "a.ndjson", "2 sockets");
	read_file("a.ndjson", text, sizeof(text));
	cr_expect(strstr(text, "\"src\":\"0.0.0.0\",\"sport\":1001"), "%s", text);
	cr_expect_null(strstr(text, "\"local\":"), "%s", text);
	finish(&shown);
}

Test(export, nobody_else_may_read_it) {
	struct stat status;
	struct shown shown;
	init(&shown, "sport");
	expect_line(&shown, "a", "2 sockets");
	cr_assert_eq(stat("a", &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0600);
	finish(&shown);
}

Test(export, what_is_there_is_never_overwritten) {
	struct shown shown;
	init(&shown, "sport");
	expect_line(&shown, "a", "2 sockets");
	expect_line(&shown, "a", "File exists");
	cr_assert_eq(symlink("elsewhere", "link"), 0);
	expect_line(&shown, "link", "File exists");
	cr_expect_neq(access("elsewhere", F_OK), 0);
	cr_assert_eq(mkdir("folder", 0700), 0);
	expect_line(&shown, "folder", "File exists");
	finish(&shown);
}

Test(export, what_goes_wrong_is_said_in_one_printable_line) {
	struct shown shown;
	init(&shown, "sport");
	expect_line(&shown, "no/such/folder", "no/such/folder: No such file");
	expect_line(&shown, "", "No such file");
	expect_line(&shown, "no\x1b[2J\n/x", "no\\x1b[2J\\x0a/x: No such file");
	finish(&shown);
}

Test(export, a_file_that_cannot_be_finished_is_removed) {
	struct shown shown;
	init(&shown, "state,sport");
	const struct rlimit limit = { .rlim_cur = 20, .rlim_max = RLIM_INFINITY };
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_line(&shown, "a", "File too large");
	const struct rlimit none = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	cr_expect_neq(access("a", F_OK), 0);
	finish(&shown);
}

Test(export, no_rows_are_an_answer_too) {
	struct shown shown;
	init(&shown, "state,sport");
	shown.table.count = shown.table.sockets = 0;
	expect_line(&shown, "a", "0 sockets");
	expect_file("a", "STATE SPORT\n");
	finish(&shown);
}
