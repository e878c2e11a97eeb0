/* Other machines, as an "ssh" on PATH plays them: a script that gets the words of the real one. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds.h"
#include "frame.h"
#include "life.h"
#include "moments.h"
#include "recording.h"
#include "remote.h"
#include "ssh.h"
#include "util.h"

enum { LIMIT_MS = 20000, NEEDS = SOCK_NEED_INFO, MOMENTS = 3, SOCKETS = 4 };

/* A folder with the script and a recording of MOMENTS moments of SOCKETS sockets. */
static char folder[64];

static void write_script(const char *body) {
	char path[128];
	snprintf(path, sizeof(path), "%s/ssh", folder);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", folder, body);
	fclose(file);
	cr_assert_eq(chmod(path, 0700), 0);
}

static void write_recording(void) {
	char path[128];
	char *error = NULL;
	snprintf(path, sizeof(path), "%s/rec", folder);
	struct recording_writer *writer = recording_create(path, &error);
	cr_assert_not_null(writer, "%s", error);
	for (uint32_t i = 0; i < MOMENTS; i++) {
		const struct moment_sockets sockets = { (100 + i) * SECOND_NS, 1, SOCKETS,
			                                1000 * i };
		const struct moment_bytes moment = moments_make(&sockets);
		cr_assert_eq(recording_append(writer, moment.start, moment.length), 0);
		free(moment.start);
	}
	recording_close(writer);
}

static void set_up(void) {
	char path[256];
	strcpy(folder, "/tmp/test_remote.XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", folder);
	setenv("PATH", path, 1);
	write_recording();
}

static void tear_down(void) {
	static const char *const names[] = { "ssh", "rec", "words", "pid" };
	char path[128];
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

TestSuite(remote, .init = set_up, .fini = tear_down);

static struct feed open_hosts(const char *list) {
	struct feed feed = { 0 };
	char *error = NULL;
	cr_assert(feed_hosts(list, SECOND_NS, &feed, &error), "%s", error);
	return feed;
}

static const struct frame *look(const struct feed *feed) {
	struct pollfd ready = { .fd = feed->fd, .events = POLLIN };
	const struct frame *frame = NULL;
	char *error = NULL;
	feed->ask(feed->self, NEEDS);
	cr_assert_eq(poll(&ready, 1, LIMIT_MS), 1);
	cr_assert_eq(feed->take(feed->self, &frame, &error), FEED_FRAME);
	return frame;
}

/* Looks until the host has trouble that says so. */
static const struct frame *look_for_trouble(const struct feed *feed, size_t host,
                                            const char *text) {
	const struct frame *frame = look(feed);
	for (int i = 0; i < LIMIT_MS / 10; i++) {
		const char *trouble = frame->hosts[host].trouble;
		if (trouble && strstr(trouble, text))
			return frame;
		usleep(10000);
		frame = look(feed);
	}
	cr_assert(false, "never '%s'", text);
	return frame;
}

/* Looks until there are so many sockets. */
static const struct frame *look_for_sockets(const struct feed *feed, size_t count) {
	const struct frame *frame = look(feed);
	for (int i = 0; i < LIMIT_MS / 10 && frame->snapshot.count != count; i++) {
		usleep(10000);
		frame = look(feed);
	}
	cr_assert_eq(frame->snapshot.count, count);
	return frame;
}

static bool file_has(const char *name, const char *text) {
	char path[128];
	char line[512] = "";
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "r");
	if (file && !fgets(line, sizeof(line), file))
		line[0] = '\0';
	if (file)
		fclose(file);
	return strcmp(line, text) == 0;
}

Test(remote, the_names_of_hosts_are_names_and_nothing_else) {
	static const char *const good[] = {
		"web1", "ana@web1.example.org", "[fe80::1%eth0]", "ssh://ana@web1:2222", "::1",
		"a_b-c"
	};
	static const char *const bad[] = { "",         "-oProxyCommand=x",
		                           "a b",      "a;b",
		                           "$(a)",     "a`b`",
		                           "a\nb",     "a'b",
		                           "a\"b",     "a|b",
		                           "\xc3\xa4", "a\\b",
		                           "a&b",      "a<b",
		                           "~",        "ana@-x",
		                           "ssh://-x" };
	char long_name[300];
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		cr_expect(ssh_is_host(good[i]), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		cr_expect(!ssh_is_host(bad[i]), "%s", bad[i]);
	cr_expect(!ssh_is_host(long_name));
}

Test(remote, a_list_with_what_is_no_host_is_refused_before_anything_is_started) {
	static const char *const lists[] = { "", "web1,", ",web1", "web1,-x", "web1,web2,web1" };
	write_script("touch words");
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		struct feed feed = { 0 };
		char *error = NULL;
		cr_expect(!feed_hosts(lists[i], SECOND_NS, &feed, &error), "%s", lists[i]);
		cr_expect_not_null(error);
		free(error);
	}
}

