/* Tables are built when a moment is opened; its answers are parsed when they are asked for. */

#include "replay.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dump.h"
#include "fallback.h"
#include "moment.h"
#include "netlink.h"
#include "owner.h"
#include "util.h"

struct numbered_name {
	uint64_t number;
	const char *text;
};

struct host_name {
	uint32_t family;
	uint8_t address[16];
	const char *text;
};

struct service_name {
	uint32_t protocol, port;
	const char *text;
};

/* The items of one section. */
struct items {
	void *all; /* sorted if their kind can be looked up */
	size_t count;
};

/* As MOMENT_HOLDER has them. */
struct holder {
	uint32_t inode, process, fd;
};

struct parent {
	uint32_t pid;
	const char *name; /* NULL: not known */
	size_t length;
};

struct replay {
	struct moment_cursor moment;
	bool only_messages;
	uint32_t asked; /* bits 1u << enum sock_probe: of whom there are answers or reports */
	bool damaged;
	struct arena arena; /* of everything below */
	struct moment_origin origin;
	struct items interfaces, cgroups, users; /* struct numbered_name */
	struct items processes;                  /* struct process */
	struct items parents;                    /* struct parent, in the order of those */
	struct items hosts;                      /* struct host_name */
	struct items services;                   /* struct service_name */
	struct moment_cursor holders;
	struct moment_owners owners;
	bool has_owners;
	struct probe_report reports[REPORT_COUNT];
};

static const char *keep_text(struct replay *replay, const char *bytes, size_t length) {
	return arena_copy(&replay->arena, bytes, length);
}

static bool get_kept(struct replay *replay, struct moment_cursor *cursor, const char **text) {
	const char *bytes = NULL;
	size_t length = 0;
	if (!moment_get_text(cursor, &bytes, &length))
		return false;
	*text = keep_text(replay, bytes, length);
	return true;
}

static bool read_origin(struct replay *replay, struct moment_cursor content) {
	return moment_get_u64(&content, &replay->origin.time_ns) &&
	       moment_get_u32(&content, &replay->origin.netns) &&
	       moment_get_u32(&content, &replay->origin.needs) &&
	       get_kept(replay, &content, &replay->origin.host) &&
	       get_kept(replay, &content, &replay->origin.kernel);
}

static bool read_boot(struct replay *replay, struct moment_cursor content) {
	return get_kept(replay, &content, &replay->origin.boot);
}

static bool read_ephemeral(struct replay *replay, struct moment_cursor content) {
	uint32_t first = 0;
	uint32_t last = 0;
	if (!moment_get_u32(&content, &first) || !moment_get_u32(&content, &last) || first > last ||
	    last > UINT16_MAX)
		return false;
	replay->origin.ephemeral[0] = (uint16_t)first;
	replay->origin.ephemeral[1] = (uint16_t)last;
	return true;
}

static int compare_numbers(const void *a, const void *b) {
	const struct numbered_name *left = a;
	const struct numbered_name *right = b;
	return (left->number > right->number) - (left->number < right->number);
}

static bool is_answer(const struct nlmsghdr *message) {
	return message->nlmsg_type == SOCK_DIAG_BY_FAMILY || message->nlmsg_type == TCPDIAG_GETSOCK;
}

/* What the items of a section are. */
struct item_kind {
	size_t size;
	size_t least; /* how many bytes of a moment one takes at least */
	bool (*read)(struct replay *replay, struct moment_cursor *content, void *item);
	int (*compare)(const void *a, const void *b); /* NULL: nobody looks one up */
};

static bool read_name(struct replay *replay, struct moment_cursor *content, void *item) {
	struct numbered_name *name = item;
	return moment_get_u64(content, &name->number) && get_kept(replay, content, &name->text);
}

static bool read_process(struct replay *replay, struct moment_cursor *content, void *item) {
	struct process *process = item;
	const char *comm = NULL;
	const char *exe = NULL;
	uint32_t has_exe = 0;
	*process = (struct process){ 0 };
	if (!moment_get_u64(content, &process->start_time) ||
	    !moment_get_u32(content, &process->pid) || !moment_get_u32(content, &has_exe) ||
	    !moment_get_text(content, &comm, &process->comm_length) ||
	    !moment_get_text(content, &exe, &process->exe_length))
		return false;
	process->comm = keep_text(replay, comm, process->comm_length);
	process->exe = has_exe ? keep_text(replay, exe, process->exe_length) : NULL;
	return true;
}

