/* Each thing is written once, however many sockets it belongs to. */

#include "recorder.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "inet_diag.h"
#include "util.h"

struct recorder {
	struct out moment;
	size_t dump_start;
	enum sock_protocol protocol; /* of the dump, if it is of IP */
	bool over_ip;
};

struct recorder *recorder_create(void) {
	struct recorder *recorder = xcalloc(1, sizeof(*recorder));
	out_init(&recorder->moment, OUT_MEMORY);
	return recorder;
}

void recorder_destroy(struct recorder *recorder) {
	if (recorder)
		out_finish(&recorder->moment);
	free(recorder);
}

void recorder_begin(struct recorder *recorder, const struct moment_origin *origin) {
	struct out *out = &recorder->moment;
	out->used = 0;
	const size_t start = moment_begin(out, MOMENT_ORIGIN);
	moment_put_u64(out, origin->time_ns);
	moment_put_u32(out, origin->netns);
	moment_put_u32(out, origin->needs);
	moment_put_text(out, origin->host, strlen(origin->host));
	moment_put_text(out, origin->kernel, strlen(origin->kernel));
	moment_end(out, start);
}

void recorder_begin_dump(struct recorder *recorder, const struct moment_dump *dump) {
	recorder->dump_start = moment_begin(&recorder->moment, MOMENT_DUMP);
	recorder->over_ip = diag_class_of((enum sock_probe)dump->probe) == NULL;
	recorder->protocol = (enum sock_protocol)dump->protocol;
	out_bytes(&recorder->moment, dump, sizeof(*dump));
}

void recorder_add_message(struct recorder *recorder, const struct nlmsghdr *message) {
	static const char padding[NLMSG_ALIGNTO];
	struct out *out = &recorder->moment;
	const size_t start = out->used;
	out_bytes(out, message, message->nlmsg_len);
	out_bytes(out, padding, NLMSG_ALIGN(message->nlmsg_len) - message->nlmsg_len);
	if (recorder->over_ip)
		inet_redact((struct nlmsghdr *)(void *)(out->bytes + start), recorder->protocol);
}

void recorder_add_line(struct recorder *recorder, const char *line, size_t length) {
	moment_put_text(&recorder->moment, line, length);
}

void recorder_end_dump(struct recorder *recorder) {
	moment_end(&recorder->moment, recorder->dump_start);
}

/* A number and the text that belongs to it; the text of the sockets is borrowed. */
struct name {
	uint64_t number;
	const char *text;
};

struct names {
	struct name *entries;
	size_t count, capacity;
};

static void add_name(struct names *names, uint64_t number, const char *text) {
	if (!text || (names->count > 0 && names->entries[names->count - 1].number == number))
		return;
	if (names->count == names->capacity) {
		names->capacity = names->capacity ? names->capacity * 2 : 64;
		names->entries =
		    xreallocarray(names->entries, names->capacity, sizeof(*names->entries));
	}
	names->entries[names->count++] = (struct name){ number, text };
}

static int compare_names(const void *a, const void *b) {
	const struct name *left = a;
	const struct name *right = b;
	return (left->number > right->number) - (left->number < right->number);
}

static void put_names(struct out *out, enum moment_tag tag, struct names *names) {
	if (names->count > 1)
		qsort(names->entries, names->count, sizeof(*names->entries), compare_names);
	const size_t start = moment_begin(out, tag);
	for (size_t i = 0; i < names->count; i++) {
		const struct name *name = &names->entries[i];
		if (i > 0 && name->number == name[-1].number)
			continue;
		moment_put_u64(out, name->number);
		moment_put_text(out, name->text, strlen(name->text));
	}
	moment_end(out, start);
	free(names->entries);
}

static void put_all_names(struct out *out, const struct snapshot *batch) {
	struct names interfaces = { 0 };
	struct names cgroups = { 0 };
	struct names users = { 0 };
	for (size_t i = 0; i < batch->count; i++) {
		const struct sock *sock = &batch->socks[i];
		add_name(&interfaces, sock->ifindex, sock->interface_name);
		add_name(&cgroups, sock->cgroup_id, sock->cgroup);
		add_name(&users, sock->uid, sock->user);
	}
	put_names(out, MOMENT_INTERFACE, &interfaces);
	put_names(out, MOMENT_CGROUP, &cgroups);
	put_names(out, MOMENT_USER, &users);
}

static void put_end_names(struct out *host, struct out *service, const struct sock *sock,
                          const struct sock_endpoint *end) {
	if (end->host) {
		moment_put_u32(host, sock->family);
		out_bytes(host, end->address, sizeof(end->address));
		moment_put_text(host, end->host, strlen(end->host));
	}
	if (end->service) {
		moment_put_u32(service, sock->protocol);
		moment_put_u32(service, end->port);
		moment_put_text(service, end->service, strlen(end->service));
	}
}

/* Once for each socket; -r is for few of them. */
static void put_resolved(struct out *out, const struct snapshot *batch) {
	struct out host;
	struct out service;
	out_init(&host, OUT_MEMORY);
	out_init(&service, OUT_MEMORY);
	for (size_t i = 0; i < batch->count; i++) {
		put_end_names(&host, &service, &batch->socks[i], &batch->socks[i].local);
		put_end_names(&host, &service, &batch->socks[i], &batch->socks[i].peer);
	}
	size_t start = moment_begin(out, MOMENT_HOST);
	out_bytes(out, host.bytes, host.used);
	moment_end(out, start);
	start = moment_begin(out, MOMENT_SERVICE);
	out_bytes(out, service.bytes, service.used);
	moment_end(out, start);
	out_finish(&host);
	out_finish(&service);
}

