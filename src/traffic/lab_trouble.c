/* TCP connections that do not do well. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lab_made.h"
#include "lab_recipes.h"
#include "lab_tcp.h"
#include "util.h"

enum {
	LEAKS = 10,
	KEEPALIVE_SECONDS = 15,
	SLOW_READ_BYTES = 1024,
	SLOW_READ_MS = 250,
	IDLE_MAX = 500,
	IDLE_MIN = 10,
	DESCRIPTORS_SPARE = 64, /* for the other conditions, and for looking */
};

bool lab_make_zero_window(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) && lab_fill(made, pair.client);
}

bool lab_make_orphan(struct lab_made *made) {
	struct lab_pair pair;
	if (!lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) || !lab_fill(made, pair.client))
		return false;
	lab_let_go(made, pair.client);
	return true;
}

/* Which of made->fds they are: lab_pair() keeps the listener first. */
enum { SLOW_CLIENT = 1, SLOW_READER = 2 };

bool lab_make_slow_reader(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) && lab_fill(made, pair.client);
}

void lab_tick_slow_reader(struct lab_made *made) {
	char bytes[SLOW_READ_BYTES] = { 0 };
	const uint64_t now_ns = util_monotonic_ns();
	if (now_ns < made->next_ns)
		return;
	made->next_ns = now_ns + SLOW_READ_MS * UINT64_C(1000000);
	if (recv(made->fds[SLOW_READER], bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
		return;
	while (send(made->fds[SLOW_CLIENT], bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		continue;
}

bool lab_make_close_wait_leak(struct lab_made *made) {
	int listener, client, accepted;
	if (!lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &listener))
		return false;
	for (int i = 0; i < LEAKS; i++) {
		if (!lab_connect(made, 0, LAB_BUFFERS_USUAL, &client) ||
		    !lab_accept(made, listener, &accepted))
			return false;
		lab_let_go(made, client);
	}
	return true;
}

bool lab_make_keepalive(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_USUAL, &pair) &&
	       lab_set(made, pair.client, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_SECONDS) &&
	       lab_set(made, pair.client, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_SECONDS) &&
	       lab_set(made, pair.client, SOL_SOCKET, SO_KEEPALIVE, 1);
}

/* A server that only takes packets with a larger time to live than the client gives them (RFC 5082)
 * stands in for a network that loses everything: who sent them cannot tell the difference. */
static bool lose_all(struct lab_made *made, const struct lab_pair *pair) {
	return lab_set(made, pair->client, IPPROTO_IP, IP_TTL, 64) &&
	       lab_set(made, pair->accepted, IPPROTO_IP, IP_MINTTL, 255);
}

bool lab_make_retransmitting(struct lab_made *made) {
	static const char message[] = "Is anybody there?";
	struct lab_pair pair;
	if (!lab_pair(made, 0, LAB_BUFFERS_USUAL, &pair) || !lose_all(made, &pair))
		return false;
	return send(pair.client, message, strlen(message), MSG_NOSIGNAL) > 0 ||
	       lab_fail(made, "send");
}

/* Each takes two descriptors. */
static size_t idle_count(void) {
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < DESCRIPTORS_SPARE)
		return IDLE_MIN;
	const rlim_t count = (limit.rlim_cur - DESCRIPTORS_SPARE) / 4;
	if (count < IDLE_MIN)
		return IDLE_MIN;
	return count < IDLE_MAX ? count : IDLE_MAX;
}

bool lab_make_idle(struct lab_made *made) {
	int listener, client, accepted;
	const size_t connections = idle_count();
	made->count = 2 * connections;
	if (!lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &listener))
		return false;
	for (size_t i = 0; i < connections; i++) {
		if (!lab_connect(made, 0, LAB_BUFFERS_USUAL, &client) ||
		    !lab_accept(made, listener, &accepted))
			return false;
	}
	return true;
}
