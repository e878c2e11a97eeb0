/* Text of any content, whole and line by line, as a line of every file of /proc/net that is not
 * about TCP or UDP. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "endpoint.h"
#include "proc_family.h"
#include "sctp_info.h"
#include "util.h"

static void check_unix(const struct sock *sock) {
	const struct sock_unix_name *name = &sock->un->name;
	assert(sock->un->known == 0 && !sock->un->peer_name.bytes);
	assert(!name->bytes == (name->length == 0));
	assert(!name->bytes || name->is_abstract == (name->bytes[0] == '@'));
	assert(!name->bytes || name->bytes[name->length] == '\0');
}

static void check_sctp(const struct sock *sock) {
	assert(sock->family == SOCK_FAMILY_INET || sock->family == SOCK_FAMILY_INET6);
	assert(sock->local.port <= UINT16_MAX && sock->peer.port <= UINT16_MAX);
	for (size_t i = 4; i < 16 && sock->family == SOCK_FAMILY_INET; i++)
		assert(sock->local.address[i] == 0 && sock->peer.address[i] == 0);
	assert((sock->sctp != NULL) == ((sock->known & SOCK_KNOWS_RECVQ) != 0));
}

static void check(const struct sock *sock, enum sock_probe probe) {
	assert(sock_probe_of((enum sock_protocol)sock->protocol) == probe);
	assert(sock->source == SOCK_SOURCE_PROC);
	assert(sock->state > 0 && sock->state < SOCK_STATE_COUNT);
	assert(!(sock->known & SOCK_KNOWS_INODE) == (sock->inode == 0));
	assert(!(sock->known & SOCK_KNOWS_INTERFACE) == (sock->ifindex == 0));
	assert(!(sock->known & (SOCK_KNOWS_COOKIE | SOCK_KNOWS_MARK | SOCK_KNOWS_CGROUP_ID)));
	if (probe == SOCK_PROBE_UNIX)
		check_unix(sock);
	else if (probe == SOCK_PROBE_SCTP)
		check_sctp(sock);
}

static void show(const struct sock *sock) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	endpoint_format(&out, sock, VALUE_LOCAL);
	endpoint_format(&out, sock, VALUE_PEER);
	for (size_t i = 0; i < out.used; i++)
		assert((unsigned char)out.bytes[i] > ' ' && out.bytes[i] != 0x7f);
	out_finish(&out);
}

static void parse_line(const char *line, size_t length, struct arena *arena) {
	arena_reset(arena);
	for (enum sock_probe probe = 0; probe < SOCK_PROBE_COUNT; probe++) {
		for (size_t i = 0; proc_family_file(probe, i); i++) {
			struct sock sock = { 0 };
			const int result = proc_family_parse(line, length, probe, i, arena, &sock);
			assert(result == 0 || result == -EBADMSG);
			if (result < 0)
				continue;
			check(&sock, probe);
			if (probe != SOCK_PROBE_SCTP)
				show(&sock);
		}
		if (proc_family_is_registered(line, length, probe))
			assert(probe == SOCK_PROBE_VSOCK || probe == SOCK_PROBE_XDP);
	}
}

/* Each line in memory of its own, so that a sanitizer sees a read behind it. */
static void parse_copy(const char *text, size_t length, struct arena *arena) {
	char *line = xmalloc(length);
	if (length > 0)
		memcpy(line, text, length);
	parse_line(line, length, arena);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	const char *text = (const char *)data;
	struct arena arena = { 0 };
	parse_copy(text, size, &arena);
	for (size_t at = 0; at < size;) {
		const char *stop = memchr(text + at, '\n', size - at);
		const size_t length = stop ? (size_t)(stop - text) - at : size - at;
		parse_copy(text + at, length, &arena);
		at += length + 1;
	}
	arena_finish(&arena);
	return 0;
}