static bool read_parent(struct replay *replay, struct moment_cursor *content, void *item) {
	struct parent *parent = item;
	const char *name = NULL;
	uint32_t has_name = 0;
	if (!moment_get_u32(content, &parent->pid) || !moment_get_u32(content, &has_name) ||
	    !moment_get_text(content, &name, &parent->length))
		return false;
	parent->name = has_name ? keep_text(replay, name, parent->length) : NULL;
	return true;
}

static int compare_hosts(const void *a, const void *b) {
	const struct host_name *left = a;
	const struct host_name *right = b;
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	return memcmp(left->address, right->address, sizeof(left->address));
}

static bool read_host(struct replay *replay, struct moment_cursor *content, void *item) {
	struct host_name *host = item;
	return moment_get_u32(content, &host->family) &&
	       moment_get(content, host->address, sizeof(host->address)) &&
	       get_kept(replay, content, &host->text);
}

static int compare_services(const void *a, const void *b) {
	const struct service_name *left = a;
	const struct service_name *right = b;
	if (left->protocol != right->protocol)
		return left->protocol < right->protocol ? -1 : 1;
	return (left->port > right->port) - (left->port < right->port);
}

static bool read_service(struct replay *replay, struct moment_cursor *content, void *item) {
	struct service_name *service = item;
	return moment_get_u32(content, &service->protocol) &&
	       moment_get_u32(content, &service->port) && get_kept(replay, content, &service->text);
}

static const struct item_kind names_kind = {
	.size = sizeof(struct numbered_name),
	.least = sizeof(uint64_t) + sizeof(uint32_t),
	.read = read_name,
	.compare = compare_numbers,
};

static const struct item_kind processes_kind = {
	.size = sizeof(struct process),
	.least = sizeof(uint64_t) + 4 * sizeof(uint32_t),
	.read = read_process,
};

static const struct item_kind parents_kind = {
	.size = sizeof(struct parent),
	.least = 3 * sizeof(uint32_t),
	.read = read_parent,
};

static const struct item_kind hosts_kind = {
	.size = sizeof(struct host_name),
	.least = 2 * sizeof(uint32_t) + 16,
	.read = read_host,
	.compare = compare_hosts,
};

static const struct item_kind services_kind = {
	.size = sizeof(struct service_name),
	.least = 3 * sizeof(uint32_t),
	.read = read_service,
	.compare = compare_services,
};

/* False if the last item is cut off; those before it are kept. */
static bool read_items(struct replay *replay, struct moment_cursor content,
                       const struct item_kind *kind, struct items *items) {
	const size_t most = content.left / kind->least + 1;
	unsigned char *next = arena_alloc(&replay->arena, most * kind->size);
	*items = (struct items){ .all = next };
	bool whole = true;
	for (; whole && content.left > 0; next += kind->size) {
		whole = kind->read(replay, &content, next);
		items->count += whole;
	}
	if (kind->compare && items->count > 1)
		qsort(items->all, items->count, kind->size, kind->compare);
	return whole;
}

/* bsearch() may not be given NULL. */
static const void *find(const struct items *items, const struct item_kind *kind,
                        const void *wanted) {
	if (items->count == 0)
		return NULL;
	return bsearch(wanted, items->all, items->count, kind->size, kind->compare);
}

static const char *find_name(const struct items *items, uint64_t number) {
	const struct numbered_name wanted = { .number = number };
	const struct numbered_name *found = find(items, &names_kind, &wanted);
	return found ? found->text : NULL;
}

static bool read_owners(struct replay *replay, struct moment_cursor content) {
	replay->has_owners = moment_get(&content, &replay->owners, sizeof(replay->owners));
	return replay->has_owners;
}