Test(remote, ssh_is_told_word_by_word_what_to_run) {
	struct ssh ssh = { 0 };
	write_script("echo \"$*\" > words; echo done");
	cr_assert_eq(ssh_start(&ssh, "web1", 1500000000), 0);
	char bytes[16];
	cr_expect_eq(util_read_up_to(ssh.output, bytes, sizeof(bytes)), 5);
	ssh_stop(&ssh);
	cr_expect(file_has("words", "-T -oBatchMode=yes -oServerAliveInterval=5 -- web1 socklens "
	                            "record -d 1.500 -\n"));
	ssh_stop(&ssh);
}

Test(remote, the_last_line_of_what_ssh_says_is_kept_and_never_waited_for) {
	struct ssh ssh = { 0 };
	char bytes[16];
	write_script("echo first >&2; yes | head -c 300000 >&2");
	cr_assert_eq(ssh_start(&ssh, "web1", SECOND_NS), 0);
	cr_expect_eq(util_read_up_to(ssh.output, bytes, sizeof(bytes)), 0, "it has ended");
	ssh_stop(&ssh);
	cr_expect_neq(ssh.words[0], '\0');
	write_script("echo first >&2; printf 'the\\033[31m last' >&2");
	cr_assert_eq(ssh_start(&ssh, "web1", SECOND_NS), 0);
	cr_expect_eq(util_read_up_to(ssh.output, bytes, sizeof(bytes)), 0);
	ssh_stop(&ssh);
	cr_expect_str_eq(ssh.words, "the\033[31m last");
}

Test(remote, whatever_ssh_started_ends_with_it) {
	struct ssh ssh = { 0 };
	write_script("trap '' TERM; sleep 1000 & echo $! > pid; echo up; wait; sleep 1000");
	cr_assert_eq(ssh_start(&ssh, "web1", SECOND_NS), 0);
	char bytes[3];
	cr_expect_eq(util_read_up_to(ssh.output, bytes, sizeof(bytes)), 3);
	const pid_t group = ssh.pid;
	ssh_stop(&ssh);
	for (int i = 0; i < LIMIT_MS / 10 && kill(-group, 0) == 0; i++)
		usleep(10000);
	cr_expect_eq(kill(-group, 0), -1, "nobody of its group is left");
}

Test(remote, the_sockets_of_all_hosts_are_in_one_frame) {
	write_script("cat rec; sleep 1000");
	struct feed feed = open_hosts("web1,web2");
	const struct frame *frame = look_for_sockets(&feed, 2 * SOCKETS);
	size_t of_first = 0;
	for (size_t i = 0; i < frame->snapshot.count; i++) {
		const struct sock *sock = &frame->snapshot.socks[i];
		of_first += strcmp(sock->host, "web1") == 0;
		for (size_t j = 0; j < i; j++)
			cr_expect_neq(sock->life->serial, frame->snapshot.socks[j].life->serial);
	}
	cr_expect_eq(of_first, SOCKETS);
	cr_expect_null(frame->hosts[0].trouble);
	cr_expect_null(frame->hosts[1].trouble);
	cr_expect_eq(frame->totals.sockets, 2 * SOCKETS);
	cr_expect_gt(frame->time_ns, 1700000000 * SECOND_NS, "of here, not of a clock there");
	cr_expect(feed.is_live);
	feed_close(&feed);
}

Test(remote, a_host_that_cannot_be_had_says_why_and_holds_nobody_up) {
	write_script("case \"$*\" in *web1*) cat rec; sleep 1000;; *web2*) sleep 1000;; *) "
	             "echo 'no \033 route' >&2; exit 255;; esac");
	struct feed feed = open_hosts("web1,web2,web3");
	const struct frame *frame = look_for_trouble(&feed, 2, "no \\x1b route");
	cr_expect_not_null(frame->hosts[1].trouble, "still connecting");
	frame = look_for_sockets(&feed, SOCKETS);
	cr_expect_null(frame->hosts[0].trouble);
	feed_close(&feed);
}

