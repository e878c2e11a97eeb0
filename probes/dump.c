/* One request to sock_diag. A dump that the kernel cut short is asked for again, and so is one in
 * which a socket may have been missed (coverage.h says when). What came before is kept: the set of
 * cookies keeps out what comes twice. */

#include "dump.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "destroyed.h"
#include "exact.h"
#include "netlink.h"
#include "recorder.h"
#include "util.h"

/* The first datagrams of dumps of the same table, in bytes. The others are filled alike, so this
 * moves the gaps between them away from where they were. */
static const size_t first_sizes[] = { NETLINK_RECEIVE_SIZE, NETLINK_RECEIVE_SIZE / 2,
	                              NETLINK_RECEIVE_SIZE / 4, NETLINK_RECEIVE_SIZE / 4 * 3 };

enum { ATTEMPTS_MAX = sizeof(first_sizes) / sizeof(first_sizes[0]) };

struct dump {
	struct run *run;
	struct exact_list newcomers; /* sockets that only a later dump told, by identity alone */
	struct arena identities;
	const struct plan_request *request;
	struct inet_request inet; /* what is left of it after refusals */
	struct probe_report *report;
	uint64_t messages;
	size_t attempt;
	uint64_t elapsed_ns; /* by the latest attempt */
	bool is_covered;     /* its cookies can be followed from dump to dump */
	struct coverage coverage;
	struct netlink_transport transport; /* of the kernel */
};

static bool wants_attributes(const struct want *want, const struct sock *sock) {
	return (want->needs & SOCK_NEEDS_IN_ATTRIBUTES) != 0 || sock->family != SOCK_FAMILY_INET ||
	       sock->protocol == SOCK_PROTOCOL_SCTP;
}

/* True if an earlier dump of the table told of it, so that no more of it need be read. */
static bool came_before(const struct dump *dump, const struct sock *sock) {
	return dump->attempt > 0 && (sock->known & SOCK_KNOWS_COOKIE) &&
	       sock->protocol != SOCK_PROTOCOL_SCTP &&
	       cookie_set_has(&dump->run->seen, sock->cookie);
}

static int parse_inet(struct dump *dump, const struct nlmsghdr *message, struct sock *sock) {
	struct run *run = dump->run;
	const int result = inet_parse_fixed(message, dump->inet.protocol, sock);
	if (result < 0 || !wants_attributes(run->want, sock) || came_before(dump, sock))
		return result;
	return inet_parse_attributes(message, &run->snapshot->arena, sock);
}

/* Others are told only as the other end of one. */
static bool is_wanted(const struct want *want, const struct sock *sock) {
	return want->states[sock->protocol] >> sock->state & 1;
}

/* The set may not know a socket that is younger than it. If the handler tells of single sockets,
 * that can be made good. */
static void attach_large(struct run *run, const struct diag_class *class, struct sock *sock) {
	struct arena *arena = &run->snapshot->arena;
	if (large_attach(&run->large, class, arena, sock))
		return;
	const int error = class->is_exact ? exact_large(run, class, sock) : -EMSGSIZE;
	if (error == 0)
		large_attach(&run->large, class, arena, sock);
	else if (error != -ENOENT && error != -ESTALE)
		run->large.missing++;
}

static int parse(struct dump *dump, const struct nlmsghdr *message, struct sock *sock) {
	struct run *run = dump->run;
	const struct diag_class *class = diag_class_of(dump->request->probe);
	if (!class)
		return parse_inet(dump, message, sock);
	const int result = class->parse(message, &run->snapshot->arena, sock);
	if (result == 0 && (run->want->needs & class->large_need) &&
	    (class->large_states >> sock->state & 1) && is_wanted(run->want, sock))
		attach_large(run, class, sock);
	return result;
}

static bool asks_for_identities(const struct dump *dump) {
	const struct diag_class *class = diag_class_of(dump->request->probe);
	return dump->attempt > 0 && !dump->request->large && class && class->is_exact;
}

/* A later attempt's own socket, which will be gone when owners are looked for. */
static bool is_passing_socket(const struct dump *dump, const struct sock *sock) {
	return dump->attempt > 0 && sock->family == SOCK_FAMILY_NETLINK &&
	       sock->netlink->protocol == NETLINK_SOCK_DIAG &&
	       sock->local.port == dump->transport.port_id;
}

static bool take_message(void *context, const struct nlmsghdr *message) {
	struct dump *dump = context;
	struct run *run = dump->run;
	struct sock *sock = snapshot_add(run->snapshot);
	dump->messages++;
	if (parse(dump, message, sock) < 0) {
		snapshot_drop_last(run->snapshot);
		dump->report->ignored++;
		return true;
	}
	if (is_passing_socket(dump, sock)) {
		snapshot_drop_last(run->snapshot);
		return true;
	}
	const bool first = dump->attempt == 0;
	const uint64_t cookie = sock->cookie;
	const uint8_t state = sock->state;
	const bool kept = run_keep(run, dump->report, sock);
	if (kept && run->recorder)
		recorder_add_message(run->recorder, message);
	if (dump->is_covered && (kept || !first) && !asks_for_identities(dump))
		coverage_add(&dump->coverage, cookie, state);
	dump->report->duplicates += first && !kept;
	dump->report->joined += !first && kept;
	return !run->stopped;
}

