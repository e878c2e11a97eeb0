/* A row of `rules` for each field that is not shown as in a list. What is not known is a '-', and
 * what is known is exact enough for a glance; the detail pane has the rest. */

#include "cells.h"

#include <string.h>

#include "format.h"
#include "human.h"
#include "life.h"
#include "out.h"
#include "sock.h"
#include "util.h"

static void write_size(struct out *out, const struct sock *sock, const struct value *value) {
	(void)sock;
	out_text(out, value->kind == VALUE_NUMBER ? human_size(value->number).text : "-");
}

static void write_count(struct out *out, const struct sock *sock, const struct value *value) {
	(void)sock;
	out_text(out, value->kind == VALUE_NUMBER ? human_count(value->number).text : "-");
}

/* What was there before us is older than we can tell, and is most of what there is: were its
 * seconds told, every row would change in every look of the first minute. */
static void write_age(struct out *out, const struct sock *sock, const struct value *value) {
	const uint64_t coarse_ms = 10000;
	const bool at_least = sock->life && sock->life->seen_at_start;
	if (value->kind != VALUE_NUMBER)
		out_char(out, '-');
	else if (at_least)
		out_text(out, human_age(value->number - value->number % coarse_ms, true).text);
	else
		out_text(out, human_age(value->number, false).text);
}

/* A process that holds a socket by several descriptors counts once; owners are sorted. */
static uint32_t count_processes(const struct sock *sock) {
	uint32_t count = 0;
	for (uint32_t i = 0; i < sock->owner_count; i++)
		count += i == 0 || sock->owners[i].process != sock->owners[i - 1].process;
	return count;
}

/* "4242/python3+2": the first, and how many more; in brackets if that was before the close. */
static void write_owners(struct out *out, const struct sock *sock, const struct value *value) {
	static const struct column column = { .name = "owners" };
	const bool remembered = sock->ownership == SOCK_OWNERSHIP_REMEMBERED;
	const uint32_t count = count_processes(sock);
	if (count == 0) {
		out_char(out, sock->ownership == SOCK_OWNERSHIP_HIDDEN ? '?' : '-');
		return;
	}
	struct value first = *value;
	first.length = 1;
	if (remembered)
		out_char(out, '(');
	format_value(out, &column, &first, FORMAT_HUMAN);
	if (count > 1) {
		out_char(out, '+');
		out_number(out, count - 1);
	}
	if (remembered)
		out_char(out, ')');
}

static enum style style_rx(const struct sock *sock, const struct value *value) {
	(void)sock;
	return value->number > 0 ? STYLE_RX : STYLE_TEXT;
}

static enum style style_tx(const struct sock *sock, const struct value *value) {
	(void)sock;
	return value->number > 0 ? STYLE_TX : STYLE_TEXT;
}

static enum style style_trouble(const struct sock *sock, const struct value *value) {
	(void)sock;
	return value->number > 0 ? STYLE_WARNING : STYLE_TEXT;
}

/* The peer has finished and waits for this program. */
static enum style style_state(const struct sock *sock, const struct value *value) {
	(void)value;
	return sock->state == SOCK_STATE_CLOSE_WAIT ? STYLE_WARNING : STYLE_TEXT;
}

static enum style style_recvq(const struct sock *sock, const struct value *value) {
	(void)value;
	return sock_is_accept_queue_full(sock) ? STYLE_WARNING : STYLE_TEXT;
}

static bool has_local_name(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX || sock_names(sock)->local.host;
}

static bool has_peer_name(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX || sock_names(sock)->peer.host;
}

static bool is_unix(const struct sock *sock) {
	return sock->family == SOCK_FAMILY_UNIX;
}

/* Of a path the last part tells most, and behind it is the port or the inode. */
#define NAME(may_cut_) .least = 16, .may_cut = may_cut_, .keeps_end = true

static const struct cells_rule rules[] = {
	{ "local", .priority = 100, NAME(has_local_name) },
	{ "state", .priority = 95, .style = style_state },
	{ "owners", .priority = 90, .write = write_owners, .least = 11, .claim = 2 },
	{ "machine", .priority = 90, .least = 12, .claim = 1 },
	{ "peer", .priority = 85, NAME(has_peer_name) },
	{ "proto", .priority = 80 },
	{ "rx", .priority = 75, .style = style_rx, .is_soon_known = true },
	{ "tx", .priority = 75, .style = style_tx, .is_soon_known = true },
	{ "rate", .priority = 75, .is_soon_known = true },
	{ "rtt", .priority = 65 },
	{ "age", .priority = 60, .write = write_age },
	{ "user", .priority = 55, .least = 4, .claim = 1 },
	{ "recvq", .priority = 45, .style = style_recvq, .is_extra = true },
	{ "sendq", .priority = 45, .is_extra = true },
	{ "retrans_rate", .priority = 40, .write = write_count, .style = style_trouble,
	  .is_extra = true },
	{ "rx_bytes", .priority = 35, .write = write_size, .is_extra = true },
	{ "tx_bytes", .priority = 35, .write = write_size, .is_extra = true },
	{ "cong", .priority = 30, .is_extra = true },
	{ "drops", .priority = 50, .style = style_trouble },
	{ "retransmits", .priority = 50, .style = style_trouble },
	{ "lost", .priority = 50, .style = style_trouble },
	{ "src", .priority = 50, NAME(is_unix) },
	{ "dst", .priority = 50, NAME(is_unix) },
};

