/* How the socket is doing right now: its timer in words, its queues as bars against their limits,
 * and the last minutes of its rates, round trip and window. */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "detail_part.h"
#include "format.h"
#include "human.h"
#include "out.h"
#include "sock.h"
#include "util.h"

enum { BAR_WIDTH = 20, BAR_LEAST_PAGE = 60, VALUE_WIDTH = 8, MAXIMUM_WIDTH = 12 };

/* What happens when it expires; NULL: nothing is said of it. */
static const char *timer_text(enum sock_timer timer) {
	switch (timer) {
	case SOCK_TIMER_ON:
		return _("retransmission in ");
	case SOCK_TIMER_KEEPALIVE:
		return _("keepalive probe in ");
	case SOCK_TIMER_TIMEWAIT:
		return _("the kernel forgets it in ");
	case SOCK_TIMER_PERSIST:
		return _("zero-window probe in ");
	case SOCK_TIMER_DELAYED_ACK:
		return _("delayed acknowledgement in ");
	case SOCK_TIMER_NONE:
	case SOCK_TIMER_COUNT:
		break;
	}
	return NULL;
}

void detail_write_timer(struct out *out, const struct sock *sock) {
	const char *text = timer_text((enum sock_timer)sock->timer);
	if (!(sock->known & SOCK_KNOWS_TIMER) || !text)
		return;
	out_text(out, text);
	char *start = out_reserve(out, FORMAT_NUMBER_ROOM);
	out_advance(out,
	            (size_t)(format_put_duration(start, sock->timer_ms * (uint64_t)1000) - start));
	if (sock->timer_retrans > 0)
		out_count(out, _(", %llu try so far"), _(", %llu tries so far"),
		          sock->timer_retrans);
}

static void draw_timer(struct page *page, const struct sock *sock) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	detail_write_timer(&out, sock);
	if (out.used > 0)
		detail_draw_label(page, _("timer"));
	page_wrap(page, DETAIL_VALUE, STYLE_TEXT, out.bytes, out.used);
	out_finish(&out);
}

/* Something that has a limit. */
struct queue {
	const char *label;
	uint64_t used, limit;
	enum style style;
};

static int filled_of(const struct queue *queue) {
	if (queue->used >= queue->limit)
		return BAR_WIDTH;
	const int filled = (int)(queue->used * BAR_WIDTH / queue->limit);
	return filled == 0 && queue->used > 0 ? 1 : filled;
}

static const char *text_of_bar(bool is_filled, bool ascii) {
	if (ascii)
		return is_filled ? "#" : ".";
	return is_filled ? "█" : "░";
}

/* Returns the column behind it. */
static int draw_bar(struct page *page, const struct queue *queue) {
	const int filled = filled_of(queue);
	if (page->area.width < BAR_LEAST_PAGE)
		return DETAIL_VALUE;
	for (int i = 0; i < BAR_WIDTH; i++)
		page_text(page, DETAIL_VALUE + i, 1, i < filled ? queue->style : STYLE_FAINT,
		          text_of_bar(i < filled, page->canvas->ascii));
	return DETAIL_VALUE + BAR_WIDTH + 1;
}

static void draw_queue(struct page *page, const struct queue *queue, const struct out *text) {
	detail_draw_label(page, queue->label);
	const int x = queue->limit > 0 ? draw_bar(page, queue) : DETAIL_VALUE;
	page_wrap(page, x, queue->style, text->bytes, text->used);
}

static enum style style_of(uint64_t used, uint64_t limit) {
	return used > 0 && used >= limit - limit / 10 ? STYLE_WARNING : STYLE_TEXT;
}

static void write_drops(struct out *out, const struct sock *sock) {
	if ((sock->known & SOCK_KNOWS_DROPS) && sock->drops > 0)
		out_count(out, _(", %llu dropped"), _(", %llu dropped"), sock->drops);
}

/* "12,345 of 131,072 bytes, 2 dropped"; the limit is 0 if it is not known. */
static void draw_bytes(struct page *page, const char *label, uint64_t used, uint64_t limit,
                       const struct sock *drops) {
	const struct queue queue = { label, used, limit,
		                     limit ? style_of(used, limit) : STYLE_TEXT };
	struct out out;
	out_init(&out, OUT_MEMORY);
	if (limit > 0)
		out_printf(&out, _("%s of %s bytes"), human_count(used).text,
		           human_count(limit).text);
	else
		out_printf(&out, _("%s bytes"), human_count(used).text);
	if (drops)
		write_drops(&out, drops);
	draw_queue(page, &queue, &out);
	out_finish(&out);
}

