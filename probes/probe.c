/* Carries out the plan: one netlink dump per request, /proc/net where there is no handler. A dump
 * that the kernel cut short is asked for again; the set of cookies keeps what came twice out. */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cookie_set.h"
#include "inet_diag.h"
#include "interface.h"
#include "netlink.h"
#include "netns.h"
#include "plan.h"
#include "proc_net.h"
#include "util.h"

enum { ATTEMPTS_MAX = 4 };

struct probe {
	struct netns netns;
	struct netlink_socket *netlink;
	int netlink_error; /* errno: why there is no NETLINK_SOCK_DIAG; 0: not tried or there is */
	uint32_t sequence;
	struct interface_cache interfaces;
	struct cgroup_cache cgroups;
};

/* One call of probe_sockets(). */
struct run {
	struct probe *probe;
	const struct want *want;
	size_t batch_limit;
	struct snapshot *snapshot;
	probe_batch_fn deliver;
	void *context;
	struct cookie_set seen;
	bool stopped;
	bool storage_refused; /* the kernel does not show us BPF storage */
};

/* One request of a run. */
struct dump {
	struct run *run;
	const struct inet_request *request;
	struct probe_report *report;
	uint64_t messages;
};

struct probe *probe_open(const char *netns, bool *no_such, char **error) {
	struct probe *probe = xcalloc(1, sizeof(*probe));
	if (netns_open(netns, &probe->netns, no_such, error))
		return probe;
	free(probe);
	return NULL;
}

void probe_close(struct probe *probe) {
	if (!probe)
		return;
	netlink_close(probe->netlink);
	interface_close(&probe->interfaces);
	cgroup_finish(&probe->cgroups);
	netns_close(&probe->netns);
	free(probe);
}

static void drop_netlink(struct probe *probe) {
	netlink_close(probe->netlink);
	probe->netlink = NULL;
}

/* 0 or -errno. A lack of descriptors is tried again with the next request. */
static int ensure_netlink(struct probe *probe) {
	if (probe->netlink)
		return 0;
	const int entered = netns_enter(&probe->netns);
	if (entered < 0)
		return entered;
	probe->netlink = netlink_open(&probe->netlink_error);
	netns_leave(&probe->netns);
	return probe->netlink ? 0 : -probe->netlink_error;
}

static const char *interface_name(struct run *run, uint32_t index) {
	struct probe *probe = run->probe;
	if (probe->interfaces.fd == 0 && netns_enter(&probe->netns) == 0) {
		interface_open(&probe->interfaces);
		netns_leave(&probe->netns);
	}
	const char *name = interface_find(&probe->interfaces, index);
	return name ? arena_copy(&run->snapshot->arena, name, strlen(name)) : NULL;
}

/* What the parsers cannot know because it is not in the message. */
static void complete(struct run *run, struct sock *sock) {
	const uint32_t needs = run->want->needs;
	if (run->probe->netns.inode != 0) {
		sock->netns = run->probe->netns.inode;
		sock->known |= SOCK_KNOWS_NETNS;
	}
	if ((needs & SOCK_NEED_INTERFACE) && (sock->known & SOCK_KNOWS_INTERFACE))
		sock->interface_name = interface_name(run, sock->ifindex);
	if ((needs & SOCK_NEED_CGROUP) && (sock->known & SOCK_KNOWS_CGROUP_ID)) {
		const char *path = cgroup_find(&run->probe->cgroups, sock->cgroup_id);
		if (path)
			sock->cgroup = arena_copy(&run->snapshot->arena, path, strlen(path));
	}
}

static void hand_over(struct run *run) {
	run->stopped = !run->deliver(run->context, run->snapshot);
	snapshot_reset(run->snapshot);
}

/* Keeps the last socket of the snapshot, or drops it if it came before. */
static bool keep(struct dump *dump, struct sock *sock) {
	struct run *run = dump->run;
	if ((sock->known & SOCK_KNOWS_COOKIE) && !cookie_set_add(&run->seen, sock->cookie)) {
		dump->report->duplicates++;
		snapshot_drop_last(run->snapshot);
		return true;
	}
	complete(run, sock);
	dump->report->count++;
	if (run->snapshot->count >= run->batch_limit)
		hand_over(run);
	return !run->stopped;
}

static bool wants_attributes(const struct want *want, const struct sock *sock) {
	return (want->needs & SOCK_NEEDS_IN_ATTRIBUTES) != 0 || sock->family != SOCK_FAMILY_INET;
}

static bool take_message(void *context, const struct nlmsghdr *message) {
	struct dump *dump = context;
	struct snapshot *snapshot = dump->run->snapshot;
	struct sock *sock = snapshot_add(snapshot);
	dump->messages++;
	int result = inet_parse_fixed(message, dump->request->protocol, sock);
	if (result == 0 && wants_attributes(dump->run->want, sock))
		result = inet_parse_attributes(message, &snapshot->arena, sock);
	if (result == 0)
		return keep(dump, sock);
	snapshot_drop_last(snapshot);
	dump->report->ignored++;
	return true;
}

/* The kernel's answer means "again, and it may go well". */
static bool is_passing(int error) {
	return error == -EBUSY || error == -ENOBUFS || error == -EINTR || error == -EOVERFLOW;
}

