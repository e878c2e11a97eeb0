/* Moments put together as the recorder does it, or by hand, and read again: whole, cut, flipped and
 * lying. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "findings.h"
#include "inet_diag.h"
#include "moment.h"
#include "recorder.h"
#include "replay.h"
#include "tcp_info.h"
#include "util.h"

enum { MESSAGE_SIZE = 512, MD5_RECORD = 100 };

/* One netlink message that grows by attributes. */
struct message {
	alignas(8) unsigned char bytes[MESSAGE_SIZE];
	size_t length;
};

static struct nlmsghdr *header_of(struct message *message) {
	return (struct nlmsghdr *)(void *)message->bytes;
}

static struct message new_message(uint16_t type, const void *body, size_t size) {
	struct message message = { .length = NLMSG_LENGTH(size) };
	*header_of(&message) =
	    (struct nlmsghdr){ (uint32_t)message.length, type, NLM_F_MULTI, 1, 0 };
	if (size > 0)
		memcpy(message.bytes + NLMSG_HDRLEN, body, size);
	return message;
}

static void put_attribute(struct message *message, uint16_t type, const void *bytes,
                          size_t length) {
	const struct nlattr header = { (uint16_t)(sizeof(header) + length), type };
	const size_t start = NLMSG_ALIGN(message->length);
	cr_assert_leq(start + sizeof(header) + length, MESSAGE_SIZE);
	memcpy(message->bytes + start, &header, sizeof(header));
	if (length > 0)
		memcpy(message->bytes + start + sizeof(header), bytes, length);
	message->length = start + sizeof(header) + length;
	header_of(message)->nlmsg_len = (uint32_t)message->length;
}

static struct message tcp_message(uint32_t cookie, uint16_t port, uint32_t inode) {
	const struct inet_diag_msg body = {
		.idiag_family = AF_INET,
		.idiag_state = SOCK_STATE_ESTABLISHED,
		.id = { .idiag_sport = htons(port),
		        .idiag_dport = htons(443),
		        .idiag_src = { htonl(0x7f000001) },
		        .idiag_dst = { htonl(0xc0000201) },
		        .idiag_if = 4,
		        .idiag_cookie = { cookie, 0 } },
		.idiag_uid = 1000,
		.idiag_inode = inode,
	};
	const uint64_t cgroup = 77;
	struct message message = new_message(SOCK_DIAG_BY_FAMILY, &body, sizeof(body));
	put_attribute(&message, INET_DIAG_CGROUP_ID, &cgroup, sizeof(cgroup));
	return message;
}

static struct message unix_message(uint32_t cookie, uint32_t inode, uint32_t peer,
                                   const char *name) {
	const struct unix_diag_msg body = {
		.udiag_family = AF_UNIX,
		.udiag_type = SOCK_STREAM,
		.udiag_state = SOCK_STATE_ESTABLISHED,
		.udiag_ino = inode,
		.udiag_cookie = { cookie, 0 },
	};
	struct message message = new_message(SOCK_DIAG_BY_FAMILY, &body, sizeof(body));
	if (name)
		put_attribute(&message, UNIX_DIAG_NAME, name, strlen(name));
	put_attribute(&message, UNIX_DIAG_PEER, &peer, sizeof(peer));
	return message;
}

static struct message packet_message(uint32_t cookie, uint32_t inode) {
	const struct packet_diag_msg body = {
		.pdiag_family = AF_PACKET,
		.pdiag_type = SOCK_RAW,
		.pdiag_num = 3,
		.pdiag_ino = inode,
		.pdiag_cookie = { cookie, 0 },
	};
	const struct packet_diag_info info = { .pdi_index = 4, .pdi_version = 2 };
	struct message message = new_message(SOCK_DIAG_BY_FAMILY, &body, sizeof(body));
	put_attribute(&message, PACKET_DIAG_INFO, &info, sizeof(info));
	return message;
}

static const char tcp6_line[] =
    "   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 501 1 0000000000000000 100 0 0 10 0";

/* Bytes of exactly their size, so that a sanitizer sees a read behind them. */
struct bytes {
	unsigned char *start;
	size_t length;
};

static struct bytes copy_bytes(const void *start, size_t length) {
	struct bytes bytes = { xmalloc(length), length };
	if (length > 0)
		memcpy(bytes.start, start, length);
	return bytes;
}

/* What a moment is made of; everything else is found by the same numbers. */
static const struct process processes[] = {
	{ .pid = 10, .start_time = 100, .comm = "init", .comm_length = 4 },
	{ .pid = 20,
	  .start_time = 200,
	  .comm = "server\n",
	  .comm_length = 7,
	  .exe = "/usr/bin/server",
	  .exe_length = 15,
	  .parent = "init",
	  .parent_length = 4,
	  .parent_pid = 10 },
};

static void add_dump(struct recorder *recorder, const struct moment_dump *dump,
                     const struct message *messages, size_t count) {
	recorder_begin_dump(recorder, dump);
	for (size_t i = 0; i < count; i++)
		recorder_add_message(recorder,
		                     (const struct nlmsghdr *)(const void *)messages[i].bytes);
	recorder_end_dump(recorder);
}

static void add_dumps(struct recorder *recorder) {
	const struct message tcp[] = { tcp_message(1, 22, 101), tcp_message(2, 23, 102) };
	const struct message un[] = { unix_message(3, 201, 202, "/run/x"),
		                      unix_message(4, 202, 201, NULL) };
	const struct message packet = packet_message(5, 301);
	add_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_TCP }, tcp, 2);
	add_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_UNIX }, un, 2);
	add_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_PACKET }, &packet, 1);
	recorder_begin_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_TCP,
	                                                     .family = SOCK_FAMILY_INET6,
	                                                     .kind = MOMENT_KIND_LINES });
	recorder_add_line(recorder, tcp6_line, strlen(tcp6_line));
	recorder_end_dump(recorder);
}

/* The sockets as they were annotated when they were recorded. */
static void add_findings(struct recorder *recorder) {
	static const struct owner owners[] = { { &processes[0], 4 }, { &processes[1], 5 } };
	static const struct owner peer_owner = { &processes[0], 6 };
	static const struct owner_summary summary = { .unreadable = 3, .blind = true };
	struct sock_unix un = { .peer_inode = 202,
		                .peer_owners = &peer_owner,
		                .peer_owner_count = 1 };
	const struct sock_names names = { .local = { "localhost", "ssh" },
		                          .peer = { "far.example", "https" } };
	struct snapshot batch;
	snapshot_init(&batch);
	*snapshot_add(&batch) = (struct sock){
		.inode = 101,
		.uid = 1000,
		.ifindex = 4,
		.cgroup_id = 77,
		.user = "alice",
		.interface_name = "eth0",
		.cgroup = "/system.slice",
		.owners = owners,
		.owner_count = 2,
		.local = { { 127, 0, 0, 1 }, 22 },
		.peer = { { 192, 0, 2, 1 }, 443 },
		.names = &names,
	};
	*snapshot_add(&batch) = (struct sock){
		.protocol = SOCK_PROTOCOL_UNIX_STREAM,
		.family = SOCK_FAMILY_UNIX,
		.inode = 201,
		.un = &un,
		.owners = &owners[1],
		.owner_count = 1,
	};
	findings_record(recorder, &batch, &summary);
	snapshot_finish(&batch);
}

