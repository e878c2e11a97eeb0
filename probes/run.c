/* What becomes of a socket that was told, and of a probe when it has told all. */

#include "run.h"

#include <errno.h>
#include <string.h>

#include "diag.h"
#include "netlink.h"
#include "sctp_info.h"

int run_open_netlink(struct run *run, size_t first_size, struct netlink_socket **socket) {
	int error = 0;
	const int entered = netns_enter(&run->probe->netns);
	if (entered < 0)
		return entered;
	*socket = netlink_open(first_size, &error);
	netns_leave(&run->probe->netns);
	return *socket ? 0 : -error;
}

static const char *keep_text(struct run *run, const char *text) {
	return text ? arena_copy(&run->snapshot->arena, text, strlen(text)) : NULL;
}

/* What the parsers cannot know because it is not in the message. */
static void complete(struct run *run, struct sock *sock) {
	const uint32_t needs = run->want->needs;
	const struct run_names *names = &run->names;
	if (run->netns != 0) {
		sock->netns = run->netns;
		sock->known |= SOCK_KNOWS_NETNS;
	}
	if ((needs & SOCK_NEED_INTERFACE) && (sock->known & SOCK_KNOWS_INTERFACE))
		sock->interface_name =
		    keep_text(run, names->interface(names->context, sock->ifindex));
	if ((needs & SOCK_NEED_CGROUP) && (sock->known & SOCK_KNOWS_CGROUP_ID))
		sock->cgroup = keep_text(run, names->cgroup(names->context, sock->cgroup_id));
}

static void hand_over(struct run *run) {
	run->stopped = !run->deliver(run->context, run->snapshot);
	snapshot_reset(run->snapshot);
}

/* The associations of an SCTP socket share its cookie; its endpoint is told among the endpoints,
 * and again in front of its associations. */
static bool came_before(struct run *run, const struct sock *sock) {
	const bool is_association =
	    sock->protocol == SOCK_PROTOCOL_SCTP && sock->sctp && sock->sctp->peers;
	return (sock->known & SOCK_KNOWS_COOKIE) && !is_association &&
	       !cookie_set_add(&run->seen, sock->cookie);
}

bool run_keep(struct run *run, struct probe_report *report, struct sock *sock) {
	if (came_before(run, sock)) {
		snapshot_drop_last(run->snapshot);
		return false;
	}
	complete(run, sock);
	report->count++;
	if (run->snapshot->count >= run->batch_limit)
		hand_over(run);
	return true;
}

void run_note(struct probe_report *report, enum report_outcome outcome, int error,
              const char *place) {
	if (outcome > report->outcome)
		report->outcome = outcome;
	if (outcome == REPORT_PARTIAL && report->error == 0) {
		report->error = -error;
		report->place = place;
	}
}

/* Attributes that did not fit hide nothing but themselves. */
void run_conclude_large(struct run *run, const struct plan_request *request) {
	if (request->large) {
		large_settle(&run->large);
		return;
	}
	if (run->large.missing > 0)
		run_note(&run->snapshot->reports[request->probe], REPORT_PARTIAL, -EMSGSIZE,
		         diag_class_of(request->probe)->large_name);
	large_finish(&run->large);
}

void run_finish(struct run *run) {
	if (!run->stopped)
		hand_over(run);
	netlink_close(run->exact);
	large_finish(&run->large);
	cookie_set_finish(&run->seen);
}
