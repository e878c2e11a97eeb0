/* Recorded answers: those of tests/data (tests/capture.py made them, and wrote down what it made),
 * and those of other projects, which are looked at where they lie beside the source tree. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "inet_diag.h"
#include "netlink.h"
#include "proc_net.h"
#include "tcp_info.h"
#include "util.h"

#define FOREIGN TEST_DATA "/../../../shared/vectors"

enum { SOCKS_MAX = 512, LINE_SIZE = 2048, VALUE_SIZE = 1024 };

/* What one recording decodes to. */
struct dump {
	struct arena arena;
	enum sock_protocol protocol;
	enum sock_family family; /* of /proc/net only */
	struct sock socks[SOCKS_MAX];
	size_t count;
};

static void *read_file(const char *folder, const char *name, const char *ending, size_t *length) {
	char path[512];
	snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);
	FILE *file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fseek(file, 0, SEEK_END), 0);
	*length = (size_t)ftell(file);
	rewind(file);
	void *bytes = xmalloc(*length);
	cr_assert_eq(fread(bytes, 1, *length, file), *length, "%s", path);
	fclose(file);
	return bytes;
}

static bool keep_message(void *context, const struct nlmsghdr *message) {
	struct dump *dump = context;
	cr_assert_lt(dump->count, SOCKS_MAX);
	struct sock *sock = &dump->socks[dump->count++];
	cr_assert_eq(inet_parse(message, dump->protocol, &dump->arena, sock), 0);
	return true;
}

static bool keep_line(void *context, const char *line, size_t length) {
	struct dump *dump = context;
	struct sock *sock = &dump->socks[dump->count++];
	cr_assert_eq(proc_net_parse(line, length, dump->protocol, dump->family, sock), 0, "%.*s",
	             (int)length, line);
	return true;
}

/* The verdict of the walk; the messages are those of the request that the first one answers. */
static int load_dump(struct dump *dump, const char *folder, const char *name) {
	size_t length = 0;
	void *bytes = read_file(folder, name, "nlmsg", &length);
	const struct nlmsghdr *first = bytes;
	struct netlink_walk walk = {
		.sequence = first->nlmsg_seq,
		.port_id = first->nlmsg_pid,
		.deliver = keep_message,
		.context = dump,
	};
	const int verdict = netlink_walk_datagram(&walk, bytes, length);
	free(bytes);
	return verdict;
}

static void load_text(struct dump *dump, const char *name) {
	char path[512];
	snprintf(path, sizeof(path), "%s/%s.proc", TEST_DATA, name);
	FILE *file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(proc_net_read(fileno(file), keep_line, dump), 0);
	fclose(file);
}

static struct dump *new_dump(enum sock_protocol protocol, enum sock_family family) {
	struct dump *dump = xcalloc(1, sizeof(*dump));
	dump->protocol = protocol;
	dump->family = family;
	return dump;
}

static void free_dump(struct dump *dump) {
	arena_finish(&dump->arena);
	free(dump);
}

/* One line of a .made file; see tests/capture.py. */
struct made {
	char line[LINE_SIZE];
	char family[8], state[16], local[64], peer[64];
	unsigned local_port, peer_port;
};

static bool next_made(FILE *file, struct made *made) {
	if (!fgets(made->line, sizeof(made->line), file))
		return false;
	made->line[strcspn(made->line, "\n")] = '\0';
	cr_assert_eq(sscanf(made->line, "%7s %15s %63s %u %63s %u", made->family, made->state,
	                    made->local, &made->local_port, made->peer, &made->peer_port),
	             6, "%s", made->line);
	return true;
}

/* False if the line says nothing of it; "-" means that it must not be known. */
static bool made_value(const struct made *made, const char *name, char value[VALUE_SIZE]) {
	char key[64];
	snprintf(key, sizeof(key), " %s=", name);
	const char *start = strstr(made->line, key);
	return start && sscanf(start + strlen(key), "%1023s", value) == 1;
}