static const struct moment_origin sample_origin = { 1700000000123456789, 4026531840, UINT32_MAX,
	                                            "host\x1b",          "6.1",      "boot\x1b",
	                                            { 40000, 50000 } };
static const struct probe_report sample_reports[REPORT_COUNT] = {
	[SOCK_PROBE_TCP] = { .outcome = REPORT_WHOLE, .count = 3, .dumps = 2, .joined = 1 },
	[SOCK_PROBE_UNIX] = { .outcome = REPORT_WHOLE, .elapsed_ns = UINT64_MAX },
	[SOCK_PROBE_PACKET] = { .outcome = REPORT_PARTIAL,
	                        .error = EMSGSIZE,
	                        .diag_error = ENOENT,
	                        .source = SOCK_SOURCE_PROC,
	                        .place = "/proc/net",
	                        .ignored = 4,
	                        .duplicates = 5 },
	[REPORT_OWNERS] = { .outcome = REPORT_WHOLE, .count = 99 },
};

static struct bytes new_moment(void) {
	const char *bytes = NULL;
	size_t length = 0;
	struct recorder *recorder = recorder_create();
	recorder_begin(recorder, &(struct moment_origin){ .host = "forgotten", .kernel = "" });
	recorder_begin(recorder, &sample_origin);
	add_dumps(recorder);
	add_findings(recorder);
	recorder_end(recorder, sample_reports, &bytes, &length);
	const struct bytes moment = copy_bytes(bytes, length);
	recorder_destroy(recorder);
	return moment;
}

/* Everything of every protocol. */
static struct want want_all(void) {
	struct want want = { .families = SOCK_FAMILIES_ALL, .needs = UINT32_MAX };
	for (size_t i = 0; i < SOCK_PROTOCOL_COUNT; i++)
		want.states[i] = SOCK_STATES_ALL;
	return want;
}

/* What a replay gave: one batch, kept. */
struct given {
	struct replay *replay;
	struct snapshot snapshot;
	struct sock **socks;
	struct owner_summary summary;
};

/* Annotates as a list does, and keeps the batch. */
static bool take_batch(void *context, struct snapshot *batch) {
	struct given *given = context;
	given->socks = xcalloc(batch->count, sizeof(struct sock *));
	for (size_t i = 0; i < batch->count; i++)
		given->socks[i] = &batch->socks[i];
	given->summary =
	    replay_owners(given->replay, batch, given->socks, batch->count, UINT32_MAX);
	replay_names(given->replay, batch, given->socks, batch->count);
	given->snapshot = *batch;
	batch->arena = (struct arena){ 0 };
	batch->socks = NULL;
	batch->count = batch->capacity = 0;
	return true;
}

static struct given ask_for(struct replay *replay, const struct want *want) {
	struct given given = { .replay = replay };
	struct snapshot snapshot;
	snapshot_init(&snapshot);
	replay_sockets(replay, want, SIZE_MAX, &snapshot, take_batch, &given);
	snapshot_finish(&snapshot);
	return given;
}

static struct given ask(struct replay *replay) {
	const struct want want = want_all();
	return ask_for(replay, &want);
}

static void free_given(struct given *given) {
	free(given->socks);
	snapshot_finish(&given->snapshot);
	replay_close(given->replay);
}

/* That a moment without answers has none (ENODATA) does not mean that it makes no sense. */
static bool is_whole(const struct given *given) {
	const struct probe_report *report = &given->snapshot.reports[REPORT_NAMES];
	if (report->outcome == REPORT_NOT_ASKED || report->error == ENODATA)
		return true;
	cr_expect(report->outcome == REPORT_PARTIAL && report->error == EBADMSG &&
	          strcmp(report->place, "recording") == 0);
	return false;
}

static const struct sock *find(const struct given *given, uint32_t inode) {
	for (size_t i = 0; i < given->snapshot.count; i++) {
		if (given->snapshot.socks[i].inode == inode)
			return &given->snapshot.socks[i];
	}
	cr_assert_fail("no socket with inode %u", inode);
	return NULL;
}

/* Reads all that can be read, and looks for what cannot be. */
static void read_all(const struct given *given) {
	size_t sum = 0;
	for (size_t i = 0; i < given->snapshot.count; i++) {
		const struct sock *sock = &given->snapshot.socks[i];
		const struct sock_names *names = sock_names(sock);
		const char *texts[] = {
			sock->interface_name, sock->cgroup,     names->local.host,
			names->local.service, names->peer.host, names->peer.service
		};
		for (size_t j = 0; j < ARRAY_LENGTH(texts); j++)
			sum += texts[j] ? strlen(texts[j]) : 0;
		for (size_t j = 0; j < sock->owner_count; j++) {
			const struct process *process = sock->owners[j].process;
			cr_assert_eq(process->comm[process->comm_length], '\0');
			cr_assert(!process->exe || process->exe[process->exe_length] == '\0');
			cr_assert(!process->parent ||
			          process->parent[process->parent_length] == '\0');
			sum += process->pid;
		}
		cr_assert_lt(sock->protocol, SOCK_PROTOCOL_COUNT);
		cr_assert_lt(sock->family, SOCK_FAMILY_COUNT);
		cr_assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	}
	for (size_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &given->snapshot.reports[i];
		sum += report->place ? strlen(report->place) : 0;
		cr_assert_leq(report->outcome, REPORT_PARTIAL);
	}
	const char *user = replay_user(given->replay, 1000);
	sum += strlen(replay_host(given->replay)) + (user ? strlen(user) : 0);
	cr_assert_geq(sum, 0);
}

Test(replay, a_moment_says_when_and_where_it_was) {
	const struct bytes moment = new_moment();
	struct replay *replay = replay_open(moment.start, moment.length);
	cr_expect_eq(replay_time_ns(replay), 1700000000123456789);
	cr_expect_str_eq(replay_host(replay), "host\x1b");
	cr_expect_str_eq(replay_boot(replay), "boot\x1b");
	cr_expect_eq(replay_ephemeral(replay)[0], 40000);
	cr_expect_eq(replay_ephemeral(replay)[1], 50000);
	cr_expect_eq(replay_netns(replay), 4026531840);
	struct given given = ask(replay);
	cr_expect_eq(find(&given, 101)->netns, 4026531840);
	free_given(&given);
	free(moment.start);
}

