/* The states of TCP (RFC 9293), each by calls that any program may make. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lab_made.h"
#include "lab_recipes.h"
#include "lab_tcp.h"
#include "util.h"

enum {
	KNOCKING = 3,
	DEFER_SECONDS = 24 * 3600,
	TIME_WAIT_RENEWAL_SECONDS = 50, /* the kernel's TIME-WAIT lasts 60 */
};

bool lab_make_listen(struct lab_made *made) {
	int fd;
	return lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &fd);
}

/* The queue of a backlog of 1 holds two; the SYNs of the others are dropped, and sent again. */
bool lab_make_syn_sent(struct lab_made *made) {
	int fd;
	if (!lab_listen(made, 1, 0, LAB_BUFFERS_USUAL, &fd))
		return false;
	for (int i = 0; i < 2; i++) {
		if (!lab_connect(made, 0, LAB_BUFFERS_USUAL, &fd))
			return false;
	}
	for (int i = 0; i < KNOCKING; i++) {
		if (!lab_knock(made))
			return false;
	}
	return true;
}

bool lab_make_syn_recv(struct lab_made *made) {
	int listener, client;
	return lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &listener) &&
	       lab_set(made, listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, DEFER_SECONDS) &&
	       lab_connect(made, 0, LAB_BUFFERS_USUAL, &client);
}

bool lab_make_established(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_USUAL, &pair);
}

bool lab_make_fin_wait_1(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) && lab_fill(made, pair.client) &&
	       lab_shut(made, pair.client);
}

bool lab_make_half_closed(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_USUAL, &pair) && lab_shut(made, pair.client);
}

bool lab_make_closing(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) && lab_fill(made, pair.client) &&
	       lab_shut(made, pair.client) && lab_shut(made, pair.accepted);
}

bool lab_make_last_ack(struct lab_made *made) {
	struct lab_pair pair;
	return lab_pair(made, 0, LAB_BUFFERS_SMALL, &pair) && lab_shut(made, pair.client) &&
	       lab_fill(made, pair.accepted) && lab_shut(made, pair.accepted);
}

/* The end of stream tells that the client's close has arrived: the two do not close at once. */
static bool close_both(struct lab_made *made, int client, int accepted) {
	char byte;
	lab_let_go(made, client);
	const bool ended = recv(accepted, &byte, 1, 0) == 0 || lab_fail(made, "recv");
	lab_let_go(made, accepted);
	return ended;
}

static bool add_time_wait(struct lab_made *made) {
	int client, accepted;
	return lab_connect(made, 0, LAB_BUFFERS_USUAL, &client) &&
	       lab_accept(made, made->hand, &accepted) && close_both(made, client, accepted);
}

static bool add_time_waits(struct lab_made *made, size_t count) {
	const uint64_t second_ns = 1000000000;
	made->next_ns = util_monotonic_ns() + TIME_WAIT_RENEWAL_SECONDS * second_ns;
	for (size_t i = 0; i < count; i++) {
		if (!add_time_wait(made))
			return false;
	}
	return true;
}

bool lab_make_time_wait(struct lab_made *made) {
	return lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &made->hand) && add_time_waits(made, 1);
}

void lab_tick_time_wait(struct lab_made *made) {
	if (util_monotonic_ns() >= made->next_ns)
		add_time_waits(made, 1);
}

enum { STORM_COUNT = 200 };

bool lab_make_time_wait_storm(struct lab_made *made) {
	return lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &made->hand) &&
	       add_time_waits(made, STORM_COUNT);
}

void lab_tick_time_wait_storm(struct lab_made *made) {
	if (util_monotonic_ns() >= made->next_ns)
		add_time_waits(made, STORM_COUNT);
}

enum { CHURN_A_TICK = 5 };

bool lab_make_churn(struct lab_made *made) {
	return lab_listen(made, 5, 0, LAB_BUFFERS_USUAL, &made->hand);
}

void lab_tick_churn(struct lab_made *made) {
	add_time_waits(made, CHURN_A_TICK);
}

bool lab_make_bound_inactive(struct lab_made *made) {
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return lab_keep(made, fd) && lab_bind(made, fd, SOCK_STREAM);
}