/* The kernel's answer means "there is nobody here who could tell". */
static bool is_missing_handler(int error) {
	switch (-error) {
	case ENOENT:
	case EPERM:
	case EACCES:
	case EINVAL:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

static int dump_once(struct dump *dump, const struct inet_request *request) {
	struct probe *probe = dump->run->probe;
	_Alignas(struct nlmsghdr) unsigned char buffer[INET_REQUEST_SIZE];
	int result = ensure_netlink(probe);
	if (result < 0)
		return result;
	struct netlink_transport transport = netlink_socket_transport(probe->netlink);
	if (request->bpf_storage)
		transport.receive_size = NETLINK_RECEIVE_SIZE_OF_RECORDS;
	const struct nlmsghdr *message = inet_request(request, ++probe->sequence, buffer);
	result = netlink_dump(&transport, message, take_message, dump);
	if (result < 0 || dump->run->stopped)
		drop_netlink(probe); /* an unfinished dump would make the next one EBUSY */
	return result;
}

/* Without privilege; before 5.7; or one socket has more of it than fits into a message. */
static bool refuses_storage(int error) {
	return error == -EPERM || error == -EINVAL || error == -EMSGSIZE;
}

/* 0 or -errno. A kernel that does not know BPF storage (before 5.7), or the bytecode (before 4.16),
 * is asked without it, and one that does not show BPF storage to us likewise. */
static int dump_request(struct dump *dump) {
	struct run *run = dump->run;
	struct inet_request request = *dump->request;
	request.bpf_storage &= !run->storage_refused;
	int result = 0;
	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		result = dump_once(dump, &request);
		if (request.bpf_storage && refuses_storage(result)) {
			request.bpf_storage = false;
			run->storage_refused = true;
			if (result != -EINVAL)
				snapshot_note_names(run->snapshot, -result, "bpf_storage");
		} else if (result == -EINVAL && request.port != 0) {
			request.port = 0;
		} else if (!is_passing(result)) {
			break;
		}
	}
	return result;
}

static bool take_line(void *context, const char *line, size_t length) {
	struct dump *dump = context;
	struct snapshot *snapshot = dump->run->snapshot;
	struct sock *sock = snapshot_add(snapshot);
	if (proc_net_parse(line, length, dump->request->protocol, dump->request->family, sock) == 0)
		return keep(dump, sock);
	snapshot_drop_last(snapshot);
	dump->report->ignored++;
	return true;
}

/* 0, -ENOENT if this kernel has no such protocol, or another -errno. */
static int read_proc(struct dump *dump, enum sock_family family) {
	const char *file = proc_net_file(dump->request->protocol, family);
	const struct netns *netns = &dump->run->probe->netns;
	char path[64];
	if (!file)
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/thread-self/net/%s", file);
	int result = netns_enter(netns);
	if (result < 0)
		return result;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	result = fd < 0 ? -errno : 0;
	netns_leave(netns);
	if (fd < 0)
		return result;
	struct inet_request request = *dump->request;
	request.family = family;
	struct dump part = { .run = dump->run, .request = &request, .report = dump->report };
	result = proc_net_read(fd, take_line, &part);
	close(fd);
	return result;
}

/* Every kernel has TCP and UDP over IPv4, so a missing file of theirs is a missing /proc. */
static bool is_absent(enum sock_protocol protocol, enum sock_family family, int error) {
	const bool always_there = family == SOCK_FAMILY_INET &&
	                          (protocol == SOCK_PROTOCOL_TCP || protocol == SOCK_PROTOCOL_UDP);
	return error == -ENOENT && !always_there;
}

static void note(struct probe_report *report, enum report_outcome outcome, int error,
                 const char *place) {
	if (outcome > report->outcome)
		report->outcome = outcome;
	if (outcome == REPORT_PARTIAL && report->error == 0) {
		report->error = -error;
		report->place = place;
	}
}

static void fall_back(struct dump *dump, int diag_error) {
	const struct inet_request *request = dump->request;
	dump->report->diag_error = -diag_error;
	for (int i = 0; i < SOCK_FAMILY_COUNT && !dump->run->stopped; i++) {
		const enum sock_family family = (enum sock_family)i;
		if (request->dialect == INET_DIALECT_FAMILY && request->family != family)
			continue;
		const int error = read_proc(dump, family);
		if (is_absent(request->protocol, family, error)) {
			note(dump->report, REPORT_ABSENT, 0, NULL);
			continue;
		}
		dump->report->source = SOCK_SOURCE_PROC;
		note(dump->report, error ? REPORT_PARTIAL : REPORT_WHOLE, error, "/proc/net");
	}
}

static void run_request(struct run *run, const struct inet_request *request) {
	struct dump dump = {
		.run = run,
		.request = request,
		.report = &run->snapshot->reports[request->protocol],
	};
	const uint64_t start = util_monotonic_ns();
	const int error = dump_request(&dump);
	if (is_missing_handler(error) && dump.messages == 0)
		fall_back(&dump, error);
	else
		note(dump.report, error ? REPORT_PARTIAL : REPORT_WHOLE, error, "sock_diag");
	if (dump.report->ignored > 0)
		note(dump.report, REPORT_PARTIAL, -EBADMSG,
		     dump.report->source == SOCK_SOURCE_PROC ? "/proc/net" : "sock_diag");
	dump.report->elapsed_ns += util_monotonic_ns() - start;
}

void probe_sockets(struct probe *probe, const struct want *want, size_t batch_limit,
                   struct snapshot *snapshot, probe_batch_fn deliver, void *context) {
	struct run run = {
		.probe = probe,
		.want = want,
		.batch_limit = batch_limit,
		.snapshot = snapshot,
		.deliver = deliver,
		.context = context,
	};
	const struct plan plan = plan_requests(want);
	for (size_t i = 0; i < plan.count && !run.stopped; i++)
		run_request(&run, &plan.requests[i]);
	snapshot_note_names(snapshot, probe->cgroups.error, "/sys/fs/cgroup");
	snapshot_note_names(snapshot, probe->interfaces.fd < 0 ? -probe->interfaces.fd : 0,
	                    "SIOCGIFNAME");
	if (!run.stopped)
		hand_over(&run);
	cookie_set_finish(&run.seen);
}