/* A later dump of a handler that tells of single sockets asks for nothing but identities; those
 * that are new are asked for one by one when it is over. */
static bool take_identity(void *context, const struct nlmsghdr *message) {
	struct dump *dump = context;
	struct run *run = dump->run;
	const struct diag_class *class = diag_class_of(dump->request->probe);
	struct sock sock = { 0 };
	dump->messages++;
	if (class->parse(message, &dump->identities, &sock) < 0) {
		dump->report->ignored++;
		return true;
	}
	arena_reset(&dump->identities);
	if (dump->is_covered)
		coverage_add(&dump->coverage, sock.cookie, sock.state);
	if (!cookie_set_has(&run->seen, sock.cookie))
		exact_note(&dump->newcomers, sock.inode, sock.cookie);
	return true;
}

static bool take_large(void *context, const struct nlmsghdr *message) {
	struct dump *dump = context;
	struct run *run = dump->run;
	const struct diag_class *class = diag_class_of(dump->request->probe);
	struct sock sock = { 0 };
	dump->messages++;
	if (class->parse(message, &run->large.arena, &sock) < 0) {
		dump->report->ignored++;
		return true;
	}
	large_add(&run->large, class, &sock);
	if (run->recorder)
		recorder_add_message(run->recorder, message);
	return true;
}

/* The kernel's receive, which tells the coverage where a datagram begins. */
static ssize_t receive(void *context, void *buffer, size_t size) {
	struct dump *dump = context;
	const ssize_t length = dump->transport.receive(dump->transport.context, buffer, size);
	if (length > 0 && dump->is_covered)
		coverage_begin_datagram(&dump->coverage, (size_t)length);
	return length;
}

static ssize_t send(void *context, const void *message, size_t length) {
	const struct dump *dump = context;
	return dump->transport.send(dump->transport.context, message, length);
}

static netlink_message_fn how_to_take(const struct dump *dump) {
	if (dump->request->large)
		return take_large;
	return asks_for_identities(dump) ? take_identity : take_message;
}

static int exchange(struct dump *dump, struct netlink_socket *netlink) {
	const struct diag_class *class = diag_class_of(dump->request->probe);
	const uint32_t sequence = ++dump->run->probe->sequence;
	struct diag_request diag = dump->request->diag;
	if (asks_for_identities(dump))
		diag.show = 0;
	void *buffer = xmalloc(class ? DIAG_REQUEST_SIZE : inet_request_size(&dump->inet));
	const struct nlmsghdr *message = class ? diag_request(class, &diag, sequence, buffer)
	                                       : inet_request(&dump->inet, sequence, buffer);
	dump->transport = netlink_socket_transport(netlink);
	struct netlink_transport transport = dump->transport;
	transport.send = send;
	transport.receive = receive;
	transport.context = dump;
	if (dump->inet.bpf_storage)
		transport.receive_size = NETLINK_RECEIVE_SIZE_OF_RECORDS;
	const int result = netlink_dump(&transport, message, how_to_take(dump), dump);
	free(buffer);
	return result;
}

/* One that has gone meanwhile is no failure. */
static int ask_for_newcomers(struct dump *dump) {
	struct run *run = dump->run;
	const struct diag_class *class = diag_class_of(dump->request->probe);
	int result = 0;
	for (size_t i = 0; i < dump->newcomers.count && result == 0 && !run->stopped; i++) {
		const int error = exact_ask(run, class, dump->request->diag.show,
		                            &dump->newcomers.items[i], take_message, dump);
		if (error != -ENOENT && error != -ESTALE)
			result = error;
	}
	dump->newcomers.count = 0;
	return result;
}

/* The first attempt goes over the socket that stays open; the others need one with another first
 * datagram. An unfinished dump would make the next one EBUSY, so its socket is closed; but one that
 * nobody answers is over, and its socket may be in the answer of another. */
static int dump_once(struct dump *dump) {
	struct run *run = dump->run;
	struct probe *probe = run->probe;
	struct netlink_socket *other = NULL;
	const size_t attempt = dump->attempt;
	struct netlink_socket **netlink = attempt == 0 ? &probe->netlink : &other;
	const size_t first_size = first_sizes[attempt];
	int result = *netlink ? 0 : run_open_netlink(run, first_size, netlink);
	if (result < 0)
		return result;
	dump->report->dumps++;
	if (dump->is_covered)
		coverage_begin_dump(&dump->coverage, first_size);
	const uint64_t start = util_monotonic_ns();
	result = exchange(dump, *netlink);
	dump->elapsed_ns = util_monotonic_ns() - start;
	if (result == 0 && dump->is_covered)
		coverage_end_dump(&dump->coverage);
	if (result == 0)
		result = ask_for_newcomers(dump);
	if ((result < 0 && result != -ENOENT) || run->stopped || attempt > 0) {
		netlink_close(*netlink);
		*netlink = NULL;
	}
	if (result < 0)
		coverage_finish(&dump->coverage);
	return result;
}

