/* Each thing is written once, however many sockets it belongs to. The moment grows in one buffer,
 * which is memory of our own or the mapping of a file; what comes while a dump is being written and
 * belongs behind it, names, is kept beside it. */

#include "recorder.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "inet_diag.h"
#include "name_list.h"
#include "util.h"

struct recorder {
	struct out memory; /* is kept from moment to moment */
	struct out file;   /* of the moment at hand */
	struct out *moment;
	size_t section_start;        /* of the dump, of processes or of holders */
	bool has_holders;            /* the section of processes is over */
	enum sock_protocol protocol; /* of the dump, if it is of IP */
	bool over_ip;
	struct name_list interfaces, cgroups, users;
	struct out parents; /* of the processes, for a section of their own */
};

struct recorder *recorder_create(void) {
	struct recorder *recorder = xcalloc(1, sizeof(*recorder));
	out_init(&recorder->memory, OUT_MEMORY);
	out_init(&recorder->parents, OUT_MEMORY);
	recorder->moment = &recorder->memory;
	return recorder;
}

void recorder_destroy(struct recorder *recorder) {
	if (!recorder)
		return;
	out_finish(&recorder->memory);
	out_finish(&recorder->file);
	out_finish(&recorder->parents);
	name_list_finish(&recorder->interfaces);
	name_list_finish(&recorder->cgroups);
	name_list_finish(&recorder->users);
	free(recorder);
}

static void put_boot(struct out *out, const char *boot) {
	if (!boot)
		return;
	const size_t start = moment_begin(out, MOMENT_BOOT);
	moment_put_text(out, boot, strlen(boot));
	moment_end(out, start);
}

static void put_ephemeral(struct out *out, const uint16_t ports[2]) {
	if (ports[1] == 0)
		return;
	const size_t start = moment_begin(out, MOMENT_EPHEMERAL);
	moment_put_u32(out, ports[0]);
	moment_put_u32(out, ports[1]);
	moment_end(out, start);
}

static void begin(struct recorder *recorder, const struct moment_origin *origin) {
	struct out *out = recorder->moment;
	name_list_reset(&recorder->interfaces);
	name_list_reset(&recorder->cgroups);
	name_list_reset(&recorder->users);
	const size_t start = moment_begin(out, MOMENT_ORIGIN);
	moment_put_u64(out, origin->time_ns);
	moment_put_u32(out, origin->netns);
	moment_put_u32(out, origin->needs);
	moment_put_text(out, origin->host, strlen(origin->host));
	moment_put_text(out, origin->kernel, strlen(origin->kernel));
	moment_end(out, start);
	put_boot(out, origin->boot);
	put_ephemeral(out, origin->ephemeral);
}

void recorder_begin(struct recorder *recorder, const struct moment_origin *origin) {
	recorder->moment = &recorder->memory;
	recorder->memory.used = 0;
	begin(recorder, origin);
}

int recorder_begin_file(struct recorder *recorder, int file, const struct moment_origin *origin) {
	out_finish(&recorder->file); /* of a moment that was not ended */
	recorder->moment = &recorder->memory;
	const int result = out_map(&recorder->file, file);
	if (result < 0)
		return result;
	recorder->moment = &recorder->file;
	begin(recorder, origin);
	return 0;
}

void recorder_begin_dump(struct recorder *recorder, const struct moment_dump *dump) {
	recorder->section_start = moment_begin(recorder->moment, MOMENT_DUMP);
	recorder->over_ip = diag_class_of((enum sock_probe)dump->probe) == NULL;
	recorder->protocol = (enum sock_protocol)dump->protocol;
	out_bytes(recorder->moment, dump, sizeof(*dump));
}

void recorder_add_message(struct recorder *recorder, const struct nlmsghdr *message) {
	const size_t padding = NLMSG_ALIGN(message->nlmsg_len) - message->nlmsg_len;
	char *start = out_reserve(recorder->moment, message->nlmsg_len + padding);
	memcpy(start, message, message->nlmsg_len);
	memset(start + message->nlmsg_len, 0, padding);
	if (recorder->over_ip)
		inet_redact((struct nlmsghdr *)(void *)start, recorder->protocol);
	out_advance(recorder->moment, message->nlmsg_len + padding);
}

void recorder_add_line(struct recorder *recorder, const char *line, size_t length) {
	moment_put_text(recorder->moment, line, length);
}

void recorder_end_dump(struct recorder *recorder) {
	moment_end(recorder->moment, recorder->section_start);
}