static bool read_report(struct replay *replay, struct moment_cursor content) {
	uint32_t numbers[6];
	struct probe_report report = { 0 };
	const char *place = NULL;
	if (!moment_get(&content, numbers, sizeof(numbers)) ||
	    !moment_get_u64(&content, &report.count) ||
	    !moment_get_u64(&content, &report.duplicates) ||
	    !moment_get_u64(&content, &report.dumps) || !moment_get_u64(&content, &report.joined) ||
	    !moment_get_u64(&content, &report.ignored) ||
	    !moment_get_u64(&content, &report.elapsed_ns) || !get_kept(replay, &content, &place) ||
	    numbers[0] >= REPORT_COUNT || numbers[1] > REPORT_PARTIAL ||
	    numbers[2] >= SOCK_SOURCE_COUNT || numbers[3] > INT16_MAX || numbers[4] > INT16_MAX)
		return false;
	report.outcome = (enum report_outcome)numbers[1];
	report.source = (enum sock_source)numbers[2];
	report.error = (int)numbers[3];
	report.diag_error = (int)numbers[4];
	report.place = place[0] ? place : NULL;
	replay->reports[numbers[0]] = report;
	if (numbers[0] < SOCK_PROBE_COUNT)
		replay->asked |= 1u << numbers[0];
	return true;
}

/* Its answers are read when they are asked for. */
static void note_dump(struct replay *replay, struct moment_cursor content) {
	struct moment_dump header;
	if (moment_get(&content, &header, sizeof(header)) && header.probe < SOCK_PROBE_COUNT)
		replay->asked |= 1u << header.probe;
}

static bool read_section(struct replay *replay, const struct moment_section *section) {
	switch (section->tag) {
	case MOMENT_ORIGIN:
		return read_origin(replay, section->content);
	case MOMENT_DUMP:
		note_dump(replay, section->content);
		return true;
	case MOMENT_REPORT:
		return read_report(replay, section->content);
	case MOMENT_BOOT:
		return read_boot(replay, section->content);
	case MOMENT_EPHEMERAL:
		return read_ephemeral(replay, section->content);
	case MOMENT_INTERFACE:
		return read_items(replay, section->content, &names_kind, &replay->interfaces);
	case MOMENT_CGROUP:
		return read_items(replay, section->content, &names_kind, &replay->cgroups);
	case MOMENT_USER:
		return read_items(replay, section->content, &names_kind, &replay->users);
	case MOMENT_PROCESS:
		return read_items(replay, section->content, &processes_kind, &replay->processes);
	case MOMENT_PARENT:
		return read_items(replay, section->content, &parents_kind, &replay->parents);
	case MOMENT_HOLDER:
		replay->holders = section->content;
		return true;
	case MOMENT_OWNERS:
		return read_owners(replay, section->content);
	case MOMENT_HOST:
		return read_items(replay, section->content, &hosts_kind, &replay->hosts);
	case MOMENT_SERVICE:
		return read_items(replay, section->content, &services_kind, &replay->services);
	default: /* something newer */
		return true;
	}
}

/* Once all sections were read: each holder is whole, and its process is there. */
static bool check_holders(const struct replay *replay) {
	struct moment_cursor holders = replay->holders;
	struct holder holder;
	while (moment_get(&holders, &holder, sizeof(holder))) {
		if (holder.process >= replay->processes.count)
			return false;
	}
	return holders.left == 0;
}

/* Recordings of before have none. */
static bool take_parents(struct replay *replay) {
	const struct parent *parents = replay->parents.all;
	struct process *processes = replay->processes.all;
	if (replay->parents.count > replay->processes.count)
		return false;
	for (size_t i = 0; i < replay->parents.count; i++) {
		processes[i].parent_pid = parents[i].pid;
		processes[i].parent = parents[i].name;
		processes[i].parent_length = parents[i].length;
	}
	return true;
}

static struct replay *new_replay(const unsigned char *bytes, size_t length) {
	struct replay *replay = xcalloc(1, sizeof(*replay));
	replay->moment = (struct moment_cursor){ bytes, length };
	replay->origin.host = "";
	replay->origin.kernel = "";
	replay->origin.boot = "";
	return replay;
}

