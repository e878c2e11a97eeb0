/* A line of any content of the files of /proc/net about TCP and its kin. The first byte chooses the
 * file, counted from '0'. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc_net.h"
#include "util.h"

static void check(const struct sock *sock, enum sock_protocol protocol, enum sock_family family) {
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const enum sock_protocol protocols[] = { SOCK_PROTOCOL_TCP, SOCK_PROTOCOL_UDP,
		                                        SOCK_PROTOCOL_UDPLITE, SOCK_PROTOCOL_RAW };
	if (size == 0)
		return 0;
	const uint8_t choice = (uint8_t)(data[0] - '0');
	const enum sock_protocol protocol = protocols[choice / 2 % ARRAY_LENGTH(protocols)];
	const enum sock_family family = choice % 2 ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET;
	/* In memory of its own, so that a sanitizer sees a read behind it. */
	char *line = xmalloc(size - 1);
	memcpy(line, data + 1, size - 1);
	struct sock sock = { 0 };
	const int result = proc_net_parse(line, size - 1, protocol, family, &sock);
	assert(result == 0 || result == -EBADMSG);
	if (result == 0)
		check(&sock, protocol, family);
	free(line);
	return 0;
}
