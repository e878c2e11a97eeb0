/* /proc/net, where sock_diag has nobody to answer. */

#include "fallback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "proc_family.h"
#include "proc_net.h"
#include "recorder.h"

/* One file. */
struct reading {
	struct run *run;
	struct probe_report *report;
	enum sock_probe probe;
	enum sock_protocol protocol; /* of IP */
	enum sock_family family;     /* of IP */
	size_t index;                /* of the other families' files */
	bool found;                  /* a line that was looked for */
};

static bool take(struct reading *reading, struct sock *sock, int result, const char *line,
                 size_t length) {
	struct run *run = reading->run;
	if (result == 0) {
		if (run_keep(run, reading->report, sock) && run->recorder)
			recorder_add_line(run->recorder, line, length);
		return !run->stopped;
	}
	snapshot_drop_last(run->snapshot);
	reading->report->ignored++;
	return true;
}

static bool take_inet_line(void *context, const char *line, size_t length) {
	struct reading *reading = context;
	struct sock *sock = snapshot_add(reading->run->snapshot);
	return take(reading, sock,
	            proc_net_parse(line, length, reading->protocol, reading->family, sock), line,
	            length);
}

static bool take_family_line(void *context, const char *line, size_t length) {
	struct reading *reading = context;
	struct snapshot *snapshot = reading->run->snapshot;
	struct sock *sock = snapshot_add(snapshot);
	return take(
	    reading, sock,
	    proc_family_parse(line, length, reading->probe, reading->index, &snapshot->arena, sock),
	    line, length);
}

/* 0, -ENOENT if this kernel has no such file, or another -errno. */
static int read_file(struct reading *reading, const char *file, lines_fn take_line) {
	const struct netns *netns = &reading->run->probe->netns;
	char path[64];
	snprintf(path, sizeof(path), "/proc/thread-self/net/%s", file);
	int result = netns_enter(netns);
	if (result < 0)
		return result;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	result = fd < 0 ? -errno : 0;
	netns_leave(netns);
	if (fd < 0)
		return result;
	result = proc_net_read(fd, take_line, reading);
	close(fd);
	return result;
}

/* The same, kept by the recorder if there is one. */
static int read_sockets(struct reading *reading, const char *file, lines_fn take_line) {
	struct recorder *recorder = reading->run->recorder;
	const struct moment_dump header = {
		.probe = (uint8_t)reading->probe,
		.protocol = (uint8_t)reading->protocol,
		.family = (uint8_t)reading->family,
		.kind = MOMENT_KIND_LINES,
		.index = (uint8_t)reading->index,
	};
	if (recorder)
		recorder_begin_dump(recorder, &header);
	const int result = read_file(reading, file, take_line);
	if (recorder)
		recorder_end_dump(recorder);
	return result;
}

/* Every kernel has TCP and UDP over IPv4, and UNIX and netlink sockets, so a missing file of theirs
 * is a missing /proc. */
static bool is_always_there(enum sock_probe probe, enum sock_family family) {
	const bool over_ip = probe == SOCK_PROBE_TCP || probe == SOCK_PROBE_UDP;
	return probe == SOCK_PROBE_UNIX || probe == SOCK_PROBE_NETLINK ||
	       (over_ip && family == SOCK_FAMILY_INET);
}

static void conclude(struct reading *reading, int error) {
	struct probe_report *report = reading->report;
	if (error == -ENOENT && !is_always_there(reading->probe, reading->family)) {
		run_note(report, REPORT_ABSENT, 0, NULL);
		return;
	}
	report->source = SOCK_SOURCE_PROC;
	run_note(report, error ? REPORT_PARTIAL : REPORT_WHOLE, error, "/proc/net");
}

static void read_inet(struct reading *reading, const struct inet_request *request) {
	const enum sock_family families[] = { SOCK_FAMILY_INET, SOCK_FAMILY_INET6 };
	reading->protocol = request->protocol;
	for (size_t i = 0; i < 2 && !reading->run->stopped; i++) {
		if (request->dialect == INET_DIALECT_FAMILY && request->family != families[i])
			continue;
		reading->family = families[i];
		const char *file = proc_net_file(request->protocol, families[i]);
		conclude(reading, file ? read_sockets(reading, file, take_inet_line) : -ENOENT);
	}
}

static void read_family(struct reading *reading) {
	const char *file;
	for (size_t i = 0; (file = proc_family_file(reading->probe, i)) != NULL; i++) {
		reading->index = i;
		conclude(reading, read_sockets(reading, file, take_family_line));
	}
}

static bool take_registered(void *context, const char *line, size_t length) {
	struct reading *reading = context;
	reading->found = proc_family_is_registered(line, length, reading->probe);
	return !reading->found;
}

/* Nothing but sock_diag lists them. If the kernel knows the protocol all the same, there may be
 * sockets that nobody tells us of. */
static void note_unlisted(struct reading *reading) {
	const int error = read_file(reading, "protocols", take_registered);
	if (reading->found)
		run_note(reading->report, REPORT_UNLISTED, 0, NULL);
	else
		run_note(reading->report, error < 0 ? REPORT_PARTIAL : REPORT_ABSENT, error,
		         "/proc/net");
}

void fallback_read(struct run *run, const struct plan_request *request,
                   struct probe_report *report) {
	struct reading reading = { .run = run, .report = report, .probe = request->probe };
	if (request->large)
		return;
	if (request->probe == SOCK_PROBE_SCTP && request->inet.family == SOCK_FAMILY_INET6 &&
	    (run->want->families & 1u << SOCK_FAMILY_INET))
		return; /* its files hold both families, and were read for the other */
	if (proc_family_file(request->probe, 0))
		read_family(&reading);
	else if (diag_class_of(request->probe))
		note_unlisted(&reading);
	else
		read_inet(&reading, &request->inet);
}

bool fallback_replay(struct run *run, const struct moment_dump *dump, struct probe_report *report,
                     struct moment_cursor lines) {
	struct reading reading = {
		.run = run,
		.report = report,
		.probe = (enum sock_probe)dump->probe,
		.protocol = (enum sock_protocol)dump->protocol,
		.family = (enum sock_family)dump->family,
		.index = dump->index,
	};
	const bool over_ip = !proc_family_file(reading.probe, 0) && !diag_class_of(reading.probe);
	if (over_ip ? sock_probe_of(reading.protocol) != reading.probe ||
	                  !proc_net_file(reading.protocol, reading.family)
	            : !proc_family_file(reading.probe, reading.index))
		return false;
	const char *line = NULL;
	size_t length = 0;
	while (!run->stopped && moment_get_text(&lines, &line, &length)) {
		if (over_ip)
			take_inet_line(&reading, line, length);
		else
			take_family_line(&reading, line, length);
	}
	return run->stopped || lines.left == 0;
}