Test(replay, sockets_of_all_kinds_come_back) {
	const struct bytes moment = new_moment();
	struct given given = ask(replay_open(moment.start, moment.length));
	cr_expect(is_whole(&given));
	cr_assert_eq(given.snapshot.count, 6);
	const struct sock *tcp = find(&given, 102);
	cr_expect(tcp->protocol == SOCK_PROTOCOL_TCP && tcp->local.port == 23);
	cr_expect(tcp->source == SOCK_SOURCE_DIAG && tcp->cookie == 2);
	const struct sock *un = find(&given, 201);
	cr_expect_str_eq(un->un->name.bytes, "/run/x");
	cr_expect_eq(un->un->peer_inode, 202);
	const struct sock *packet = find(&given, 301);
	cr_expect(packet->protocol == SOCK_PROTOCOL_PACKET_RAW && packet->packet->version == 2);
	const struct sock *line = find(&given, 501);
	cr_expect(line->family == SOCK_FAMILY_INET6 && line->source == SOCK_SOURCE_PROC);
	cr_expect(line->state == SOCK_STATE_LISTEN && line->local.port == 80);
	free_given(&given);
	free(moment.start);
}

Test(replay, names_and_users_come_back) {
	const struct bytes moment = new_moment();
	struct given given = ask(replay_open(moment.start, moment.length));
	const struct sock *tcp = find(&given, 101);
	cr_expect_str_eq(tcp->interface_name, "eth0");
	cr_expect_str_eq(tcp->cgroup, "/system.slice");
	cr_expect_str_eq(tcp->names->local.host, "localhost");
	cr_expect_str_eq(tcp->names->local.service, "ssh");
	cr_expect_str_eq(tcp->names->peer.host, "far.example");
	cr_expect_str_eq(tcp->names->peer.service, "https");
	cr_expect_null(find(&given, 102)->names->local.service);
	cr_expect_str_eq(find(&given, 102)->names->local.host, "localhost");
	cr_expect_str_eq(replay_user(given.replay, 1000), "alice");
	cr_expect_null(replay_user(given.replay, 1001));
	free_given(&given);
	free(moment.start);
}

Test(replay, owners_come_back) {
	const struct bytes moment = new_moment();
	struct given given = ask(replay_open(moment.start, moment.length));
	const struct sock *tcp = find(&given, 101);
	cr_assert_eq(tcp->owner_count, 2);
	cr_expect(tcp->owners[0].process->pid == 10 && tcp->owners[0].fd == 4);
	cr_expect_str_eq(tcp->owners[0].process->comm, "init");
	cr_expect_null(tcp->owners[0].process->exe);
	cr_expect_str_eq(tcp->owners[1].process->exe, "/usr/bin/server");
	cr_expect_str_eq(tcp->owners[1].process->comm, "server\n");
	cr_expect_eq(tcp->owners[1].process->start_time, 200);
	cr_expect_str_eq(tcp->owners[1].process->parent, "init");
	cr_expect_eq(tcp->owners[1].process->parent_pid, 10);
	cr_expect_null(tcp->owners[0].process->parent);
	cr_expect_eq(tcp->owners[0].process->parent_pid, 0);
	cr_expect_eq(tcp->ownership, SOCK_OWNERSHIP_SEVERAL);
	const struct sock *un = find(&given, 201);
	cr_expect(un->owner_count == 1 && un->ownership == SOCK_OWNERSHIP_EXACT);
	cr_assert_eq(un->un->peer_owner_count, 1);
	cr_expect_eq(un->un->peer_owners[0].process->pid, 10);
	cr_expect_eq(find(&given, 202)->ownership, SOCK_OWNERSHIP_EXACT);
	cr_expect_eq(find(&given, 301)->ownership, SOCK_OWNERSHIP_HIDDEN);
	cr_expect(given.summary.blind && !given.summary.privileged);
	cr_expect_eq(given.summary.unreadable, 3);
	cr_expect_eq(given.summary.hidden, 3);
	free_given(&given);
	free(moment.start);
}

Test(replay, reports_come_back_for_what_is_asked_for) {
	const struct bytes moment = new_moment();
	struct given given = ask(replay_open(moment.start, moment.length));
	const struct probe_report *reports = given.snapshot.reports;
	cr_expect_eq(reports[SOCK_PROBE_TCP].outcome, REPORT_WHOLE);
	cr_expect(reports[SOCK_PROBE_TCP].count == 3 && reports[SOCK_PROBE_TCP].dumps == 2 &&
	          reports[SOCK_PROBE_TCP].joined == 1);
	cr_expect_null(reports[SOCK_PROBE_TCP].place);
	cr_expect_eq(reports[SOCK_PROBE_UNIX].elapsed_ns, UINT64_MAX);
	const struct probe_report *packet = &reports[SOCK_PROBE_PACKET];
	cr_expect(packet->outcome == REPORT_PARTIAL && packet->error == EMSGSIZE &&
	          packet->diag_error == ENOENT && packet->source == SOCK_SOURCE_PROC &&
	          packet->ignored == 4 && packet->duplicates == 5);
	cr_expect_str_eq(packet->place, "/proc/net");
	cr_expect_eq(reports[REPORT_OWNERS].count, 99);
	cr_expect_eq(reports[SOCK_PROBE_XDP].outcome, REPORT_NOT_ASKED);
	free_given(&given);
	struct want want = { .families = SOCK_FAMILIES_ALL };
	want.states[SOCK_PROTOCOL_UNIX_STREAM] = SOCK_STATES_ALL;
	given = ask_for(replay_open(moment.start, moment.length), &want);
	cr_expect_eq(given.snapshot.count, 2);
	cr_expect_eq(given.snapshot.reports[SOCK_PROBE_UNIX].outcome, REPORT_WHOLE);
	cr_expect_eq(given.snapshot.reports[SOCK_PROBE_PACKET].outcome, REPORT_NOT_ASKED);
	free_given(&given);
	free(moment.start);
}

/* As with --replay --diff, where a look is shown after its moment is gone. */
Test(replay, sockets_outlive_the_replay) {
	const struct bytes moment = new_moment();
	struct given given = ask(replay_open(moment.start, moment.length));
	replay_close(given.replay);
	memset(moment.start, 0xa5, moment.length);
	free(moment.start);
	given.replay = NULL;
	const struct sock *tcp = find(&given, 101);
	cr_expect_str_eq(tcp->owners[1].process->comm, "server\n");
	cr_expect_str_eq(tcp->owners[1].process->exe, "/usr/bin/server");
	cr_expect_str_eq(tcp->names->peer.host, "far.example");
	cr_expect_str_eq(tcp->names->peer.service, "https");
	cr_expect_str_eq(tcp->interface_name, "eth0");
	cr_expect_str_eq(find(&given, 201)->un->name.bytes, "/run/x");
	free_given(&given);
}