struct replay *replay_open(const unsigned char *bytes, size_t length) {
	struct replay *replay = new_replay(bytes, length);
	struct moment_cursor cursor = replay->moment;
	struct moment_section section;
	while (moment_next(&cursor, &section))
		replay->damaged |= !read_section(replay, &section);
	replay->damaged |= cursor.left > 0 || !check_holders(replay) || !take_parents(replay);
	return replay;
}

bool replay_looks_like_messages(const unsigned char *bytes, size_t length) {
	enum { LENGTH_MAX = 1 << 22 }; /* no datagram is longer */
	struct nlmsghdr first;
	if (length < sizeof(first))
		return false;
	memcpy(&first, bytes, sizeof(first));
	return first.nlmsg_len >= sizeof(first) && first.nlmsg_len <= LENGTH_MAX &&
	       (first.nlmsg_type == NLMSG_DONE || is_answer(&first));
}

struct replay *replay_open_messages(const unsigned char *bytes, size_t length) {
	struct replay *replay = new_replay(bytes, length);
	replay->only_messages = true;
	return replay;
}

void replay_close(struct replay *replay) {
	if (replay)
		arena_finish(&replay->arena);
	free(replay);
}

uint64_t replay_time_ns(const struct replay *replay) {
	return replay->origin.time_ns;
}

const char *replay_host(const struct replay *replay) {
	return replay->origin.host;
}

const char *replay_boot(const struct replay *replay) {
	return replay->origin.boot;
}

const uint16_t *replay_ephemeral(const struct replay *replay) {
	return replay->origin.ephemeral;
}

uint32_t replay_netns(const struct replay *replay) {
	return replay->origin.netns;
}

uint32_t replay_needs(const struct replay *replay) {
	return replay->only_messages ? UINT32_MAX : replay->origin.needs;
}

static const char *recorded_interface(void *context, uint32_t index) {
	const struct replay *replay = context;
	return find_name(&replay->interfaces, index);
}

static const char *recorded_cgroup(void *context, uint64_t id) {
	const struct replay *replay = context;
	return find_name(&replay->cgroups, id);
}

/* False if it makes no sense. */
static bool take_dump(struct run *run, struct moment_cursor content, struct probe_report *report) {
	struct moment_dump header;
	if (!moment_get(&content, &header, sizeof(header)) || header.probe >= SOCK_PROBE_COUNT ||
	    header.protocol >= SOCK_PROTOCOL_COUNT || header.kind > MOMENT_KIND_LINES)
		return false;
	const struct plan_request request = {
		.probe = (enum sock_probe)header.probe,
		.large = header.large,
		.inet.protocol = (enum sock_protocol)header.protocol,
	};
	const struct diag_class *class = diag_class_of(request.probe);
	if (!want_has_probe(run->want, request.probe))
		return true;
	if (header.kind == MOMENT_KIND_LINES)
		return fallback_replay(run, &header, report, content);
	if (request.large && (!class || !(run->want->needs & class->large_need)))
		return true;
	if (!class && sock_probe_of(request.inet.protocol) != request.probe)
		return false;
	const bool whole = dump_replay(run, &request, report, content.bytes, content.left);
	run_conclude_large(run, &request);
	return whole;
}

static bool take_moment(struct run *run, struct moment_cursor moment,
                        struct probe_report *scratch) {
	struct moment_section section;
	bool whole = true;
	while (!run->stopped && moment_next(&moment, &section)) {
		if (section.tag == MOMENT_DUMP)
			whole &= take_dump(run, section.content, scratch);
	}
	return whole && scratch->ignored == 0;
}

/* Who may have sent a message that nobody asked for here: what `ss -D` keeps of inet is TCP. */
static bool find_probe(const struct nlmsghdr *message, struct plan_request *request) {
	static const struct {
		uint8_t family;
		enum sock_probe probe;
	} probes[] = {
		{ AF_INET, SOCK_PROBE_TCP },        { AF_INET6, SOCK_PROBE_TCP },
		{ AF_UNIX, SOCK_PROBE_UNIX },       { AF_PACKET, SOCK_PROBE_PACKET },
		{ AF_NETLINK, SOCK_PROBE_NETLINK }, { AF_VSOCK, SOCK_PROBE_VSOCK },
		{ AF_XDP, SOCK_PROBE_XDP },
	};
	if (message->nlmsg_len < NLMSG_LENGTH(1))
		return false;
	const uint8_t family = *(const uint8_t *)NLMSG_DATA(message);
	for (size_t i = 0; i < ARRAY_LENGTH(probes); i++) {
		if (probes[i].family == family) {
			*request = (struct plan_request){ .probe = probes[i].probe };
			return true;
		}
	}
	return false;
}

