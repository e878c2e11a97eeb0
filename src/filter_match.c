/* Whether a socket matches. What is not known matches no comparison, whether it asks for the same
 * or for the opposite; NOT is plain negation of what came out, unless one must be sure of it. */

#include <string.h>
#include <strings.h>

#include "endpoint.h"
#include "filter.h"
#include "filter_tree.h"
#include "format.h"
#include "glob.h"
#include "out.h"
#include "util.h"

enum answer { NO, YES, UNKNOWN };

enum mode {
	MODE_EARLY, /* what is found out late may still be anything */
	MODE_LATE,
	MODE_SURE, /* and so may what is not known at all */
};

struct subject {
	const struct filter *filter;
	const struct sock *sock;
	enum mode mode;
	bool has_source;
	struct field_source source;
};

static enum answer answer_of(bool yes) {
	return yes ? YES : NO;
}

static enum answer test_constant(struct subject *subject, const struct filter_node *node) {
	(void)subject;
	return answer_of(node->constant);
}

static enum answer test_protocol(struct subject *subject, const struct filter_node *node) {
	return answer_of(node->bits >> subject->sock->protocol & 1);
}

static enum answer test_family(struct subject *subject, const struct filter_node *node) {
	return answer_of(node->bits >> subject->sock->family & 1);
}

static enum answer test_state(struct subject *subject, const struct filter_node *node) {
	return answer_of(node->bits >> subject->sock->state & 1);
}

static enum answer test_port(struct subject *subject, const struct filter_node *node) {
	const struct sock *sock = subject->sock;
	if (!(sock->known & SOCK_KNOWS_PORTS))
		return UNKNOWN;
	return answer_of(
	    ((node->ends & FILTER_END_LOCAL) && range_has(&node->numbers, sock->local.port)) ||
	    ((node->ends & FILTER_END_PEER) && range_has(&node->numbers, sock->peer.port)));
}

/* A socket that is bound to no device is known to be at none. */
static enum answer test_device(struct subject *subject, const struct filter_node *node) {
	const struct sock *sock = subject->sock;
	const bool is_ip = SOCK_FAMILIES_IP >> sock->family & 1;
	const bool is_bound = (sock->known & SOCK_KNOWS_INTERFACE) != 0;
	if (!is_bound && (!is_ip || sock->source != SOCK_SOURCE_DIAG))
		return UNKNOWN;
	if (!node->device)
		return answer_of(sock->ifindex == node->ifindex);
	if (is_bound && !sock->interface_name)
		return UNKNOWN;
	return answer_of(is_bound && strcmp(sock->interface_name, node->device) == 0);
}

static enum answer test_mark(struct subject *subject, const struct filter_node *node) {
	const struct sock *sock = subject->sock;
	if (!(sock->known & SOCK_KNOWS_MARK))
		return UNKNOWN;
	return answer_of((sock->mark & node->mask) == node->mark);
}