static bool stop(void *context, struct snapshot *batch) {
	*(size_t *)context += batch->count;
	return false;
}

Test(replay, who_has_enough_hears_of_no_damage) {
	const struct bytes moment = new_moment();
	const struct want want = want_all();
	for (size_t limit = 1; limit < 6; limit++) {
		struct replay *replay = replay_open(moment.start, moment.length);
		struct snapshot snapshot;
		size_t count = 0;
		snapshot_init(&snapshot);
		replay_sockets(replay, &want, limit, &snapshot, stop, &count);
		cr_expect_eq(count, limit);
		cr_expect_eq(snapshot.reports[REPORT_NAMES].outcome, REPORT_NOT_ASKED);
		snapshot_finish(&snapshot);
		replay_close(replay);
	}
	free(moment.start);
}

Test(replay, a_moment_without_owners_leaves_them_unknown) {
	const struct probe_report reports[REPORT_COUNT] = { 0 };
	const struct moment_origin origin = { .host = "", .kernel = "" };
	const char *bytes = NULL;
	size_t length = 0;
	struct recorder *recorder = recorder_create();
	struct snapshot nothing;
	snapshot_init(&nothing);
	recorder_begin(recorder, &origin);
	add_dumps(recorder);
	findings_record(recorder, &nothing, NULL);
	recorder_end(recorder, reports, &bytes, &length);
	struct given given = ask(replay_open((const unsigned char *)bytes, length));
	cr_expect(is_whole(&given));
	cr_expect_eq(given.snapshot.count, 6);
	cr_expect_eq(find(&given, 101)->ownership, SOCK_OWNERSHIP_UNKNOWN);
	cr_expect_eq(find(&given, 101)->netns, 0);
	free_given(&given);
	recorder_destroy(recorder);
}

/* Where a section may end, a moment cut there makes sense, and tells less. */
Test(replay, every_prefix_is_read_as_far_as_it_goes) {
	const struct bytes moment = new_moment();
	size_t counts[7] = { 0 };
	size_t whole = 0;
	for (size_t length = 0; length <= moment.length; length++) {
		const struct bytes prefix = copy_bytes(moment.start, length);
		struct given given = ask(replay_open(prefix.start, prefix.length));
		cr_assert_lt(given.snapshot.count, ARRAY_LENGTH(counts));
		counts[given.snapshot.count]++;
		whole += is_whole(&given);
		read_all(&given);
		free_given(&given);
		free(prefix.start);
	}
	cr_expect(counts[0] && counts[2] && counts[4] && counts[5] && counts[6]);
	cr_expect_gt(whole, 12, "%zu", whole);
	cr_expect_lt(whole, 12 * 8, "%zu", whole); /* padding may be missing */
	free(moment.start);
}

Test(replay, every_flipped_bit_is_survived) {
	const struct bytes moment = new_moment();
	size_t damaged = 0;
	for (size_t bit = 0; bit < 8 * moment.length; bit++) {
		moment.start[bit / 8] ^= (unsigned char)(1u << bit % 8);
		struct given given = ask(replay_open(moment.start, moment.length));
		cr_assert_leq(given.snapshot.count, 6);
		damaged += !is_whole(&given);
		read_all(&given);
		free_given(&given);
		moment.start[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	cr_expect_gt(damaged, moment.length / 2);
	free(moment.start);
}

/* Sections by hand. */
struct hand {
	struct out out;
	size_t start;
};

static struct hand begin(enum moment_tag tag) {
	struct hand hand = { 0 };
	out_init(&hand.out, OUT_MEMORY);
	hand.start = moment_begin(&hand.out, tag);
	return hand;
}

/* Opens a copy of exactly that size, and says whether it made sense. */
static bool end_makes_sense(struct hand *hand) {
	moment_end(&hand->out, hand->start);
	const struct bytes copy = copy_bytes(hand->out.bytes, hand->out.used);
	struct given given = ask(replay_open(copy.start, copy.length));
	const bool whole = is_whole(&given);
	read_all(&given);
	free_given(&given);
	free(copy.start);
	out_finish(&hand->out);
	return whole;
}

Test(replay, an_unknown_tag_is_skipped) {
	struct hand hand = begin((enum moment_tag)MOMENT_TAG('N', 'E', 'W', '!'));
	out_text(&hand.out, "whatever it means");
	moment_end(&hand.out, hand.start);
	hand.start = moment_begin(&hand.out, MOMENT_DUMP);
	const struct moment_dump dump = { .probe = SOCK_PROBE_TCP };
	const struct message message = tcp_message(1, 22, 101);
	out_bytes(&hand.out, &dump, sizeof(dump));
	out_bytes(&hand.out, message.bytes, message.length);
	moment_end(&hand.out, hand.start);
	struct given given = ask(replay_open((unsigned char *)hand.out.bytes, hand.out.used));
	cr_expect(is_whole(&given));
	cr_expect_eq(given.snapshot.count, 1);
	free_given(&given);
	out_finish(&hand.out);
}

Test(replay, ports_that_are_no_range_are_damage) {
	static const struct {
		uint32_t first, last;
		bool is_right;
	} ranges[] = { { 1, 65535, true }, { 1, 65536, false }, { 2, 1, false } };
	for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++) {
		struct hand hand = begin(MOMENT_EPHEMERAL);
		moment_put_u32(&hand.out, ranges[i].first);
		moment_put_u32(&hand.out, ranges[i].last);
		cr_expect_eq(end_makes_sense(&hand), ranges[i].is_right, "%zu", i);
	}
}

Test(replay, a_section_of_a_lying_length_ends_the_moment) {
	static const uint64_t lengths[] = { 9,
		                            16,
		                            1 << 20,
		                            UINT32_MAX,
		                            (uint64_t)1 << 63,
		                            UINT64_MAX,
		                            UINT64_MAX - 7,
		                            UINT64_MAX - 16 };
	static const enum moment_tag tags[] = { MOMENT_ORIGIN, MOMENT_DUMP,    MOMENT_REPORT,
		                                MOMENT_USER,   MOMENT_PROCESS, MOMENT_HOLDER,
		                                MOMENT_HOST,   MOMENT_PARENT,  (enum moment_tag)1 };
	for (size_t i = 0; i < ARRAY_LENGTH(lengths) * ARRAY_LENGTH(tags); i++) {
		const uint64_t length = lengths[i % ARRAY_LENGTH(lengths)];
		struct out out;
		out_init(&out, OUT_MEMORY);
		moment_put_u32(&out, tags[i / ARRAY_LENGTH(lengths)]);
		moment_put_u32(&out, 0);
		moment_put_u64(&out, length);
		moment_put_u64(&out, 0);
		const struct bytes copy = copy_bytes(out.bytes, out.used);
		struct given given = ask(replay_open(copy.start, copy.length));
		cr_expect_not(is_whole(&given), "row %zu", i);
		free_given(&given);
		free(copy.start);
		out_finish(&out);
	}
}

static void put_name(struct hand *hand, uint64_t number, const char *text) {
	moment_put_u64(&hand->out, number);
	moment_put_text(&hand->out, text, strlen(text));
}

Test(replay, a_text_of_a_lying_length_makes_no_sense) {
	static const enum moment_tag tags[] = { MOMENT_INTERFACE, MOMENT_CGROUP, MOMENT_USER };
	static const uint32_t lengths[] = { 5, 100, INT32_MAX, UINT32_MAX, UINT32_MAX - 3 };
	for (size_t i = 0; i < ARRAY_LENGTH(tags); i++) {
		for (size_t j = 0; j < ARRAY_LENGTH(lengths); j++) {
			struct hand hand = begin(tags[i]);
			put_name(&hand, 1, "good");
			moment_put_u64(&hand.out, 2);
			moment_put_u32(&hand.out, lengths[j]);
			out_text(&hand.out, "four");
			cr_expect_not(end_makes_sense(&hand), "tag %zu, %u", i, lengths[j]);
		}
		struct hand hand = begin(tags[i]);
		put_name(&hand, 1, "good");
		put_name(&hand, 1, "twice the same number");
		put_name(&hand, UINT64_MAX, "");
		cr_expect(end_makes_sense(&hand), "tag %zu", i);
	}
}

/* Bytes that a section may end behind: all but the last number are too early. */
Test(replay, a_list_that_ends_inside_an_item_makes_no_sense) {
	static const struct {
		enum moment_tag tag;
		size_t parts[6];
	} rows[] = {
		{ MOMENT_USER, { 7, 8, 11, 12 } }, { MOMENT_INTERFACE, { 4, 8, 12 } },
		{ MOMENT_CGROUP, { 8, 12 } },      { MOMENT_HOST, { 4, 20, 23, 24 } },
		{ MOMENT_SERVICE, { 4, 8, 12 } },  { MOMENT_PROCESS, { 8, 12, 16, 20, 24 } },
		{ MOMENT_BOOT, { 0, 3, 4 } },      { MOMENT_OWNERS, { 0, 8, 15, 16 } },
		{ MOMENT_DUMP, { 0, 4, 7, 8 } },
	};
	static const unsigned char zeros[64];
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (size_t j = 0; j < 6; j++) {
			const size_t bytes = rows[i].parts[j];
			const bool last = j == 5 || rows[i].parts[j + 1] == 0;
			struct hand hand = begin(rows[i].tag);
			out_bytes(&hand.out, zeros, bytes);
			cr_expect_eq(end_makes_sense(&hand), last, "row %zu: %zu bytes", i, bytes);
			if (last)
				break;
		}
	}
}

