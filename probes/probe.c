/* Carries out the plan, request by request: sock_diag, or /proc/net where nobody answers there. */

#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytecode.h"
#include "destroyed.h"
#include "dump.h"
#include "fallback.h"
#include "netlink.h"
#include "run.h"
#include "util.h"

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
	destroyed_close(probe->destroyed);
	interface_close(&probe->interfaces);
	cgroup_finish(&probe->cgroups);
	netns_close(&probe->netns);
	free(probe);
}

static struct destroyed_watch *listen_for_destroyed(struct probe *probe) {
	if (probe->destroyed)
		return destroyed_listen(probe->destroyed) ? probe->destroyed : NULL;
	if (netns_enter(&probe->netns) < 0)
		return NULL;
	probe->destroyed = destroyed_open();
	netns_leave(&probe->netns);
	return probe->destroyed;
}

/* Without it, dumps are repeated that need not be; so the socket for dumps comes first if there is
 * only one descriptor left. */
static void open_destroyed(struct run *run) {
	if (!run->probe->netlink)
		run_open_netlink(run, NETLINK_RECEIVE_SIZE, &run->probe->netlink);
	const bool useful = want_has(run->want, 1u << SOCK_PROTOCOL_TCP | 1u << SOCK_PROTOCOL_UDP);
	if (useful)
		run->destroyed = listen_for_destroyed(run->probe);
}

static struct interface_cache *live_interfaces(struct probe *probe) {
	if (probe->interfaces.fd == 0 && netns_enter(&probe->netns) == 0) {
		interface_open(&probe->interfaces);
		netns_leave(&probe->netns);
	}
	return &probe->interfaces;
}

static const char *live_interface(void *context, uint32_t index) {
	return interface_find(live_interfaces(context), index);
}

static uint32_t live_device(void *context, const char *name) {
	return interface_index(live_interfaces(context), name);
}

static const char *live_cgroup(void *context, uint64_t id) {
	struct probe *probe = context;
	return cgroup_find(&probe->cgroups, id);
}

static uint64_t live_cgroup_id(void *context, const char *path) {
	struct probe *probe = context;
	return cgroup_id(&probe->cgroups, path);
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

static void run_request(struct run *run, const struct plan_request *request) {
	struct probe_report *report = &run->snapshot->reports[request->probe];
	const uint64_t start = util_monotonic_ns();
	uint64_t messages = 0;
	const int error = dump_request(run, request, report, &messages);
	if (is_missing_handler(error) && messages == 0) {
		report->diag_error = -error;
		fallback_read(run, request, report);
	} else {
		run_note(report, error ? REPORT_PARTIAL : REPORT_WHOLE, error, "sock_diag");
	}
	if (report->ignored > 0)
		run_note(report, REPORT_PARTIAL, -EBADMSG,
		         report->source == SOCK_SOURCE_PROC ? "/proc/net" : "sock_diag");
	report->elapsed_ns += util_monotonic_ns() - start;
}

void probe_set_recorder(struct probe *probe, struct recorder *recorder) {
	probe->recorder = recorder;
}

uint32_t probe_netns(const struct probe *probe) {
	return probe->netns.inode;
}

static void read_ephemeral(uint16_t ports[2]) {
	unsigned first = 0;
	unsigned last = 0;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	if (!file)
		return;
	if (fscanf(file, "%u %u", &first, &last) == 2 && first <= last && last <= UINT16_MAX) {
		ports[0] = (uint16_t)first;
		ports[1] = (uint16_t)last;
	}
	fclose(file);
}

/* The file is about the namespace of whoever opens it. */
void probe_ephemeral(struct probe *probe, uint16_t ports[2]) {
	if (netns_enter(&probe->netns) < 0)
		return;
	read_ephemeral(ports);
	netns_leave(&probe->netns);
}

void probe_sockets(struct probe *probe, const struct want *want, size_t batch_limit,
                   struct snapshot *snapshot, probe_batch_fn deliver, void *context) {
	struct run run = {
		.probe = probe,
		.recorder = probe->recorder,
		.names = { probe, live_interface, live_cgroup },
		.netns = probe->netns.inode,
		.want = want,
		.batch_limit = batch_limit,
		.snapshot = snapshot,
		.deliver = deliver,
		.context = context,
	};
	const struct bytecode_lookups lookups = { probe, live_device, live_cgroup_id };
	struct plan plan = plan_requests(want, &lookups);
	open_destroyed(&run);
	for (size_t i = 0; i < plan.count && !run.stopped; i++) {
		run_request(&run, &plan.requests[i]);
		run_conclude_large(&run, &plan.requests[i]);
	}
	plan_finish(&plan);
	snapshot_note_names(snapshot, probe->cgroups.error, "/sys/fs/cgroup");
	snapshot_note_names(snapshot, probe->interfaces.fd < 0 ? -probe->interfaces.fd : 0,
	                    "SIOCGIFNAME");
	run_finish(&run);
	destroyed_rest(run.destroyed);
}