static bool is_end(const struct sock_endpoint *end, enum sock_family family, const char *address,
                   unsigned port) {
	uint8_t bytes[16] = { 0 };
	const int kernel_family = family == SOCK_FAMILY_INET ? AF_INET : AF_INET6;
	return inet_pton(kernel_family, address, bytes) == 1 && end->port == port &&
	       memcmp(end->address, bytes, sizeof(bytes)) == 0;
}

static const struct sock *find_made(const struct dump *dump, const struct made *made) {
	for (size_t i = 0; i < dump->count; i++) {
		const struct sock *sock = &dump->socks[i];
		if (is_end(&sock->local, sock->family, made->local, made->local_port) &&
		    is_end(&sock->peer, sock->family, made->peer, made->peer_port))
			return sock;
	}
	return NULL;
}

enum part { PART_SOCK, PART_MEMORY, PART_TCP };

#define SOCK_NUMBER(member)                                                                        \
	PART_SOCK, offsetof(struct sock, member), sizeof(((struct sock *)0)->member)
#define MEMORY_NUMBER(member) PART_MEMORY, offsetof(struct sock_memory, member), 4
#define TCP_NUMBER(member)                                                                         \
	PART_TCP, offsetof(struct tcp_counters, member), sizeof(((struct tcp_counters *)0)->member)

/* What a line of a .made file may hold, and whether the three kinds of recording tell it. */
static const struct number {
	const char *name;
	uint32_t known;
	enum part part;
	size_t offset, size;
	bool plain, text; /* it is also in a dump without extensions, and in /proc/net */
} numbers[] = {
	{ "uid", SOCK_KNOWS_UID, SOCK_NUMBER(uid), true, true },
	{ "inode", SOCK_KNOWS_INODE, SOCK_NUMBER(inode), true, true },
	{ "cookie", SOCK_KNOWS_COOKIE, SOCK_NUMBER(cookie), true, false },
	{ "recvq", SOCK_KNOWS_RECVQ, SOCK_NUMBER(recvq), true, true },
	{ "sendq", SOCK_KNOWS_SENDQ, SOCK_NUMBER(sendq), true, true },
	{ "mark", SOCK_KNOWS_MARK, SOCK_NUMBER(mark), true, false },
	{ "cgroup", SOCK_KNOWS_CGROUP_ID, SOCK_NUMBER(cgroup_id), true, false },
	{ "v6only", SOCK_KNOWS_V6ONLY, SOCK_NUMBER(v6only), true, false },
	{ "shutdown", SOCK_KNOWS_SHUTDOWN, SOCK_NUMBER(shutdown), true, false },
	{ "drops", SOCK_KNOWS_DROPS, SOCK_NUMBER(drops), false, true },
	{ "rcvbuf", 0, MEMORY_NUMBER(rcvbuf), false, false },
	{ "sndbuf", 0, MEMORY_NUMBER(sndbuf), false, false },
	{ "snd_mss", 0, TCP_NUMBER(snd_mss), false, false },
	{ "segs_in", 0, TCP_NUMBER(segs_in), false, false },
	{ "bytes_received", 0, TCP_NUMBER(bytes_received), false, false },
	{ "info", 0, SOCK_NUMBER(tcp_length), false, false },
};

static uint64_t number_of(const struct number *number, const struct sock *sock) {
	const void *const parts[] = { sock, sock->memory, sock->tcp };
	cr_assert_not_null(parts[number->part], "%s", number->name);
	uint64_t value = 0; /* the machine is little endian where the data was recorded */
	memcpy(&value, (const char *)parts[number->part] + number->offset, number->size);
	return value;
}

enum recording { RECORDING_PLAIN, RECORDING_ALL, RECORDING_TEXT };