Test(replay, a_holder_needs_a_process_that_is_there) {
	static const struct {
		uint32_t process;
		size_t bytes;
		bool sense;
	} rows[] = {
		{ 0, 12, true },          { 1, 12, true },           { 2, 12, false },
		{ INT32_MAX, 12, false }, { UINT32_MAX, 12, false }, { 0, 11, false },
		{ 0, 4, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const uint32_t holder[] = { 101, rows[i].process, 3 };
		struct hand hand = begin(MOMENT_HOLDER); /* in front of what it is about */
		out_bytes(&hand.out, holder, rows[i].bytes);
		moment_end(&hand.out, hand.start);
		hand.start = moment_begin(&hand.out, MOMENT_OWNERS);
		out_bytes(&hand.out, &(struct moment_owners){ 0 }, sizeof(struct moment_owners));
		moment_end(&hand.out, hand.start);
		hand.start = moment_begin(&hand.out, MOMENT_DUMP);
		const struct message message = tcp_message(1, 22, 101);
		out_bytes(&hand.out, &(struct moment_dump){ 0 }, sizeof(struct moment_dump));
		out_bytes(&hand.out, message.bytes, message.length);
		moment_end(&hand.out, hand.start);
		hand.start = moment_begin(&hand.out, MOMENT_PROCESS);
		for (uint32_t j = 0; j < 2; j++) {
			moment_put_u64(&hand.out, 1);
			moment_put_u32(&hand.out, j + 1);
			moment_put_u32(&hand.out, 1);
			moment_put_text(&hand.out, "comm", 4);
			moment_put_text(&hand.out, "exe", 3);
		}
		cr_expect_eq(end_makes_sense(&hand), rows[i].sense, "row %zu", i);
	}
}

/* Of a recording of before there is no such section; there are not more parents than processes. */
Test(replay, parents_belong_to_the_processes_in_their_order) {
	static const bool sense[] = { true, true, true, false };
	for (uint32_t count = 0; count < ARRAY_LENGTH(sense); count++) {
		struct hand hand = begin(MOMENT_PARENT); /* in front of what it is about */
		for (uint32_t i = 0; i < count; i++) {
			moment_put_u32(&hand.out, 1);
			moment_put_u32(&hand.out, 1);
			moment_put_text(&hand.out, "init", 4);
		}
		moment_end(&hand.out, hand.start);
		hand.start = moment_begin(&hand.out, MOMENT_PROCESS);
		for (uint32_t i = 0; i < 2; i++) {
			moment_put_u64(&hand.out, 1);
			moment_put_u32(&hand.out, i + 1);
			moment_put_u32(&hand.out, 0);
			moment_put_text(&hand.out, "comm", 4);
			moment_put_text(&hand.out, "", 0);
		}
		cr_expect_eq(end_makes_sense(&hand), sense[count], "%u parents", count);
	}
}

Test(replay, a_report_out_of_range_makes_no_sense) {
	static const struct {
		uint32_t numbers[6];
		bool sense;
	} rows[] = {
		{ { 0, 0, 0, 0, 0, 0 }, true },
		{ { REPORT_OWNERS, REPORT_PARTIAL, 1, INT16_MAX, INT16_MAX, 0 }, true },
		{ { REPORT_COUNT, 0, 0, 0, 0, 0 }, false },
		{ { UINT32_MAX, 0, 0, 0, 0, 0 }, false },
		{ { 0, REPORT_PARTIAL + 1, 0, 0, 0, 0 }, false },
		{ { 0, 0, SOCK_SOURCE_COUNT, 0, 0, 0 }, false },
		{ { 0, 0, 0, INT16_MAX + 1, 0, 0 }, false },
		{ { 0, 0, 0, UINT32_MAX, 0, 0 }, false },
		{ { 0, 0, 0, 0, UINT32_MAX, 0 }, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct hand hand = begin(MOMENT_REPORT);
		out_bytes(&hand.out, rows[i].numbers, sizeof(rows[i].numbers));
		for (size_t j = 0; j < 6; j++)
			moment_put_u64(&hand.out, UINT64_MAX);
		moment_put_text(&hand.out, "", 0);
		cr_expect_eq(end_makes_sense(&hand), rows[i].sense, "row %zu", i);
	}
}

Test(replay, a_dump_of_nobody_makes_no_sense) {
	static const struct {
		struct moment_dump dump;
		bool sense;
	} rows[] = {
		{ { .probe = SOCK_PROBE_UDP, .protocol = SOCK_PROTOCOL_UDP }, true },
		{ { .probe = SOCK_PROBE_XDP, .protocol = SOCK_PROTOCOL_XDP }, true },
		{ { .probe = SOCK_PROBE_UNIX, .large = 255 }, true },
		{ { .probe = SOCK_PROBE_COUNT }, false },
		{ { .probe = 255 }, false },
		{ { .protocol = SOCK_PROTOCOL_COUNT }, false },
		{ { .protocol = 255 }, false },
		{ { .protocol = SOCK_PROTOCOL_UDP }, false },
		{ { .kind = 2 }, false },
		{ { .kind = 255 }, false },
		{ { .kind = MOMENT_KIND_LINES, .family = SOCK_FAMILY_INET6 }, true },
		{ { .kind = MOMENT_KIND_LINES, .family = SOCK_FAMILY_UNIX }, false },
		{ { .kind = MOMENT_KIND_LINES, .family = 255 }, false },
		{ { .kind = MOMENT_KIND_LINES, .protocol = SOCK_PROTOCOL_UDP }, false },
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_UNIX }, true },
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_UNIX, .index = 1 }, false },
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_UNIX, .index = 255 }, false },
		{ { .kind = MOMENT_KIND_LINES,
		    .probe = SOCK_PROBE_SCTP,
		    .protocol = SOCK_PROTOCOL_SCTP,
		    .index = 1 },
		  true },
		{ { .kind = MOMENT_KIND_LINES,
		    .probe = SOCK_PROBE_MPTCP,
		    .protocol = SOCK_PROTOCOL_MPTCP },
		  false },
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_SCTP },
		  true }, /* as it is recorded */
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_VSOCK }, false },
		{ { .kind = MOMENT_KIND_LINES, .probe = SOCK_PROBE_XDP }, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct hand hand = begin(MOMENT_DUMP);
		out_bytes(&hand.out, &rows[i].dump, sizeof(rows[i].dump));
		cr_expect_eq(end_makes_sense(&hand), rows[i].sense, "row %zu", i);
	}
}