/* Each process once, in the order of their addresses. */
struct process_index {
	const struct process **processes;
	size_t count, capacity;
};

static int compare_processes(const void *a, const void *b) {
	const uintptr_t left = (uintptr_t) * (const struct process *const *)a;
	const uintptr_t right = (uintptr_t) * (const struct process *const *)b;
	return (left > right) - (left < right);
}

static void collect_processes(struct process_index *index, const struct owner *owners,
                              uint32_t count) {
	for (uint32_t i = 0; i < count; i++) {
		if (index->count > 0 && index->processes[index->count - 1] == owners[i].process)
			continue;
		if (index->count == index->capacity) {
			index->capacity = index->capacity ? index->capacity * 2 : 64;
			index->processes = xreallocarray(index->processes, index->capacity,
			                                 sizeof(*index->processes));
		}
		index->processes[index->count++] = owners[i].process;
	}
}

static void settle_processes(struct process_index *index) {
	size_t kept = 0;
	if (index->count > 1)
		qsort(index->processes, index->count, sizeof(*index->processes), compare_processes);
	for (size_t i = 0; i < index->count; i++) {
		if (kept == 0 || index->processes[kept - 1] != index->processes[i])
			index->processes[kept++] = index->processes[i];
	}
	index->count = kept;
}

static void put_processes(struct out *out, const struct process_index *index) {
	const size_t start = moment_begin(out, MOMENT_PROCESS);
	for (size_t i = 0; i < index->count; i++) {
		const struct process *process = index->processes[i];
		moment_put_u64(out, process->start_time);
		moment_put_u32(out, process->pid);
		moment_put_u32(out, process->exe != NULL);
		moment_put_text(out, process->comm, process->comm_length);
		moment_put_text(out, process->exe, process->exe ? process->exe_length : 0);
	}
	moment_end(out, start);
}

static void put_holders(struct out *out, const struct process_index *index, uint32_t inode,
                        const struct owner *owners, uint32_t count) {
	for (uint32_t i = 0; i < count; i++) {
		const struct process **found =
		    bsearch(&owners[i].process, index->processes, index->count,
		            sizeof(*index->processes), compare_processes);
		moment_put_u32(out, inode);
		moment_put_u32(out, (uint32_t)(found - index->processes));
		moment_put_u32(out, owners[i].fd);
	}
}

typedef void (*owners_fn)(struct out *out, struct process_index *index, uint32_t inode,
                          const struct owner *owners, uint32_t count);

static void each_owners(struct out *out, struct process_index *index, const struct snapshot *batch,
                        owners_fn visit) {
	for (size_t i = 0; i < batch->count; i++) {
		const struct sock *sock = &batch->socks[i];
		visit(out, index, sock->inode, sock->owners, sock->owner_count);
		if (sock->family == SOCK_FAMILY_UNIX && sock->un)
			visit(out, index, sock->un->peer_inode, sock->un->peer_owners,
			      sock->un->peer_owner_count);
	}
}

static void visit_collect(struct out *out, struct process_index *index, uint32_t inode,
                          const struct owner *owners, uint32_t count) {
	(void)out;
	(void)inode;
	collect_processes(index, owners, count);
}

static void visit_put(struct out *out, struct process_index *index, uint32_t inode,
                      const struct owner *owners, uint32_t count) {
	put_holders(out, index, inode, owners, count);
}

static void put_owners(struct out *out, const struct snapshot *batch,
                       const struct owner_summary *owners) {
	struct process_index index = { 0 };
	const struct moment_owners summary = {
		.unreadable = owners->unreadable,
		.privileged = owners->privileged,
		.blind = owners->blind,
	};
	each_owners(out, &index, batch, visit_collect);
	settle_processes(&index);
	put_processes(out, &index);
	size_t start = moment_begin(out, MOMENT_HOLDER);
	each_owners(out, &index, batch, visit_put);
	moment_end(out, start);
	start = moment_begin(out, MOMENT_OWNERS);
	out_bytes(out, &summary, sizeof(summary));
	moment_end(out, start);
	free(index.processes);
}

void recorder_add_findings(struct recorder *recorder, const struct snapshot *batch,
                           const struct owner_summary *owners) {
	put_all_names(&recorder->moment, batch);
	put_resolved(&recorder->moment, batch);
	if (owners)
		put_owners(&recorder->moment, batch, owners);
}

void recorder_end(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                  const char **bytes, size_t *length) {
	struct out *out = &recorder->moment;
	for (uint32_t i = 0; i < REPORT_COUNT; i++) {
		const struct probe_report *report = &reports[i];
		if (report->outcome == REPORT_NOT_ASKED)
			continue;
		const size_t start = moment_begin(out, MOMENT_REPORT);
		moment_put_u32(out, i);
		moment_put_u32(out, report->outcome);
		moment_put_u32(out, report->source);
		moment_put_u32(out, (uint32_t)report->error);
		moment_put_u32(out, (uint32_t)report->diag_error);
		moment_put_u32(out, 0);
		moment_put_u64(out, report->count);
		moment_put_u64(out, report->duplicates);
		moment_put_u64(out, report->dumps);
		moment_put_u64(out, report->joined);
		moment_put_u64(out, report->ignored);
		moment_put_u64(out, report->elapsed_ns);
		moment_put_text(out, report->place, report->place ? strlen(report->place) : 0);
		moment_end(out, start);
	}
	*bytes = out->bytes;
	*length = out->used;
}
