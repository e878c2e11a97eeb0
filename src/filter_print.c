/* A filter as text again: every operation in brackets, every test as it was understood. */

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "filter.h"
#include "filter_tree.h"
#include "format.h"
#include "out.h"

static void put_node(struct out *out, const struct filter_node *node) {
	switch (node->kind) {
	case FILTER_TEST:
		out_text(out, node->text);
		return;
	case FILTER_NOT:
		out_text(out, "not ");
		put_node(out, node->first);
		return;
	case FILTER_AND:
	case FILTER_OR:
		break;
	}
	out_char(out, '(');
	for (const struct filter_node *each = node->first; each; each = each->next) {
		if (each != node->first)
			out_text(out, node->kind == FILTER_AND ? " and " : " or ");
		put_node(out, each);
	}
	out_char(out, ')');
}

void filter_print(const struct filter *filter, struct out *out) {
	if (filter->tree && filter->tree->root)
		put_node(out, filter->tree->root);
	else
		out_text(out, "all");
}

static void put_range(struct out *out, const struct hint_range *range) {
	out_number(out, range->first);
	if (range->first == range->last)
		return;
	out_char(out, '-');
	out_number(out, range->last);
}

static void put_ports(struct out *out, const struct hint *hint) {
	out_text(out, hint->end == HINT_END_LOCAL ? "sport " : "dport ");
	for (size_t i = 0; i < hint->range_count; i++) {
		if (i > 0)
			out_char(out, ',');
		put_range(out, &hint->ranges[i]);
	}
}

static void put_host(struct out *out, const struct hint *hint) {
	struct sock sock = { .family = (uint8_t)hint->host.family };
	memcpy(sock.local.address, hint->host.address, sizeof(sock.local.address));
	out_text(out, hint->end == HINT_END_LOCAL ? "src " : "dst ");
	format_address(out, &sock, VALUE_LOCAL);
	out_printf(out, "/%u", hint->host.prefix);
}

static void put_hint(struct out *out, const struct hint *hint);

static void put_hints(struct out *out, const struct hint *hint) {
	out_char(out, '(');
	for (size_t i = 0; i < hint->child_count; i++) {
		if (i > 0)
			out_text(out, hint->kind == HINT_AND ? " and " : " or ");
		put_hint(out, hint->children[i]);
	}
	out_char(out, ')');
}

static void put_hint(struct out *out, const struct hint *hint) {
	if (hint->negated)
		out_text(out, "not ");
	switch (hint->kind) {
	case HINT_AND:
	case HINT_OR:
		put_hints(out, hint);
		break;
	case HINT_PORTS:
		put_ports(out, hint);
		break;
	case HINT_HOST:
		put_host(out, hint);
		break;
	case HINT_DEVICE:
		out_text(out, "dev ");
		if (hint->device)
			escape_write(out, hint->device, strlen(hint->device), ESCAPE_WORD);
		else
			out_number(out, hint->ifindex);
		break;
	case HINT_MARK:
		out_printf(out, "fwmark 0x%x/0x%x", hint->mark, hint->mask);
		break;
	case HINT_CGROUP:
		out_text(out, "cgroup ");
		escape_write(out, hint->cgroup, strlen(hint->cgroup), ESCAPE_WORD);
		break;
	case HINT_AUTOBOUND:
		out_text(out, "autobound");
		break;
	}
}

void filter_put_states(struct out *out, uint32_t states) {
	const char *before = "";
	for (int i = 1; i < SOCK_STATE_COUNT; i++) {
		if (!(states >> i & 1))
			continue;
		out_printf(out, "%s%s", before, sock_state_name((enum sock_state)i));
		before = ",";
	}
}

/* "states all", "states ESTAB,LISTEN", "states all but LISTEN" */
static void put_states(struct out *out, uint32_t states) {
	const uint32_t others = SOCK_STATES_ALL & ~states;
	const bool most = __builtin_popcount(others) < __builtin_popcount(states);
	const uint32_t named = most ? others : states;
	out_text(out, most ? "states all" : "states ");
	if (most && named != 0)
		out_text(out, " but ");
	filter_put_states(out, named);
}

/* What is asked of one protocol. */
static char *describe(const struct want *want, int protocol) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	put_states(&out, want->states[protocol]);
	if (protocol < SOCK_PROTOCOL_IP_COUNT && want->hints[protocol]) {
		out_text(&out, ", ");
		put_hint(&out, want->hints[protocol]);
	}
	out_char(&out, '\0');
	return out.bytes;
}

/* A line for each protocol, and one for all of which the same is asked. */
static void put_want(struct out *out, const struct want *want) {
	char *asked[SOCK_PROTOCOL_COUNT] = { NULL };
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (want->states[i] != 0)
			asked[i] = describe(want, i);
	}
	for (int i = 0; i < SOCK_PROTOCOL_COUNT; i++) {
		if (!asked[i])
			continue;
		out_printf(out, "kernel  %s", sock_protocol_name((enum sock_protocol)i));
		for (int j = i + 1; j < SOCK_PROTOCOL_COUNT; j++) {
			if (!asked[j] || strcmp(asked[i], asked[j]) != 0)
				continue;
			out_printf(out, ",%s", sock_protocol_name((enum sock_protocol)j));
			free(asked[j]);
			asked[j] = NULL;
		}
		out_printf(out, ": %s\n", asked[i]);
		free(asked[i]);
	}
}

void filter_explain(const struct filter *filter, struct out *out) {
	const struct want want = filter_want(filter);
	out_text(out, "filter  ");
	filter_print(filter, out);
	out_char(out, '\n');
	put_want(out, &want);
	out_text(out, "here    ");
	if (filter->tree && filter->tree->plan)
		put_node(out, filter->tree->plan);
	else
		out_text(out, "all");
	out_char(out, '\n');
}