Test(replay, a_dump_that_ends_inside_a_message_or_a_line_makes_no_sense) {
	const struct message message = tcp_message(1, 22, 101);
	const struct moment_dump netlink = { .probe = SOCK_PROBE_TCP };
	const struct moment_dump lines = { .kind = MOMENT_KIND_LINES, .family = SOCK_FAMILY_INET6 };
	for (size_t length = 1; length <= message.length; length++) {
		struct hand hand = begin(MOMENT_DUMP);
		out_bytes(&hand.out, &netlink, sizeof(netlink));
		out_bytes(&hand.out, message.bytes, length);
		cr_expect_eq(end_makes_sense(&hand), length == message.length, "%zu", length);
	}
	const size_t lengths[] = { 0, 50, 100, 130, strlen(tcp6_line) };
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		const size_t length = lengths[i];
		struct hand hand = begin(MOMENT_DUMP);
		out_bytes(&hand.out, &lines, sizeof(lines));
		moment_put_text(&hand.out, tcp6_line, length);
		cr_expect_eq(end_makes_sense(&hand), length == strlen(tcp6_line), "%zu", length);
		hand = begin(MOMENT_DUMP);
		out_bytes(&hand.out, &lines, sizeof(lines));
		moment_put_u32(&hand.out, (uint32_t)length + 1);
		out_bytes(&hand.out, tcp6_line, length);
		cr_expect_not(end_makes_sense(&hand), "%zu", length);
	}
}

/* Secrets. */

static bool holds(const struct message *message, unsigned char secret) {
	return memchr(message->bytes + NLMSG_HDRLEN + sizeof(struct inet_diag_msg), secret,
	              message->length - NLMSG_HDRLEN - sizeof(struct inet_diag_msg)) != NULL;
}

/* An attribute inside another: where it starts, `inner` may be written. */
static size_t put_nested(unsigned char *bytes, uint16_t type, const void *inner, size_t length) {
	const struct nlattr header = { (uint16_t)(sizeof(header) + length), type };
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), inner, length);
	return NLMSG_ALIGN(sizeof(header) + length);
}

enum {
	SECRET = 0xee,
	ULP_NAME = 1,
	ULP_MPTCP = 3,
	SUBFLOW_TOKEN_REMOTE = 1,
	SUBFLOW_TOKEN_LOCAL,
	SUBFLOW_SEQUENCE
};

static struct message md5_message(size_t keys) {
	unsigned char secrets[3 * MD5_RECORD];
	struct message message = tcp_message(1, 22, 101);
	memset(secrets, SECRET, sizeof(secrets));
	put_attribute(&message, INET_DIAG_MD5SIG, secrets, keys * MD5_RECORD);
	return message;
}

static struct message subflow_message(void) {
	static const unsigned char token[] = { SECRET, SECRET, SECRET, SECRET };
	static const unsigned char sequence[] = { 1, 2, 3, 4 };
	unsigned char subflow[64] = { 0 };
	unsigned char ulp[96] = { 0 };
	size_t used = put_nested(subflow, SUBFLOW_TOKEN_REMOTE, token, sizeof(token));
	used += put_nested(subflow + used, SUBFLOW_TOKEN_LOCAL | NLA_F_NET_BYTEORDER, token,
	                   sizeof(token));
	used += put_nested(subflow + used, SUBFLOW_SEQUENCE, sequence, sizeof(sequence));
	size_t length = put_nested(ulp, ULP_NAME, "mptcp", 6);
	length += put_nested(ulp + length, ULP_MPTCP | NLA_F_NESTED, subflow, used);
	struct message message = tcp_message(1, 22, 101);
	put_attribute(&message, INET_DIAG_ULP_INFO | NLA_F_NESTED, ulp, length);
	return message;
}

static struct message mptcp_message(void) {
	struct mptcp_counters counters = { 0 };
	struct message message = tcp_message(1, 22, 101);
	memset(&counters.token, SECRET, sizeof(counters.token));
	put_attribute(&message, INET_DIAG_INFO, &counters,
	              offsetof(struct mptcp_counters, token) + 4);
	return message;
}

static void redact(struct message *message, enum sock_protocol protocol) {
	const struct bytes copy = copy_bytes(message->bytes, message->length);
	inet_redact((struct nlmsghdr *)(void *)copy.start, protocol);
	memcpy(message->bytes, copy.start, message->length);
	free(copy.start);
}

