/* Both ends of a connection that stays on this machine, so that one sees which side is stuck: bytes
 * that wait on either side are marked. */

#include <stdbool.h>

#include "detail_part.h"
#include "field.h"
#include "format.h"
#include "frame.h"
#include "human.h"
#include "life.h"
#include "out.h"
#include "pair.h"
#include "util.h"

static void write_field(struct out *out, const char *name, const struct sock *sock) {
	const struct field *field = field_named(name);
	const struct field_source source = field_source(sock);
	struct value value;
	if (field && field_get(&field->access, &source, &value))
		format_value(out, &field->column, &value, FORMAT_HUMAN);
}

static void write_owners(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	write_field(out, "owners", sock);
}

static void write_state(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	out_text(out, sock_state_name((enum sock_state)sock->state));
}

static void write_recvq(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	if (sock->known & SOCK_KNOWS_RECVQ)
		out_text(out, human_count(sock->recvq).text);
}

static void write_sendq(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	if (sock->known & SOCK_KNOWS_SENDQ)
		out_text(out, human_count(sock->sendq).text);
}

static void write_rate(struct out *out, const struct sock *sock, uint32_t knows, uint64_t rate,
                       enum human_unit unit) {
	if (sock->life->known & knows)
		out_text(out, human_flow_rate(rate, unit).text);
}

static void write_rx(struct out *out, const struct sock *sock, enum human_unit unit) {
	if (sock->life)
		write_rate(out, sock, SOCK_LIFE_KNOWS_RX, sock->life->rx, unit);
}

static void write_tx(struct out *out, const struct sock *sock, enum human_unit unit) {
	if (sock->life)
		write_rate(out, sock, SOCK_LIFE_KNOWS_TX, sock->life->tx, unit);
}

static void write_rtt(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	write_field(out, "rtt", sock);
}

static void write_timer(struct out *out, const struct sock *sock, enum human_unit unit) {
	(void)unit;
	detail_write_timer(out, sock);
}

static bool has_unread(const struct sock *sock) {
	return sock_unread(sock) > 0;
}

static bool has_unsent(const struct sock *sock) {
	return (sock->known & SOCK_KNOWS_SENDQ) && sock->sendq > 0;
}

static const struct {
	const char *label;
	void (*write)(struct out *out, const struct sock *sock, enum human_unit unit);
	bool (*is_stuck)(const struct sock *sock); /* NULL: it never is */
} rows[] = {
	{ N_("owner"), write_owners, NULL },
	{ N_("state"), write_state, NULL },
	{ N_("recv queue"), write_recvq, has_unread },
	{ N_("send queue"), write_sendq, has_unsent },
	{ "RX", write_rx, NULL },
	{ "TX", write_tx, NULL },
	{ "RTT", write_rtt, NULL },
	{ N_("timer"), write_timer, NULL },
};

/* Unknown is `-`; what waits has a mark. */
static void draw_cell(struct page *page, int x, int width, size_t row, const struct sock *sock,
                      enum human_unit unit) {
	const bool stuck = rows[row].is_stuck && rows[row].is_stuck(sock);
	struct out out;
	out_init(&out, OUT_MEMORY);
	rows[row].write(&out, sock, unit);
	if (out.used == 0)
		out_char(&out, '-');
	else if (stuck)
		out_char(&out, '!');
	page_put(page, x, width, stuck ? STYLE_WARNING : STYLE_TEXT, out.bytes, out.used);
	out_finish(&out);
}

void detail_draw_pair(const struct detail *detail, struct page *page) {
	const struct sock *other = pair_find(&detail->frame->snapshot, detail->sock);
	if (!other)
		return;
	const int left = DETAIL_VALUE;
	const int half = (page->area.width - left) / 2;
	page_next(page);
	page_text(page, left, half - 1, STYLE_STRONG, _("this end"));
	page_text(page, left + half, half, STYLE_STRONG, _("other end"));
	page_next(page);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		detail_draw_label(page, _(rows[i].label));
		draw_cell(page, left, half - 1, i, detail->sock, detail->unit);
		draw_cell(page, left + half, half, i, other, detail->unit);
		page_next(page);
	}
}