static bool tells(const struct number *number, const struct sock *sock, enum recording recording) {
	/* /proc/net/tcp has no drops, and no backlog of a listener. */
	if (recording == RECORDING_TEXT && sock->protocol == SOCK_PROTOCOL_TCP &&
	    (number->known == SOCK_KNOWS_DROPS ||
	     (number->known == SOCK_KNOWS_SENDQ && sock->state == SOCK_STATE_LISTEN)))
		return false;
	return recording == RECORDING_ALL ||
	       (recording == RECORDING_PLAIN ? number->plain : number->text);
}

static void expect_numbers(const struct sock *sock, const struct made *made,
                           enum recording recording) {
	char value[VALUE_SIZE];
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		const struct number *number = &numbers[i];
		if (!made_value(made, number->name, value))
			continue;
		const bool told = strcmp(value, "-") != 0 && tells(number, sock, recording);
		if (number->known)
			cr_expect_eq((sock->known & number->known) != 0, told, "%s: %s",
			             number->name, made->line);
		if (told)
			cr_expect_eq(number_of(number, sock), strtoull(value, NULL, 10),
			             "%s is %ju: %s", number->name,
			             (uintmax_t)number_of(number, sock), made->line);
	}
}

static void expect_texts(const struct sock *sock, const struct made *made,
                         enum recording recording) {
	char value[VALUE_SIZE];
	cr_expect_str_eq(sock_state_name(sock->state), made->state, "%s", made->line);
	cr_expect_str_eq(sock_family_name(sock->family), made->family, "%s", made->line);
	if (made_value(made, "timer", value)) {
		const bool none = strcmp(value, "-") == 0;
		cr_expect_eq((sock->known & SOCK_KNOWS_TIMER) == 0, none, "%s", made->line);
		cr_expect_str_eq(sock_timer_name(sock->timer), none ? "none" : value);
		cr_expect_eq(sock->timer_ms > 0, !none, "%s", made->line);
	}
	if (recording == RECORDING_ALL && made_value(made, "algorithm", value)) {
		cr_expect_str_eq(sock->algorithm, value, "%s", made->line);
		cr_expect_eq(sock->algorithm_length, strlen(value));
		/* The kernel asks the algorithm only in the states before TIME-WAIT. */
		const bool told = strcmp(value, "bbr") == 0 && sock->state < SOCK_STATE_TIME_WAIT;
		cr_expect_eq(sock->congestion != NULL, told, "%s", made->line);
		cr_expect(!sock->congestion || sock->congestion->kind == CONGESTION_BBR);
	}
	if (made_value(made, "ulp", value)) {
		cr_assert_not_null(sock->ulp);
		cr_expect_str_eq(sock->ulp->name, value);
	}
}

/* Every line is met by one socket; returns how many lines there are. */
static size_t compare(const struct dump *dump, const char *name, enum recording recording) {
	char path[512];
	struct made made;
	size_t count = 0;
	snprintf(path, sizeof(path), "%s/%s.made", TEST_DATA, name);
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "%s", path);
	while (next_made(file, &made)) {
		const struct sock *sock = find_made(dump, &made);
		if (!sock && recording == RECORDING_TEXT)
			continue; /* its line is in the file of the other family, or in none */
		cr_assert_not_null(sock, "%s: %s", name, made.line);
		expect_texts(sock, &made, recording);
		expect_numbers(sock, &made, recording);
		count++;
	}
	fclose(file);
	return count;
}