Test(replay, secrets_are_zeroed_and_nothing_else_is) {
	struct message messages[] = { md5_message(1), md5_message(3), subflow_message(),
		                      mptcp_message() };
	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
		const enum sock_protocol protocol =
		    i == 3 ? SOCK_PROTOCOL_MPTCP : SOCK_PROTOCOL_TCP;
		const struct message before = messages[i];
		cr_assert(holds(&before, SECRET));
		redact(&messages[i], protocol);
		cr_expect_not(holds(&messages[i], SECRET), "row %zu", i);
		for (size_t j = 0; j < before.length; j++)
			cr_assert(messages[i].bytes[j] == before.bytes[j] ||
			              before.bytes[j] == SECRET,
			          "row %zu, byte %zu", i, j);
	}
	struct message info = mptcp_message(); /* the same place in tcp_info is no token */
	redact(&info, SOCK_PROTOCOL_TCP);
	cr_expect(holds(&info, SECRET));
}

/* Any length of any attribute, one byte of it at a time. */
Test(replay, secrets_are_zeroed_behind_lengths_that_lie) {
	const struct message wholes[] = { md5_message(1), subflow_message() };
	for (size_t i = 0; i < ARRAY_LENGTH(wholes); i++) {
		const size_t start = NLMSG_SPACE(sizeof(struct inet_diag_msg));
		for (size_t at = start; at < wholes[i].length; at += 4) {
			struct message message = wholes[i];
			const uint16_t lies[] = { 0, 3, (uint16_t)(message.length - at + 1), 0x7fff,
				                  UINT16_MAX };
			uint16_t type;
			memcpy(&type, message.bytes + at + 2, sizeof(type));
			type &= (uint16_t)NLA_TYPE_MASK;
			if (message.bytes[at] == SECRET || type > INET_DIAG_MAX)
				continue;
			for (size_t j = 0; j < ARRAY_LENGTH(lies); j++) {
				message = wholes[i];
				memcpy(message.bytes + at, &lies[j], sizeof(lies[j]));
				redact(&message, SOCK_PROTOCOL_TCP);
				cr_expect_not(holds(&message, SECRET), "row %zu: %u at %zu", i,
				              lies[j], at);
			}
		}
	}
}

Test(replay, a_cut_message_is_redacted_within_its_length) {
	const struct message wholes[] = { md5_message(2), subflow_message(), mptcp_message() };
	for (size_t i = 0; i < ARRAY_LENGTH(wholes); i++) {
		for (size_t length = NLMSG_HDRLEN; length <= wholes[i].length; length++) {
			struct message message = wholes[i];
			message.length = length;
			header_of(&message)->nlmsg_len = (uint32_t)length;
			redact(&message, SOCK_PROTOCOL_MPTCP);
			if (length > NLMSG_HDRLEN + sizeof(struct inet_diag_msg))
				cr_expect_not(holds(&message, SECRET), "row %zu: %zu", i, length);
		}
	}
}

Test(replay, the_recorder_keeps_no_secret) {
	const struct message messages[] = { md5_message(2), subflow_message() };
	const struct probe_report reports[REPORT_COUNT] = { 0 };
	const char *bytes = NULL;
	size_t length = 0;
	struct recorder *recorder = recorder_create();
	recorder_begin(recorder, &(struct moment_origin){ .host = "", .kernel = "" });
	add_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_TCP }, messages, 2);
	recorder_end(recorder, reports, &bytes, &length);
	cr_expect_null(memchr(bytes, SECRET, length));
	cr_expect(holds(&messages[0], SECRET), "what was recorded is not touched");
	recorder_destroy(recorder);
}

/* A file that is sealed as the receiver of a moment asks for it, and mapped. */
static struct bytes seal_and_map(int file, uint64_t length) {
	struct stat status;
	cr_assert_eq(fstat(file, &status), 0);
	cr_expect_eq((uint64_t)status.st_size, length);
	cr_expect_eq(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), 0,
	             "nobody may have it mapped");
	void *start = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, file, 0);
	cr_assert_neq(start, MAP_FAILED);
	return (struct bytes){ start, (size_t)length };
}

Test(replay, a_moment_in_a_file_is_the_same_as_in_memory) {
	const struct bytes moment = new_moment();
	struct recorder *recorder = recorder_create();
	for (int i = 0; i < 2; i++) {
		uint64_t length = 0;
		const int file = memfd_create("moment", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		const int abandoned = memfd_create("moment", MFD_CLOEXEC);
		cr_assert_eq(recorder_begin_file(recorder, abandoned, &sample_origin), 0);
		cr_assert_eq(recorder_begin_file(recorder, file, &sample_origin), 0);
		add_dumps(recorder);
		add_findings(recorder);
		cr_assert_eq(recorder_end_file(recorder, sample_reports, &length), 0);
		const struct bytes filed = seal_and_map(file, length);
		cr_expect_eq(filed.length, moment.length);
		cr_expect_arr_eq(filed.start, moment.start, moment.length);
		cr_expect_eq(recorder_begin_file(recorder, file, &sample_origin), -EPERM);
		munmap(filed.start, filed.length);
		close(abandoned);
		close(file);
	}
	recorder_destroy(recorder);
	free(moment.start);
}

/* The same sockets as a list with a limit gets them: each batch in the middle of a dump. */
Test(replay, names_can_be_told_batch_by_batch_in_the_middle_of_a_dump) {
	static const struct {
		uint32_t device, uid;
		const char *interface, *user;
	} told[] = { { 4, 7, "eth4", NULL },
		     { 1, 7, "eth1", "seven" },
		     { 4, 0, "renamed", "root" } };
	const struct message tcp[] = { tcp_message(1, 22, 101), tcp_message(2, 23, 102) };
	const char *bytes = NULL;
	size_t length = 0;
	struct recorder *recorder = recorder_create();
	recorder_begin(recorder, &sample_origin);
	recorder_begin_dump(recorder, &(struct moment_dump){ .probe = SOCK_PROBE_TCP });
	recorder_add_message(recorder, (const struct nlmsghdr *)(const void *)tcp[0].bytes);
	for (size_t i = 0; i < ARRAY_LENGTH(told); i++) {
		char interface[16];
		struct snapshot batch;
		snapshot_init(&batch);
		strcpy(interface, told[i].interface);
		*snapshot_add(&batch) = (struct sock){ .ifindex = told[i].device,
			                               .interface_name = interface,
			                               .uid = told[i].uid,
			                               .user = told[i].user };
		recorder_add_names(recorder, &batch);
		memset(interface, 'x', sizeof(interface));
		snapshot_finish(&batch);
	}
	recorder_add_message(recorder, (const struct nlmsghdr *)(const void *)tcp[1].bytes);
	recorder_end_dump(recorder);
	recorder_end(recorder, sample_reports, &bytes, &length);
	struct replay *replay = replay_open((const unsigned char *)bytes, length);
	cr_expect_str_eq(replay_user(replay, 7), "seven");
	cr_expect_str_eq(replay_user(replay, 0), "root");
	struct given given = ask(replay);
	cr_expect(is_whole(&given));
	cr_expect_eq(given.snapshot.count, 2);
	cr_expect_str_eq(find(&given, 102)->interface_name, "eth4");
	free_given(&given);
	recorder_destroy(recorder);
}

/* Messages without a moment around them. */

static void append(struct out *out, const struct message *message) {
	static const char padding[NLMSG_ALIGNTO];
	out_bytes(out, message->bytes, message->length);
	out_bytes(out, padding, NLMSG_ALIGN(message->length) - message->length);
}

static struct message done_message(void) {
	const int zero = 0;
	return new_message(NLMSG_DONE, &zero, sizeof(zero));
}

static struct given ask_messages(const struct out *out, size_t length) {
	const struct bytes copy = copy_bytes(out->bytes, length);
	struct given given = ask(replay_open_messages(copy.start, copy.length));
	read_all(&given);
	replay_close(given.replay);
	given.replay = NULL;
	free(copy.start);
	return given;
}

static struct out two_dumps(void) {
	struct message messages[] = { tcp_message(1, 22, 101), tcp_message(2, 23, 102),
		                      done_message(),          unix_message(3, 201, 202, "/x"),
		                      packet_message(5, 301),  done_message(),
		                      tcp_message(2, 23, 102), tcp_message(6, 24, 103),
		                      done_message() };
	struct out out;
	out_init(&out, OUT_MEMORY);
	header_of(&messages[0])->nlmsg_type = TCPDIAG_GETSOCK;
	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++)
		append(&out, &messages[i]);
	return out;
}