Test(remote, a_host_that_drops_out_is_tried_again_and_its_sockets_stay_the_same) {
	write_script("if [ -e pid ]; then cat rec; sleep 1000; fi; touch pid; cat rec");
	struct feed feed = open_hosts("web1");
	const struct frame *frame = look_for_sockets(&feed, SOCKETS);
	const uint64_t serial = frame->snapshot.socks[0].life->serial;
	frame = look_for_trouble(&feed, 0, "next try in");
	cr_assert_eq(frame->snapshot.count, SOCKETS);
	cr_expect(frame->snapshot.socks[0].life->stale);
	for (int i = 0; i < LIMIT_MS / 10 && frame->hosts[0].trouble; i++) {
		usleep(10000);
		frame = look(&feed);
	}
	cr_assert_null(frame->hosts[0].trouble);
	cr_expect(!frame->snapshot.socks[0].life->stale);
	cr_expect_eq(frame->snapshot.socks[0].life->serial, serial);
	feed_close(&feed);
}

/* The machine is there, but who looks at it is stuck: then the last look is not what is there now.
 */
Test(remote, a_host_that_says_nothing_any_more_is_not_shown_as_if_it_did) {
	write_script("cat rec; sleep 9; tail -c +25 rec; sleep 1000");
	struct feed feed = { 0 };
	char *error = NULL;
	cr_assert(feed_hosts("web1", SECOND_NS / 1000, &feed, &error), "%s", error);
	const struct frame *frame = look_for_sockets(&feed, SOCKETS);
	cr_expect_null(frame->hosts[0].trouble);
	frame = look_for_trouble(&feed, 0, "nothing came for 5 s");
	cr_assert_eq(frame->snapshot.count, SOCKETS);
	cr_expect(frame->snapshot.socks[0].life->stale);
	for (int i = 0; i < LIMIT_MS / 10 && frame->hosts[0].trouble; i++) {
		usleep(10000);
		frame = look(&feed);
	}
	cr_expect_null(frame->hosts[0].trouble, "it has come round");
	feed_close(&feed);
}

Test(remote, garbage_and_what_is_cut_is_trouble) {
	static const char *const bodies[] = {
		"head -c 100 rec", "head -c 10 rec",
		"exit 0",          "head -c 5000 /dev/urandom",
		"echo hello",      "(cat rec; head -c 5000 /dev/urandom)"
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		write_script(bodies[i]);
		struct feed feed = open_hosts("web1");
		look_for_trouble(&feed, 0, "next try in");
		feed_close(&feed);
	}
}

/* A line of ssh is as long as the name of the host makes it, and what matters is at its end. What
 * is wrong with a recording is not hidden by a greeting. */
Test(remote, why_a_host_cannot_be_had_is_told_to_the_end) {
	static const struct {
		const char *body, *trouble;
	} rows[] = {
		{ "echo 'ssh: connect to host db-primary-01.eu-central-1.compute.internal port 22: "
		  "Connection refused' >&2; exit 255",
		  "port 22: Connection refused (next" },
		{ "echo hello >&2; echo hello", "hello; 'web1': what came is no recording" },
		{ "printf '\\324\\303\\262\\241\\2\\0\\4\\0'; cat /dev/zero",
		  "'web1': what came is no recording" },
		{ "exit 0", "the recorder there ended (next" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		write_script(rows[i].body);
		struct feed feed = open_hosts("web1");
		look_for_trouble(&feed, 0, rows[i].trouble);
		feed_close(&feed);
	}
}

/* Before it connects, while it is silent, in the middle of a moment, while it waits to try again.
 */
Test(remote, a_feed_can_be_closed_at_any_time) {
	static const char *const bodies[] = { "sleep 1000", "head -c 10 rec; sleep 1000",
		                              "head -c 100 rec; sleep 1000", "cat rec; sleep 1000",
		                              "exit 1" };
	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		write_script(bodies[i]);
		struct feed feed = open_hosts("web1,web2");
		look(&feed);
		usleep((useconds_t)i * 10000);
		feed.ask(feed.self, NEEDS);
		feed_close(&feed);
		cr_expect_null(feed.self);
	}
}