/* The latest question, where a capture has those too: what is asked for tells the protocol. */
struct question {
	uint32_t sequence;
	uint8_t kernel_protocol; /* 0: none was seen */
};

static void note_question(const struct nlmsghdr *message, struct question *question) {
	struct inet_diag_req_v2 body;
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(body)))
		return;
	memcpy(&body, NLMSG_DATA(message), sizeof(body));
	*question = (struct question){ message->nlmsg_seq, body.sdiag_protocol };
}

static void apply_question(const struct question *question, const struct nlmsghdr *message,
                           struct plan_request *request) {
	static const struct {
		int kernel;
		enum sock_protocol protocol;
	} protocols[] = {
		{ IPPROTO_UDP, SOCK_PROTOCOL_UDP },
		{ IPPROTO_UDPLITE, SOCK_PROTOCOL_UDPLITE },
		{ IPPROTO_RAW, SOCK_PROTOCOL_RAW },
		{ IPPROTO_SCTP, SOCK_PROTOCOL_SCTP },
	};
	if (request->probe != SOCK_PROBE_TCP || question->sequence != message->nlmsg_seq)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(protocols); i++) {
		if (protocols[i].kernel != question->kernel_protocol)
			continue;
		request->inet.protocol = protocols[i].protocol;
		request->probe = sock_probe_of(protocols[i].protocol);
	}
}

/* The end of a dump may carry an error, and then the dump ended early. */
static bool ends_well(const struct nlmsghdr *message) {
	int32_t error = 0;
	if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, NLMSG_DATA(message), sizeof(error));
	return error >= 0;
}

/* One message; false if it makes no sense. What ends a dump says nothing of a socket. */
static bool take_message(struct run *run, const struct nlmsghdr *message,
                         struct question *question) {
	struct plan_request request;
	if (message->nlmsg_type == NLMSG_NOOP)
		return true;
	if (message->nlmsg_type == NLMSG_DONE)
		return ends_well(message);
	if (message->nlmsg_flags & NLM_F_REQUEST) {
		note_question(message, question);
		return true;
	}
	if (!is_answer(message) || !find_probe(message, &request))
		return false;
	apply_question(question, message, &request);
	if (!want_has_probe(run->want, request.probe))
		return true;
	struct probe_report *report = &run->snapshot->reports[request.probe];
	const uint64_t ignored = report->ignored;
	run_note(report, REPORT_WHOLE, 0, NULL);
	dump_replay(run, &request, report, (const unsigned char *)message, message->nlmsg_len);
	return report->ignored == ignored;
}

/* Two dumps in a row are one: what comes twice is kept out by its cookie. */
static bool take_messages(struct run *run, struct moment_cursor content) {
	struct netlink_messages messages = { content.bytes, content.left };
	struct question question = { 0 };
	const struct nlmsghdr *message;
	bool whole = true;
	while (!run->stopped && (message = netlink_next(&messages)) != NULL)
		whole &= take_message(run, message, &question);
	return whole && (run->stopped || messages.left == 0);
}

static void note(struct probe_report *report, int error, const char *place) {
	*report = (struct probe_report){
		.outcome = REPORT_PARTIAL,
		.error = error,
		.place = place,
	};
}