#undef NAME

/* Nobody chose the others for us, so somebody asked for them. */
static const struct cells_rule any_other = { .priority = 50 };

const struct cells_rule *cells_rule_of(const struct field *field) {
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
		if (strcmp(rules[i].name, field->column.name) == 0)
			return &rules[i];
	}
	return &any_other;
}

static void write_ms(struct out *out, uint64_t ms) {
	const uint64_t minute = 60000;
	out_text(out, ms < minute ? human_time(ms * 1000).text : human_age(ms, false).text);
}

static void write_number(struct out *out, const struct column *column, const struct value *value,
                         enum human_unit unit) {
	switch (column->unit) {
	case UNIT_BYTES_PER_SECOND:
		out_text(out, human_flow(value->number, unit).text);
		return;
	case UNIT_MICROSECONDS:
		out_text(out, human_time(value->number).text);
		return;
	case UNIT_MILLISECONDS:
		write_ms(out, value->number);
		return;
	case UNIT_NONE:
	case UNIT_BYTES:
	case UNIT_SEGMENTS:
	case UNIT_COUNT:
		break;
	}
	out_number(out, value->number);
}

void cells_write(struct out *out, const struct cells_rule *rule, const struct field *field,
                 const struct field_source *source, enum human_unit unit) {
	struct value value;
	if (!field_get(&field->access, source, &value))
		value = (struct value){ .kind = VALUE_UNKNOWN };
	if (rule->write)
		rule->write(out, source->sock, &value);
	else if (value.kind == VALUE_NUMBER)
		write_number(out, &field->column, &value, unit);
	else
		format_value(out, &field->column, &value, FORMAT_HUMAN);
}

/* What can be summed up is written without a look at the socket. */
void cells_write_sum(struct out *out, const struct cells_rule *rule, const struct field *field,
                     uint64_t sum, enum human_unit unit) {
	const struct value value = { .kind = VALUE_NUMBER, .number = sum };
	if (rule->write)
		rule->write(out, NULL, &value);
	else
		write_number(out, &field->column, &value, unit);
}

enum style cells_style(const struct cells_rule *rule, const struct field *field,
                       const struct field_source *source) {
	struct value value;
	if (!rule->style || !field_get(&field->access, source, &value))
		return STYLE_TEXT;
	return rule->style(source->sock, &value);
}

int cells_least(const struct cells_rule *rule, const struct sock *sock, int width) {
	const bool may_cut = rule->least > 0 && (!rule->may_cut || rule->may_cut(sock));
	return may_cut && rule->least < width ? rule->least : width;
}

/* What the marks say holds for some looks only. */
static enum sock_change change_of(const struct sock *sock) {
	const bool over = sock->life && sock->life->mark_looks >= LIFE_MARK_LOOKS;
	return over ? SOCK_CHANGE_NONE : (enum sock_change)sock->change;
}

/* One that is gone fades before it leaves. */
static enum style style_gone(const struct sock *sock) {
	const bool fades = sock->life && sock->life->mark_looks + 1 >= LIFE_MARK_LOOKS;
	return fades ? STYLE_FAINT : STYLE_GONE;
}

enum style cells_row_style(const struct sock *sock) {
	if (sock->life && sock->life->stale)
		return STYLE_FAINT;
	switch (change_of(sock)) {
	case SOCK_CHANGE_NEW:
		return STYLE_NEW;
	case SOCK_CHANGE_GONE:
		return style_gone(sock);
	case SOCK_CHANGE_CHANGED:
		return STYLE_CHANGED;
	case SOCK_CHANGE_UNKNOWN:
	case SOCK_CHANGE_NONE:
	case SOCK_CHANGE_COUNT:
		break;
	}
	return STYLE_TEXT;
}

const char *cells_mark(const struct sock *sock) {
	const enum sock_change change = change_of(sock);
	if (change == SOCK_CHANGE_UNKNOWN || change == SOCK_CHANGE_NONE)
		return " ";
	return sock_change_name(change);
}