Test(vectors, a_recorded_dump_holds_what_was_made_and_nothing_else) {
	static const struct {
		const char *dump, *made;
		enum sock_protocol protocol;
		enum recording recording;
		size_t count;
	} rows[] = {
		{ "tcp-plain", "tcp", SOCK_PROTOCOL_TCP, RECORDING_PLAIN, 19 },
		{ "tcp-all", "tcp", SOCK_PROTOCOL_TCP, RECORDING_ALL, 19 },
		{ "udp4", "udp4", SOCK_PROTOCOL_UDP, RECORDING_ALL, 2 },
		{ "udp6", "udp6", SOCK_PROTOCOL_UDP, RECORDING_ALL, 2 },
		{ "mptcp", "mptcp", SOCK_PROTOCOL_MPTCP, RECORDING_ALL, 3 },
		{ "subflow", "subflow", SOCK_PROTOCOL_TCP, RECORDING_ALL, 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct dump *dump = new_dump(rows[i].protocol, SOCK_FAMILY_INET);
		cr_expect_eq(load_dump(dump, TEST_DATA, rows[i].dump), NETLINK_DONE, "%s",
		             rows[i].dump);
		cr_expect_eq(dump->count, rows[i].count, "%s", rows[i].dump);
		cr_expect_eq(compare(dump, rows[i].made, rows[i].recording), rows[i].count, "%s",
		             rows[i].dump);
		for (size_t j = 0; j < dump->count && rows[i].recording == RECORDING_PLAIN; j++)
			cr_expect(!dump->socks[j].tcp && !dump->socks[j].memory &&
			          !dump->socks[j].algorithm && !dump->socks[j].ulp);
		free_dump(dump);
	}
}

Test(vectors, a_recorded_file_of_proc_net_holds_what_was_made) {
	static const struct {
		const char *text, *made;
		enum sock_protocol protocol;
		enum sock_family family;
		size_t count;
	} rows[] = {
		/* the two bound-but-inactive sockets are in neither file */
		{ "tcp", "tcp", SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET, 10 },
		{ "tcp6", "tcp", SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET6, 7 },
		{ "udp", "udp4", SOCK_PROTOCOL_UDP, SOCK_FAMILY_INET, 2 },
		{ "udp6", "udp6", SOCK_PROTOCOL_UDP, SOCK_FAMILY_INET6, 2 },
		{ "raw", "raw", SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET, 1 },
		{ "raw6", "raw6", SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET6, 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct dump *dump = new_dump(rows[i].protocol, rows[i].family);
		load_text(dump, rows[i].text);
		cr_expect_eq(dump->count, rows[i].count, "%s", rows[i].text);
		cr_expect_eq(compare(dump, rows[i].made, RECORDING_TEXT), rows[i].count, "%s",
		             rows[i].text);
		free_dump(dump);
	}
}

Test(vectors, a_recorded_dump_of_an_absent_protocol_says_so) {
	struct dump *dump = new_dump(SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET);
	cr_expect_eq(load_dump(dump, TEST_DATA, "raw-absent"), -ENOENT);
	cr_expect_eq(dump->count, 0);
	free_dump(dump);
}

/* One row of an expected.json: every value of `derived` stands on a line of its own, so the row is
 * kept as " key=value" like a line of a .made file, and ends where the next one begins. */
static bool next_row(FILE *file, struct made *row) {
	char line[LINE_SIZE], key[64], value[VALUE_SIZE];
	size_t length = 0;
	row->line[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "  },", 4) == 0 || strncmp(line, "  }\n", 4) == 0)
			return true;
		if (sscanf(line, " \"%63[^\"]\": \"%1023[^\"]\"", key, value) == 2 ||
		    sscanf(line, " \"%63[^\"]\": %1023[0-9]", key, value) == 2) {
			length += (size_t)snprintf(row->line + length, sizeof(row->line) - length,
			                           " %s=%s", key, value);
			cr_assert_lt(length, sizeof(row->line));
		}
	}
	return false;
}

static uint64_t row_number(const struct made *row, const char *name) {
	char value[VALUE_SIZE];
	cr_assert(made_value(row, name, value), "%s: %s", name, row->line);
	return strtoull(value, NULL, 10);
}

/* True if the attribute is as it was sent, as far as our structure goes. */
static void expect_bytes(const struct made *row, const char *name, const void *bytes,
                         size_t length) {
	char hex[VALUE_SIZE];
	if (!made_value(row, name, hex)) {
		cr_expect_eq(length, 0, "%s: %s", name, row->line);
		return;
	}
	cr_assert_eq(length, strlen(hex) / 2, "%s: %s", name, row->line);
	for (size_t i = 0; i < length; i++) {
		unsigned byte = 0;
		cr_assert_eq(sscanf(hex + i * 2, "%2x", &byte), 1);
		cr_expect_eq(((const uint8_t *)bytes)[i], byte, "%s[%zu]: %s", name, i, row->line);
	}
}

