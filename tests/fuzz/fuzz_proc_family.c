/* A line of any content of the files of /proc/net that are not about TCP and its kin. The first
 * byte chooses the file, counted from '0'; 'p' is /proc/net/protocols. */

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

struct file {
	enum sock_probe probe;
	size_t index;
};

/* File number `choice` of all the files of all the probes, begun again behind the last one. */
static struct file choose(uint8_t choice) {
	struct file files[SOCK_PROBE_COUNT * PROC_FAMILY_FILES_MAX];
	size_t count = 0;
	for (enum sock_probe probe = 0; probe < SOCK_PROBE_COUNT; probe++) {
		for (size_t i = 0; proc_family_file(probe, i); i++)
			files[count++] = (struct file){ probe, i };
	}
	return files[choice % count];
}

static void parse_line(const char *line, size_t length, struct file file, struct arena *arena) {
	struct sock sock = { 0 };
	const int result = proc_family_parse(line, length, file.probe, file.index, arena, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0) {
		check(&sock, file.probe);
		if (file.probe != SOCK_PROBE_SCTP)
			show(&sock);
	}
}

static void parse_protocols(const char *line, size_t length) {
	for (enum sock_probe probe = 0; probe < SOCK_PROBE_COUNT; probe++) {
		if (proc_family_is_registered(line, length, probe))
			assert(probe == SOCK_PROBE_VSOCK || probe == SOCK_PROBE_XDP);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	static struct arena arena; /* a new one for each input would be most of the work */
	arena_reset(&arena);
	/* In memory of its own, so that a sanitizer sees a read behind it. */
	char *line = xmalloc(size - 1);
	memcpy(line, data + 1, size - 1);
	if (data[0] == 'p')
		parse_protocols(line, size - 1);
	else
		parse_line(line, size - 1, choose((uint8_t)(data[0] - '0')), &arena);
	free(line);
	return 0;
}