/* Nobody can say anything of a socket if none of what is wanted was asked for then. */
static void copy_reports(const struct replay *replay, const struct want *want,
                         struct snapshot *snapshot) {
	size_t wanted = 0;
	size_t recorded = 0;
	for (size_t i = 0; i < SOCK_PROBE_COUNT; i++) {
		if (!want_has_probe(want, (enum sock_probe)i))
			continue;
		snapshot->reports[i] = replay->reports[i];
		wanted++;
		recorded += replay->asked >> i & 1;
	}
	snapshot->reports[REPORT_NAMES] = replay->reports[REPORT_NAMES];
	if (wanted > 0 && recorded == 0)
		note(&snapshot->reports[REPORT_NAMES], ENODATA, "the recording was made of others");
}

void replay_sockets(struct replay *replay, const struct want *want, size_t batch_limit,
                    struct snapshot *snapshot, probe_batch_fn deliver, void *context) {
	struct probe_report scratch = { 0 };
	struct want known = *want; /* what was not asked for then is not missing now */
	struct run run = {
		.names = { replay, recorded_interface, recorded_cgroup },
		.netns = replay->origin.netns,
		.want = &known,
		.batch_limit = batch_limit,
		.snapshot = snapshot,
		.deliver = deliver,
		.context = context,
	};
	known.needs &= replay_needs(replay);
	if (!replay->only_messages)
		copy_reports(replay, want, snapshot);
	const bool whole = replay->only_messages
	                       ? take_messages(&run, replay->moment)
	                       : take_moment(&run, replay->moment, &scratch) && !replay->damaged;
	if (!whole)
		note(&snapshot->reports[REPORT_NAMES], EBADMSG, "recording");
	run_finish(&run);
}

/* The sockets may outlive the replay, and so must their owners. */
static const struct process *copy_processes(const struct replay *replay, struct arena *arena) {
	const struct process *recorded = replay->processes.all;
	struct process *copies =
	    arena_alloc(arena, (replay->processes.count + 1) * sizeof(*copies));
	for (size_t i = 0; i < replay->processes.count; i++)
		copies[i] = sock_copy_process(arena, &recorded[i]);
	return copies;
}

static void add_holders(const struct replay *replay, const struct process *processes,
                        struct owner_table *table) {
	struct moment_cursor holders = replay->holders;
	struct holder holder;
	while (moment_get(&holders, &holder, sizeof(holder))) {
		if (holder.process < replay->processes.count &&
		    owner_table_wants(table, holder.inode))
			owner_table_add(table, holder.inode, &processes[holder.process], holder.fd);
	}
}

struct owner_summary replay_owners(struct replay *replay, struct snapshot *snapshot,
                                   struct sock *const *socks, size_t count, uint32_t needs) {
	struct owner_table table = { 0 };
	struct owner_summary summary = {
		.unreadable = (size_t)replay->owners.unreadable,
		.privileged = replay->owners.privileged,
		.blind = replay->owners.blind,
	};
	if (!replay->has_owners)
		return summary;
	owner_want(&table, socks, count, needs);
	add_holders(replay, copy_processes(replay, &snapshot->arena), &table);
	owner_attach(&table, &summary, snapshot, socks, count, needs);
	snapshot->reports[REPORT_OWNERS] = replay->reports[REPORT_OWNERS];
	owner_table_finish(&table);
	return summary;
}

const char *replay_user(const struct replay *replay, uint32_t uid) {
	return find_name(&replay->users, uid);
}

static struct sock_end_names names_of(const struct replay *replay, const struct sock *sock,
                                      const struct sock_endpoint *end) {
	struct host_name host = { .family = sock->family };
	const struct service_name service = { .protocol = sock->protocol, .port = end->port };
	memcpy(host.address, end->address, sizeof(host.address));
	const struct host_name *found_host = find(&replay->hosts, &hosts_kind, &host);
	const struct service_name *found_service =
	    find(&replay->services, &services_kind, &service);
	return (struct sock_end_names){
		.host = found_host ? found_host->text : NULL,
		.service = found_service ? found_service->text : NULL,
	};
}

void replay_names(struct replay *replay, struct snapshot *snapshot, struct sock *const *socks,
                  size_t count) {
	for (size_t i = 0; i < count; i++) {
		const struct sock_names names = {
			.local = names_of(replay, socks[i], &socks[i]->local),
			.peer = names_of(replay, socks[i], &socks[i]->peer),
		};
		snapshot_name(snapshot, socks[i], &names);
	}
}