/* The kernel's answer means "again, and it may go well". */
static bool is_passing(int error) {
	return error == -EBUSY || error == -ENOBUFS || error == -EINTR || error == -EOVERFLOW ||
	       error == -EAGAIN;
}

/* Without privilege; before 5.7; or one socket has more of it than fits into a message. */
static bool refuses_storage(int error) {
	return error == -EPERM || error == -EINVAL || error == -EMSGSIZE;
}

/* Before 4.16, or 5.8 for a control group; marks need CAP_NET_ADMIN; and a long program may not fit
 * into the socket's buffer, or not into ours when it comes back with the error. */
static bool refuses_bytecode(int error) {
	return error == -EINVAL || error == -EPERM || error == -EMSGSIZE;
}

static bool drop_storage(struct dump *dump, int error) {
	dump->inet.bpf_storage = false;
	dump->run->storage_refused = true;
	if (error != -EINVAL)
		snapshot_note_names(dump->run->snapshot, -error, "bpf_storage");
	return true;
}

/* True if there is something to leave out of the request. The kernel looks at the bytecode before
 * it looks at BPF storage, so only what is refused without the one is refused for the other; and
 * then the one may be had. What bytecode would have kept out, the filter does. */
static bool reduce(struct dump *dump, int error) {
	if (dump->messages == 0 && dump->inet.bytecode_length > 0 && refuses_bytecode(error)) {
		dump->inet.bytecode_length = 0;
		return true;
	}
	if (!dump->inet.bpf_storage || !refuses_storage(error))
		return false;
	dump->inet.bytecode_length = dump->request->inet.bytecode_length;
	return drop_storage(dump, error);
}

static bool has_events(enum sock_probe probe) {
	return probe == SOCK_PROBE_TCP || probe == SOCK_PROBE_UDP;
}

/* True unless a socket may have been missed. One that went away while others were told is needed
 * for that; where the kernel tells of ends, their absence is proof enough. */
static bool is_whole(const struct dump *dump) {
	const struct run *run = dump->run;
	if (!dump->is_covered || coverage_gaps(&dump->coverage) == 0)
		return true;
	return dump->coverage.dumps == 1 && has_events(dump->request->probe) && run->destroyed &&
	       destroyed_none(run->destroyed, &run->probe->netns, dump->elapsed_ns);
}

/* An SCTP socket's associations share its cookie, and a message with BPF storage can be of any
 * size. */
static bool can_be_covered(const struct dump *dump) {
	return !dump->request->large && dump->request->probe != SOCK_PROBE_SCTP &&
	       !dump->inet.bpf_storage;
}

static void begin_record(const struct dump *dump) {
	const struct plan_request *request = dump->request;
	const struct moment_dump header = {
		.probe = (uint8_t)request->probe,
		.protocol = (uint8_t)request->inet.protocol,
		.kind = MOMENT_KIND_NETLINK,
		.large = request->large,
	};
	if (dump->run->recorder)
		recorder_begin_dump(dump->run->recorder, &header);
}

int dump_request(struct run *run, const struct plan_request *request, struct probe_report *report,
                 uint64_t *messages) {
	struct dump dump = {
		.run = run,
		.request = request,
		.inet = request->inet,
		.report = report,
	};
	int result = 0;
	dump.inet.bpf_storage &= !run->storage_refused;
	begin_record(&dump);
	dump.is_covered = can_be_covered(&dump);
	if (run->destroyed && has_events(request->probe))
		destroyed_begin(run->destroyed);
	while (dump.attempt < ATTEMPTS_MAX) {
		result = dump_once(&dump);
		if (result == 0 && !run->stopped && !is_whole(&dump))
			result = -EAGAIN;
		const bool is_reduced = result < 0 && reduce(&dump, result);
		if (result == 0 || (!is_reduced && !is_passing(result)))
			break;
		if (!is_reduced || dump.messages > 0) /* else it was refused before it began */
			dump.attempt++;
	}
	coverage_finish(&dump.coverage);
	exact_finish(&dump.newcomers);
	arena_finish(&dump.identities);
	if (run->recorder)
		recorder_end_dump(run->recorder);
	*messages = dump.messages;
	return result;
}

bool dump_replay(struct run *run, const struct plan_request *request, struct probe_report *report,
                 const unsigned char *bytes, size_t length) {
	struct dump dump = {
		.run = run,
		.request = request,
		.inet = request->inet,
		.report = report,
	};
	const netlink_message_fn take = request->large ? take_large : take_message;
	struct netlink_messages messages = { bytes, length };
	const struct nlmsghdr *message;
	while (!run->stopped && (message = netlink_next(&messages)) != NULL)
		take(&dump, message);
	return run->stopped || messages.left == 0;
}