Test(replay, bare_messages_of_several_dumps_tell_each_socket_once) {
	struct out out = two_dumps();
	struct given given = ask_messages(&out, out.used);
	cr_expect(is_whole(&given));
	cr_expect_eq(given.snapshot.count, 5);
	cr_expect_eq(find(&given, 101)->protocol, SOCK_PROTOCOL_TCP);
	cr_expect_eq(find(&given, 103)->local.port, 24);
	cr_expect_str_eq(find(&given, 201)->un->name.bytes, "/x");
	cr_expect_eq(find(&given, 301)->protocol, SOCK_PROTOCOL_PACKET_RAW);
	cr_expect_eq(find(&given, 101)->ownership, SOCK_OWNERSHIP_UNKNOWN);
	const struct probe_report *tcp = &given.snapshot.reports[SOCK_PROBE_TCP];
	cr_expect(tcp->outcome == REPORT_WHOLE && tcp->count == 3 && tcp->duplicates == 1);
	cr_expect_eq(given.snapshot.reports[SOCK_PROBE_UDP].outcome, REPORT_NOT_ASKED);
	free_given(&given);
	out_finish(&out);
}

Test(replay, bare_messages_cut_anywhere_are_read_as_far_as_they_go) {
	struct out out = two_dumps();
	size_t previous = 0;
	for (size_t length = 0; length <= out.used; length++) {
		struct given given = ask_messages(&out, length);
		cr_expect_geq(given.snapshot.count, previous, "%zu", length);
		previous = given.snapshot.count;
		free_given(&given);
	}
	cr_expect_eq(previous, 5);
	struct given given = ask_messages(&out, out.used - 1);
	cr_expect_not(is_whole(&given));
	free_given(&given);
	out_finish(&out);
}

Test(replay, every_flipped_bit_of_bare_messages_is_survived) {
	struct out out = two_dumps();
	for (size_t bit = 0; bit < 8 * out.used; bit++) {
		out.bytes[bit / 8] = (char)(out.bytes[bit / 8] ^ 1 << bit % 8);
		struct given given = ask_messages(&out, out.used);
		cr_assert_leq(given.snapshot.count, 6);
		free_given(&given);
		out.bytes[bit / 8] = (char)(out.bytes[bit / 8] ^ 1 << bit % 8);
	}
	out_finish(&out);
}

Test(replay, what_is_no_answer_among_bare_messages_is_told) {
	const int refused = -EPERM;
	const uint8_t family = 99;
	struct message short_one = tcp_message(9, 9, 9);
	short_one.length = NLMSG_LENGTH(1);
	header_of(&short_one)->nlmsg_len = (uint32_t)short_one.length;
	const struct {
		const char *what;
		struct message message;
		bool whole;
	} rows[] = {
		{ "no operation", new_message(NLMSG_NOOP, NULL, 0), true },
		{ "end", done_message(), true },
		{ "end without a number", new_message(NLMSG_DONE, NULL, 0), true },
		{ "error", new_message(NLMSG_ERROR, &refused, sizeof(refused)), false },
		{ "overrun", new_message(NLMSG_OVERRUN, NULL, 0), false },
		{ "another type", new_message(21, &family, 1), false },
		{ "another family", new_message(SOCK_DIAG_BY_FAMILY, &family, 1), false },
		{ "no family", new_message(SOCK_DIAG_BY_FAMILY, NULL, 0), false },
		{ "too short", short_one, false },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct message around[] = { tcp_message(1, 22, 101),
			                          tcp_message(2, 23, 102) };
		struct out out;
		out_init(&out, OUT_MEMORY);
		append(&out, &around[0]);
		append(&out, &rows[i].message);
		append(&out, &around[1]);
		struct given given = ask_messages(&out, out.used);
		cr_expect_eq(given.snapshot.count, 2, "%s", rows[i].what);
		cr_expect_eq(is_whole(&given), rows[i].whole, "%s", rows[i].what);
		free_given(&given);
		out_finish(&out);
	}
}

Test(replay, a_bare_message_of_a_lying_length_ends_them) {
	static const uint32_t lengths[] = { 0,
		                            1,
		                            15,
		                            1000,
		                            INT32_MAX,
		                            (uint32_t)1 << 31,
		                            ((uint32_t)1 << 31) + 16,
		                            UINT32_MAX - 3,
		                            UINT32_MAX };
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		const struct message messages[] = { tcp_message(1, 22, 101),
			                            tcp_message(2, 23, 102) };
		struct out out;
		out_init(&out, OUT_MEMORY);
		append(&out, &messages[0]);
		const size_t start = out.used;
		append(&out, &messages[1]);
		memcpy(out.bytes + start, &lengths[i], sizeof(lengths[i]));
		struct given given = ask_messages(&out, out.used);
		cr_expect_eq(given.snapshot.count, 1, "row %zu", i);
		cr_expect_not(is_whole(&given), "row %zu", i);
		free_given(&given);
		out_finish(&out);
	}
}
