#pragma once
/* One call of probe_sockets(), as its parts share it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "cgroup.h"
#include "cookie_set.h"
#include "interface.h"
#include "large.h"
#include "netns.h"
#include "plan.h"
#include "probe.h"

struct destroyed_watch;
struct netlink_socket;

struct recorder;

struct probe {
	struct recorder *recorder; /* borrowed, or NULL */
	struct netns netns;
	struct netlink_socket *netlink;    /* for the first dump of a table */
	struct destroyed_watch *destroyed; /* NULL: none yet, or cannot be had */
	uint32_t sequence;
	struct interface_cache interfaces;
	struct cgroup_cache cgroups;
};

/* Where names come from: the machine, or a recording. They are borrowed, NULL if unknown. */
struct run_names {
	void *context;
	const char *(*interface)(void *context, uint32_t index);
	const char *(*cgroup)(void *context, uint64_t id);
};

struct run {
	struct probe *probe;       /* NULL in a replay */
	struct recorder *recorder; /* or NULL */
	struct run_names names;
	uint32_t netns; /* inode number; 0: not known */
	const struct want *want;
	size_t batch_limit;
	struct snapshot *snapshot;
	probe_batch_fn deliver;
	void *context;
	struct cookie_set seen;
	struct large_set large;            /* of the probe that is being asked */
	struct destroyed_watch *destroyed; /* tells of ends; NULL: cannot be had */
	struct netlink_socket *exact; /* for questions about one socket; opened when there is one */
	bool stopped;
	bool storage_refused; /* the kernel does not show us BPF storage */
};

/* A socket for a dump, opened inside the namespace. 0 or -errno. */
int run_open_netlink(struct run *run, size_t first_size, struct netlink_socket **socket);

/* Keeps the last socket of the snapshot, or drops it if it came before; true if it was kept. */
bool run_keep(struct run *run, struct probe_report *report, struct sock *sock);

/* Notes how a part of a probe fared; the worst counts. `error` is -errno. */
void run_note(struct probe_report *report, enum report_outcome outcome, int error,
              const char *place);

/* Between the two requests of a probe with a large attribute, and after them. */
void run_conclude_large(struct run *run, const struct plan_request *request);

/* Hands over what is left, and frees what the run holds. */
void run_finish(struct run *run);
