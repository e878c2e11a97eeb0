/* Text of any content, whole and line by line: as a line of every file of /proc/net, and as what
 * /proc says of a process, its executable and its descriptors. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc_net.h"
#include "process.h"
#include "ring.h"
#include "util.h"

static void check_sock(const struct sock *sock, enum sock_protocol protocol,
                       enum sock_family family) {
	assert(sock->protocol == protocol && sock->family == family);
	assert(sock->source == SOCK_SOURCE_PROC);
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(sock->timer < SOCK_TIMER_COUNT);
	assert(!(sock->known & SOCK_KNOWS_TIMER) == (sock->timer == SOCK_TIMER_NONE));
	assert(!(sock->known & SOCK_KNOWS_INODE) == (sock->inode == 0));
	assert(!(sock->known & SOCK_KNOWS_INODE) || sock->known & SOCK_KNOWS_UID);
	assert(!(sock->known & SOCK_KNOWS_DROPS) || protocol != SOCK_PROTOCOL_TCP);
	assert(!(sock->known & (SOCK_KNOWS_COOKIE | SOCK_KNOWS_MARK | SOCK_KNOWS_CGROUP_ID)));
	for (size_t i = 4; i < 16 && family == SOCK_FAMILY_INET; i++)
		assert(sock->local.address[i] == 0 && sock->peer.address[i] == 0);
}

static void parse_line(const char *line, size_t length) {
	for (int i = 0; i < SOCK_PROTOCOL_MPTCP * SOCK_FAMILY_COUNT; i++) {
		const enum sock_protocol protocol = (enum sock_protocol)(i / SOCK_FAMILY_COUNT);
		const enum sock_family family = (enum sock_family)(i % SOCK_FAMILY_COUNT);
		struct sock sock = { 0 };
		const int result = proc_net_parse(line, length, protocol, family, &sock);
		assert(result == 0 || result == -EBADMSG);
		if (result == 0)
			check_sock(&sock, protocol, family);
	}
}

static void parse_process(const char *text, size_t length) {
	struct process_stat stat;
	if (process_parse_stat(text, length, &stat)) {
		assert(stat.comm > text && stat.comm + stat.comm_length < text + length);
		assert(stat.comm[-1] == '(' && stat.comm[stat.comm_length] == ')');
	}
	uint32_t inode = 0;
	if (process_parse_socket_link(text, length, &inode))
		assert(length >= sizeof("socket:[0]") - 1);
	size_t name_length = 0;
	const char *name = process_base_name(text, length, &name_length);
	assert(name >= text && name_length <= length);
	assert(name + name_length <= text + length);
	assert(!memchr(name, '/', name_length));
}

static void parse_ring(const char *line, size_t length) {
	uint32_t inode = 0;
	if (ring_parse_line(line, length, &inode))
		assert(length > 0 && line[length - 1] == ']');
	ring_is_link(line, length);
}

/* Each line in memory of its own, so that a sanitizer sees a read behind it. */
static void parse_lines(const char *text, size_t length) {
	for (size_t at = 0; at < length;) {
		const char *stop = memchr(text + at, '\n', length - at);
		const size_t line_length = stop ? (size_t)(stop - text) - at : length - at;
		char *line = xmalloc(line_length);
		memcpy(line, text + at, line_length);
		parse_line(line, line_length);
		parse_process(line, line_length);
		parse_ring(line, line_length);
		free(line);
		at += line_length + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	char *text = xmalloc(size);
	if (size > 0)
		memcpy(text, data, size);
	parse_line(text, size);
	parse_process(text, size);
	parse_lines(text, size);
	free(text);
	return 0;
}