static void expect_row(const struct sock *sock, const struct made *row) {
	char src[VALUE_SIZE], dst[VALUE_SIZE], state[VALUE_SIZE];
	cr_assert(made_value(row, "src", src) && made_value(row, "dst", dst) &&
	          made_value(row, "state", state));
	cr_expect(is_end(&sock->local, sock->family, src, (unsigned)row_number(row, "sport")), "%s",
	          row->line);
	cr_expect(is_end(&sock->peer, sock->family, dst, (unsigned)row_number(row, "dport")), "%s",
	          row->line);
	cr_expect_str_eq(sock_state_name(sock->state),
	                 strcmp(state, "ESTABLISHED") == 0 ? "ESTAB" : state);
	cr_expect_eq(sock->cookie, row_number(row, "cookie"), "%s", row->line);
	cr_expect_eq(sock->recvq, row_number(row, "rqueue"), "%s", row->line);
	cr_expect_eq(sock->sendq, row_number(row, "wqueue"), "%s", row->line);
	cr_expect_eq(sock->inode, row_number(row, "inode"), "%s", row->line);
	cr_expect_eq(sock->uid, row_number(row, "uid"), "%s", row->line);
	cr_expect_eq(sock->ifindex, row_number(row, "ifindex"), "%s", row->line);
	cr_expect_eq(sock->timer, row_number(row, "timer"), "%s", row->line);
	cr_expect_eq(sock->timer_ms, sock->timer ? row_number(row, "expires") : 0, "%s", row->line);
	expect_bytes(row, "TOS", &sock->tos, sock->known & SOCK_KNOWS_TOS ? 1 : 0);
	expect_bytes(row, "TCLASS", &sock->tclass, sock->known & SOCK_KNOWS_TCLASS ? 1 : 0);
	expect_bytes(row, "SHUTDOWN", &sock->shutdown, sock->known & SOCK_KNOWS_SHUTDOWN ? 1 : 0);
	expect_bytes(row, "INFO", sock->tcp, sock->tcp_length);
	expect_bytes(row, "SKMEMINFO", sock->memory, sock->memory ? sock->memory->length : 0);
	expect_bytes(row, "CONG", sock->algorithm,
	             sock->algorithm ? sock->algorithm_length + 1 : 0);
}

Test(vectors, dumps_that_other_projects_recorded_decode_as_they_say) {
	static const struct {
		const char *name;
		size_t count;
	} rows[] = { { "gosigar-rhel6", 12 }, { "mlab-420", 420 }, { "rust-tcp", 1 } };
	if (access(FOREIGN, R_OK) != 0)
		cr_skip_test("the recordings are not there");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct dump *dump = new_dump(SOCK_PROTOCOL_TCP, SOCK_FAMILY_INET);
		struct made row;
		char path[512], line[LINE_SIZE];
		size_t at = 0;
		cr_expect_eq(load_dump(dump, FOREIGN, rows[i].name), NETLINK_DONE);
		cr_assert_eq(dump->count, rows[i].count, "%s has %zu", rows[i].name, dump->count);
		snprintf(path, sizeof(path), "%s/%s.expected.json", FOREIGN, rows[i].name);
		FILE *file = fopen(path, "r");
		cr_assert_not_null(file, "%s", path);
		while (fgets(line, sizeof(line), file) && !strstr(line, "\"derived\""))
			;
		while (at < dump->count && next_row(file, &row))
			expect_row(&dump->socks[at++], &row);
		cr_expect_eq(at, rows[i].count, "%s", rows[i].name);
		fclose(file);
		free_dump(dump);
	}
}