void recorder_add_names(struct recorder *recorder, const struct snapshot *batch) {
	for (size_t i = 0; i < batch->count; i++) {
		const struct sock *sock = &batch->socks[i];
		name_list_add(&recorder->interfaces, sock->ifindex, sock->interface_name);
		name_list_add(&recorder->cgroups, sock->cgroup_id, sock->cgroup);
		name_list_add(&recorder->users, sock->uid, sock->user);
	}
}

static void put_end_names(struct out *host, struct out *service, const struct sock *sock,
                          const struct sock_endpoint *end, const struct sock_end_names *names) {
	if (names->host) {
		moment_put_u32(host, sock->family);
		out_bytes(host, end->address, sizeof(end->address));
		moment_put_text(host, names->host, strlen(names->host));
	}
	if (names->service) {
		moment_put_u32(service, sock->protocol);
		moment_put_u32(service, end->port);
		moment_put_text(service, names->service, strlen(names->service));
	}
}

/* Once for each socket; -r is for few of them. */
void recorder_add_resolved(struct recorder *recorder, const struct snapshot *batch) {
	struct out *out = recorder->moment;
	struct out host;
	struct out service;
	out_init(&host, OUT_MEMORY);
	out_init(&service, OUT_MEMORY);
	for (size_t i = 0; i < batch->count; i++) {
		const struct sock *sock = &batch->socks[i];
		const struct sock_names *names = sock_names(sock);
		put_end_names(&host, &service, sock, &sock->local, &names->local);
		put_end_names(&host, &service, sock, &sock->peer, &names->peer);
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

void recorder_begin_owners(struct recorder *recorder) {
	recorder->has_holders = false;
	recorder->parents.used = 0;
	recorder->section_start = moment_begin(recorder->moment, MOMENT_PROCESS);
}

void recorder_add_process(struct recorder *recorder, const struct process *process) {
	struct out *out = recorder->moment;
	moment_put_u64(out, process->start_time);
	moment_put_u32(out, process->pid);
	moment_put_u32(out, process->exe != NULL);
	moment_put_text(out, process->comm, process->comm_length);
	moment_put_text(out, process->exe, process->exe ? process->exe_length : 0);
	moment_put_u32(&recorder->parents, process->parent_pid);
	moment_put_u32(&recorder->parents, process->parent != NULL);
	moment_put_text(&recorder->parents, process->parent,
	                process->parent ? process->parent_length : 0);
}

static void begin_holders(struct recorder *recorder) {
	moment_end(recorder->moment, recorder->section_start);
	recorder->section_start = moment_begin(recorder->moment, MOMENT_PARENT);
	out_bytes(recorder->moment, recorder->parents.bytes, recorder->parents.used);
	moment_end(recorder->moment, recorder->section_start);
	recorder->section_start = moment_begin(recorder->moment, MOMENT_HOLDER);
	recorder->has_holders = true;
}

void recorder_add_holder(struct recorder *recorder, uint32_t inode, uint32_t process, uint32_t fd) {
	if (!recorder->has_holders)
		begin_holders(recorder);
	moment_put_u32(recorder->moment, inode);
	moment_put_u32(recorder->moment, process);
	moment_put_u32(recorder->moment, fd);
}

void recorder_end_owners(struct recorder *recorder, const struct owner_summary *summary) {
	const struct moment_owners owners = {
		.unreadable = summary->unreadable,
		.privileged = summary->privileged,
		.blind = summary->blind,
	};
	if (!recorder->has_holders)
		begin_holders(recorder);
	moment_end(recorder->moment, recorder->section_start);
	const size_t start = moment_begin(recorder->moment, MOMENT_OWNERS);
	out_bytes(recorder->moment, &owners, sizeof(owners));
	moment_end(recorder->moment, start);
}

static void put_report(struct out *out, uint32_t number, const struct probe_report *report) {
	const size_t start = moment_begin(out, MOMENT_REPORT);
	moment_put_u32(out, number);
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

static void put_end(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT]) {
	struct out *out = recorder->moment;
	name_list_put(&recorder->interfaces, out, MOMENT_INTERFACE);
	name_list_put(&recorder->cgroups, out, MOMENT_CGROUP);
	name_list_put(&recorder->users, out, MOMENT_USER);
	for (uint32_t i = 0; i < REPORT_COUNT; i++) {
		if (reports[i].outcome != REPORT_NOT_ASKED)
			put_report(out, i, &reports[i]);
	}
}

void recorder_end(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                  const char **bytes, size_t *length) {
	put_end(recorder, reports);
	*bytes = recorder->memory.bytes;
	*length = recorder->memory.used;
}

int recorder_end_file(struct recorder *recorder, const struct probe_report reports[REPORT_COUNT],
                      uint64_t *length) {
	put_end(recorder, reports);
	*length = recorder->file.used;
	recorder->moment = &recorder->memory;
	return out_unmap(&recorder->file);
}