/* The queue takes one more than the backlog says. */
static void draw_accept_queue(struct page *page, const struct sock *sock) {
	const bool full = sock_is_accept_queue_full(sock);
	const struct queue queue = { _("accept queue"), sock->recvq, (uint64_t)sock->sendq + 1,
		                     full ? STYLE_WARNING : STYLE_TEXT };
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, "%u/%u", sock->recvq, sock->sendq);
	if (full)
		out_printf(&out, " %s", _("full"));
	write_drops(&out, sock);
	draw_queue(page, &queue, &out);
	out_finish(&out);
}

static bool knows_memory(const struct sock *sock, size_t end) {
	return sock->memory && sock->memory->length >= end;
}

static void draw_queues(struct page *page, const struct sock *sock) {
	const uint32_t both = SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ;
	const uint64_t rcvbuf =
	    knows_memory(sock, offsetof(struct sock_memory, wmem_alloc)) ? sock->memory->rcvbuf : 0;
	const uint64_t sndbuf =
	    knows_memory(sock, offsetof(struct sock_memory, fwd_alloc)) ? sock->memory->sndbuf : 0;
	if (sock->state == SOCK_STATE_LISTEN) {
		if ((sock->known & both) == both)
			draw_accept_queue(page, sock);
		return;
	}
	if (sock->known & SOCK_KNOWS_RECVQ)
		draw_bytes(page, _("recv queue"), sock->recvq, rcvbuf, sock);
	if (sock->known & SOCK_KNOWS_SENDQ)
		draw_bytes(page, _("send queue"), sock->sendq, sndbuf, NULL);
}

static struct human time_text(uint64_t us, enum human_unit unit) {
	(void)unit;
	return human_time(us);
}

static struct human count_text(uint64_t count, enum human_unit unit) {
	(void)unit;
	return human_count(count);
}

static const struct {
	const char *label;
	size_t offset; /* of a struct series in struct trail */
	struct human (*text)(uint64_t value, enum human_unit unit);
	enum style style;
} rows[] = {
	{ "RX", offsetof(struct trail, rx), human_flow_rate, STYLE_RX },
	{ "TX", offsetof(struct trail, tx), human_flow_rate, STYLE_TX },
	{ "RTT", offsetof(struct trail, rtt), time_text, STYLE_TEXT },
	{ "cwnd", offsetof(struct trail, cwnd), count_text, STYLE_TEXT },
};

/* "RX  1.2M/s  max 3.4M/s ▁▂▃": the bars last, for they take what is left. */
static void draw_series(struct page *page, size_t row, const struct series *series,
                        enum human_unit unit) {
	uint32_t highest = 0;
	uint32_t newest = 0;
	if (!series_highest(series, &highest))
		return;
	const bool known = series_newest(series, &newest);
	const struct human text = known ? rows[row].text(newest, unit) : (struct human){ "-" };
	struct out out;
	out_init(&out, OUT_MEMORY);
	out_printf(&out, _("max %s"), rows[row].text(highest, unit).text);
	detail_draw_label(page, rows[row].label);
	page_text(page, DETAIL_VALUE, VALUE_WIDTH, rows[row].style, text.text);
	page_put(page, DETAIL_VALUE + VALUE_WIDTH + 1, MAXIMUM_WIDTH, STYLE_FAINT, out.bytes,
	         out.used);
	out_finish(&out);
	const int x = DETAIL_VALUE + VALUE_WIDTH + MAXIMUM_WIDTH + 2;
	const int room = page->area.width - x - 1;
	const int count = (int)series_length(series);
	const int width = room < count ? room : count;
	if (page_y(page) >= 0 && width > 0)
		series_draw(series, page->canvas, page->area.x + x, page_y(page), width,
		            rows[row].style);
	page_next(page);
}

void detail_draw_flow(const struct detail *detail, struct page *page) {
	page_next(page);
	const int start = page->line;
	draw_timer(page, detail->sock);
	draw_queues(page, detail->sock);
	for (size_t i = 0; detail->trail && i < ARRAY_LENGTH(rows); i++) {
		const unsigned char *bytes = (const unsigned char *)detail->trail;
		draw_series(page, i, (const struct series *)(const void *)(bytes + rows[i].offset),
		            detail->unit);
	}
	if (page->line == start)
		page->line--; /* the empty line, if nothing followed it */
}