/* The kernel gives a UNIX socket '@' and five hexadecimal digits (unix(7)). */
static bool is_autobound_unix(const struct sock_unix *un) {
	enum { LENGTH = 6 };
	if (!un || !un->name.bytes)
		return true;
	if (!un->name.is_abstract || un->name.length != LENGTH)
		return false;
	for (size_t i = 1; i < LENGTH; i++) {
		const char c = un->name.bytes[i];
		if (util_hex_digit(c) < 0 || (c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

/* Of IP the kernel says so itself where it can be asked, and here only the port tells; of others,
 * as in ss, what was not chosen by a program looks different. */
static enum answer test_autobound(struct subject *subject, const struct filter_node *node) {
	const struct sock *sock = subject->sock;
	const uint16_t *ephemeral = subject->filter->ephemeral;
	const uint32_t port = sock->local.port;
	(void)node;
	if (sock->family == SOCK_FAMILY_UNIX)
		return answer_of(is_autobound_unix(sock->un));
	if (!(sock->known & SOCK_KNOWS_PORTS))
		return UNKNOWN;
	switch ((enum sock_family)sock->family) {
	case SOCK_FAMILY_INET:
	case SOCK_FAMILY_INET6:
		return answer_of(port >= ephemeral[0] && port <= ephemeral[1]);
	case SOCK_FAMILY_NETLINK:
		return answer_of(port > INT32_MAX); /* a process gets its own number, then these */
	case SOCK_FAMILY_VSOCK:
		return answer_of(port > 1023);
	case SOCK_FAMILY_UNIX:
	case SOCK_FAMILY_PACKET:
	case SOCK_FAMILY_XDP:
	case SOCK_FAMILY_COUNT:
		break;
	}
	return UNKNOWN;
}

/* An IPv4 address is also what an IPv6 socket has mapped; an IPv6 address is never that of an IPv4
 * socket. */
static bool has_address(const struct sock *sock, const uint8_t bytes[16],
                        const struct filter_address *address, unsigned prefix) {
	if (sock->family == address->family)
		return util_has_prefix(bytes, address->bytes, prefix);
	if (sock->family != SOCK_FAMILY_INET6)
		return false;
	const uint8_t *inet = sock_inet_bytes(SOCK_FAMILY_INET6, bytes);
	return inet && util_has_prefix(inet, address->bytes, prefix);
}

static bool has_name(const struct sock *sock, const uint8_t bytes[16],
                     const struct filter_host *host) {
	for (size_t i = 0; i < host->name->count; i++) {
		const struct filter_address *address = &host->name->addresses[i];
		if (has_address(sock, bytes, address, address->prefix))
			return true;
	}
	return false;
}

/* Of UNIX the name, which may be none; of others how the end reads. */
static bool has_pattern(const struct sock *sock, enum value_end end,
                        const struct filter_bytes *pattern) {
	if (sock->family == SOCK_FAMILY_UNIX) {
		if (!sock->un)
			return false;
		const struct sock_unix_name *name =
		    end == VALUE_LOCAL ? &sock->un->name : &sock->un->peer_name;
		return glob_matches(pattern->bytes, pattern->length, name->bytes ? name->bytes : "",
		                    name->length);
	}
	struct out out;
	out_init(&out, OUT_MEMORY);
	endpoint_format(&out, sock, end);
	const bool matches = glob_matches(pattern->bytes, pattern->length, out.bytes, out.used);
	out_finish(&out);
	return matches;
}

static bool is_at_host(const struct sock *sock, enum value_end which,
                       const struct filter_host *host) {
	const struct sock_endpoint *end = which == VALUE_LOCAL ? &sock->local : &sock->peer;
	const bool is_ip = SOCK_FAMILIES_IP >> sock->family & 1;
	if (host->kind == FILTER_HOST_PATTERN)
		return sock->family == host->family && has_pattern(sock, which, &host->pattern);
	if (!is_ip)
		return host->kind == FILTER_HOST_ANY && host->ports.count == 0;
	if (!(host->families >> sock->family & 1))
		return false;
	if (host->ports.count > 0 && !range_has(&host->ports, end->port))
		return false;
	if (host->kind == FILTER_HOST_NAME)
		return has_name(sock, end->address, host);
	return host->kind == FILTER_HOST_ANY ||
	       has_address(sock, end->address, &host->address, host->address.prefix);
}

/* A socket of a family that no host of the filter is of has no such address at all. */
static bool is_about_family(const struct filter_node *node, const struct sock *sock) {
	const bool is_ip = SOCK_FAMILIES_IP >> sock->family & 1;
	for (size_t i = 0; i < node->host_count; i++) {
		const struct filter_host *host = &node->hosts[i];
		if (host->kind == FILTER_HOST_PATTERN ? host->family == sock->family : is_ip)
			return true;
		if (host->kind == FILTER_HOST_ANY && host->ports.count == 0)
			return true;
	}
	return false;
}

static enum answer test_host(struct subject *subject, const struct filter_node *node) {
	const struct sock *sock = subject->sock;
	if (!is_about_family(node, sock))
		return UNKNOWN;
	for (size_t i = 0; i < node->host_count; i++) {
		const struct filter_host *host = &node->hosts[i];
		if (((node->ends & FILTER_END_LOCAL) && is_at_host(sock, VALUE_LOCAL, host)) ||
		    ((node->ends & FILTER_END_PEER) && is_at_host(sock, VALUE_PEER, host)))
			return YES;
	}
	return NO;
}

static enum answer test_cgroup(struct subject *subject, const struct filter_node *node) {
	const char *path = subject->sock->cgroup;
	const size_t length = node->cgroup.length;
	if (!path)
		return UNKNOWN;
	if (node->below && length == 1)
		return YES;                                 /* all are below the root */
	if (strncmp(path, node->cgroup.bytes, length) != 0) /* neither has a NUL in it */
		return NO;
	return answer_of(path[length] == '\0' || (node->below && path[length] == '/'));
}

/* Fields. */

static bool get_value(struct subject *subject, const struct filter_node *node,
                      struct value *value) {
	if (!subject->has_source)
		subject->source = field_source(subject->sock);
	subject->has_source = true;
	return field_get(&node->field->access, &subject->source, value);
}

static uint32_t owner_number(const struct owner *owner, enum value_owner_part part) {
	if (part == OWNER_PARENT_PID)
		return owner->process->parent_pid;
	return part == OWNER_FD ? owner->fd : owner->process->pid;
}

static enum answer test_owner_numbers(const struct value *value, const struct filter_node *node) {
	for (uint32_t i = 0; i < value->length; i++) {
		const uint32_t number =
		    owner_number(&value->owners[i], (enum value_owner_part)value->part);
		if (range_has(&node->numbers, number))
			return YES;
	}
	return NO;
}

static enum answer test_number(struct subject *subject, const struct filter_node *node) {
	struct value value;
	if (!get_value(subject, node, &value))
		return UNKNOWN;
	switch (value.kind) {
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
		return answer_of(range_has(&node->numbers, value.number));
	case VALUE_OWNERS:
		return test_owner_numbers(&value, node);
	case VALUE_UNKNOWN:
	case VALUE_SYMBOL:
	case VALUE_TEXT:
	case VALUE_FLAGS:
	case VALUE_ADDRESS:
	case VALUE_NETWORK:
	case VALUE_ENDPOINT:
		break;
	}
	return UNKNOWN;
}

/* What a test says of one text. A value can be several: owners, or flags. */
typedef bool (*text_fn)(const struct filter_node *node, const char *text, size_t length,
                        bool any_case);

static bool is_one_of(const struct filter_node *node, const char *text, size_t length,
                      bool any_case) {
	for (size_t i = 0; i < node->text_count; i++) {
		const struct filter_bytes *wanted = &node->texts[i];
		if (wanted->length != length)
			continue;
		if (any_case ? strncasecmp(wanted->bytes, text, length) == 0
		             : memcmp(wanted->bytes, text, length) == 0)
			return true;
	}
	return false;
}

static bool fits_regex(const struct filter_node *node, const char *text, size_t length,
                       bool any_case) {
	(void)any_case;
	return filter_regex_fits(node->regex, text, length);
}

static bool test_owner_texts(const struct value *value, const struct filter_node *node,
                             text_fn test) {
	struct value one = *value;
	struct out out;
	out_init(&out, OUT_MEMORY);
	bool found = false;
	for (uint32_t i = 0; i < value->length && !found; i++) {
		const struct process *process = value->owners[i].process;
		const bool has_exe = process->exe != NULL;
		if (value->part == OWNER_EXE || value->part == OWNER_COMM) {
			const bool by_exe = value->part == OWNER_EXE && has_exe;
			found = test(node, by_exe ? process->exe : process->comm,
			             by_exe ? process->exe_length : process->comm_length, false);
			continue;
		}
		out.used = 0;
		one.length = 1;
		one.owners = &value->owners[i];
		format_any_value(&out, &node->field->column, &one, FORMAT_HUMAN);
		found = test(node, out.bytes, out.used, false);
	}
	out_finish(&out);
	return found;
}

static bool test_flags(const struct value *value, const struct filter_node *node, text_fn test) {
	for (size_t i = 0; value->flag_names[i]; i++) {
		if ((value->length >> i & 1) &&
		    test(node, value->flag_names[i], strlen(value->flag_names[i]), true))
			return true;
	}
	return false;
}

static bool test_formatted(const struct value *value, const struct filter_node *node,
                           text_fn test) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	format_comparable(&out, &node->field->column, value);
	const bool found = test(node, out.bytes, out.used, false);
	out_finish(&out);
	return found;
}

static enum answer test_texts(struct subject *subject, const struct filter_node *node,
                              text_fn test) {
	struct value value;
	if (!get_value(subject, node, &value))
		return UNKNOWN;
	switch (value.kind) {
	case VALUE_SYMBOL:
		return answer_of(test(node, value.text, strlen(value.text), true));
	case VALUE_TEXT:
		return answer_of(test(node, value.text, value.length, false));
	case VALUE_FLAGS:
		return answer_of(test_flags(&value, node, test));
	case VALUE_OWNERS:
		return answer_of(test_owner_texts(&value, node, test));
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
	case VALUE_ADDRESS:
	case VALUE_NETWORK:
	case VALUE_ENDPOINT:
		return answer_of(test_formatted(&value, node, test));
	case VALUE_UNKNOWN:
		break;
	}
	return UNKNOWN;
}

static enum answer test_text(struct subject *subject, const struct filter_node *node) {
	return test_texts(subject, node, is_one_of);
}

static enum answer test_regex(struct subject *subject, const struct filter_node *node) {
	return test_texts(subject, node, fits_regex);
}

static enum answer (*const tests[])(struct subject *subject, const struct filter_node *node) = {
	[FILTER_TEST_CONSTANT] = test_constant, [FILTER_TEST_PROTOCOL] = test_protocol,
	[FILTER_TEST_FAMILY] = test_family,     [FILTER_TEST_STATE] = test_state,
	[FILTER_TEST_PORT] = test_port,         [FILTER_TEST_DEVICE] = test_device,
	[FILTER_TEST_MARK] = test_mark,         [FILTER_TEST_AUTOBOUND] = test_autobound,
	[FILTER_TEST_HOST] = test_host,         [FILTER_TEST_NUMBER] = test_number,
	[FILTER_TEST_CGROUP] = test_cgroup,     [FILTER_TEST_TEXT] = test_text,
	[FILTER_TEST_REGEX] = test_regex,
};
_Static_assert(sizeof(tests) / sizeof(tests[0]) == FILTER_TEST_COUNT, "a function for each");

/* UNKNOWN only where it may turn out either way. */
static enum answer judge(struct subject *subject, const struct filter_node *node);

static enum answer judge_test(struct subject *subject, const struct filter_node *node) {
	if (subject->mode == MODE_EARLY && (node->needs & FILTER_NEEDS_LATE))
		return UNKNOWN;
	const enum answer answer = tests[node->test](subject, node);
	if (answer == UNKNOWN)
		return subject->mode == MODE_SURE ? UNKNOWN : NO;
	return answer_of((answer == YES) != node->opposite);
}

/* AND ends at the first NO, OR at the first YES. */
static enum answer judge_list(struct subject *subject, const struct filter_node *node) {
	const enum answer decides = node->kind == FILTER_AND ? NO : YES;
	enum answer result = decides == NO ? YES : NO;
	for (const struct filter_node *each = node->first; each; each = each->next) {
		const enum answer answer = judge(subject, each);
		if (answer == decides)
			return answer;
		if (answer == UNKNOWN)
			result = UNKNOWN;
	}
	return result;
}

static enum answer judge(struct subject *subject, const struct filter_node *node) {
	if (node->kind == FILTER_TEST)
		return judge_test(subject, node);
	if (node->kind != FILTER_NOT)
		return judge_list(subject, node);
	const enum answer answer = judge(subject, node->first);
	return answer == UNKNOWN ? UNKNOWN : answer_of(answer == NO);
}

static bool passes(const struct filter *filter, const struct sock *sock, enum mode mode) {
	struct subject subject; /* the large part of it is filled when it is asked for */
	if (!(filter->protocols >> sock->protocol & 1) || !(filter->families >> sock->family & 1))
		return false;
	if (filter->listening && !sock_is_listening(sock))
		return false;
	if (!filter->tree || !filter->tree->plan)
		return true;
	subject.filter = filter;
	subject.sock = sock;
	subject.mode = mode;
	subject.has_source = false;
	const enum answer answer = judge(&subject, filter->tree->plan);
	return mode == MODE_SURE ? answer == YES : answer != NO;
}

bool filter_may_match(const struct filter *filter, const struct sock *sock) {
	return passes(filter, sock, MODE_EARLY);
}

bool filter_matches(const struct filter *filter, const struct sock *sock) {
	return passes(filter, sock, MODE_LATE);
}

bool filter_surely_matches(const struct filter *filter, const struct sock *sock) {
	return passes(filter, sock, MODE_SURE);
}
