/* The top of the page: what the socket is, who holds it, and what its state means. The rest is in
 * detail_flow.c, detail_pair.c and detail_fields.c. */

#include "detail.h"

#include <stdio.h>
#include <string.h>

#include "detail_part.h"
#include "escape.h"
#include "explain.h"
#include "field.h"
#include "format.h"
#include "frame.h"
#include "human.h"
#include "life.h"
#include "out.h"
#include "util.h"

uint32_t detail_needs(void) {
	uint32_t needs = 0;
	for (size_t i = 0; i < field_count; i++)
		needs |= fields[i].needs;
	return needs & ~(uint32_t)(SOCK_NEED_NAMES | SOCK_NEED_BPF_STORAGE);
}

void detail_draw_label(struct page *page, const char *label) {
	page_text(page, DETAIL_INDENT, DETAIL_LABEL_WIDTH, STYLE_LABEL, label);
}

/* Draws it behind what is in the title bar already, and a gap in front. */
static void add_title(struct page *page, int *x, const struct out *text) {
	*x += 1 + page_put(page, *x + 1, page->area.width, STYLE_HEADING, text->bytes, text->used);
}

/* How long it has been there, or that it is not any more. */
static void write_age(struct out *out, const struct sock_life *life) {
	if (sock_life_is_gone(life))
		out_text(out, _(" gone"));
	else if (life->stale)
		out_text(out, _(" not up to date"));
	out_printf(out, _(" seen for %s"), human_age(life->age_ms, life->seen_at_start).text);
}

/* One line that does not scroll. Returns the columns that all of it takes. */
static int draw_title(struct page *page, const struct sock *sock) {
	int x = 0;
	struct out out;
	out_init(&out, OUT_MEMORY);
	canvas_fill(page->canvas, (struct area){ page->area.x, page->area.y, page->area.width, 1 },
	            STYLE_HEADING);
	out_printf(&out, "%s %s", sock_protocol_name((enum sock_protocol)sock->protocol),
	           sock_state_name((enum sock_state)sock->state));
	if (sock->life)
		write_age(&out, sock->life);
	add_title(page, &x, &out);
	for (enum value_end end = VALUE_LOCAL; end <= VALUE_PEER; end++) {
		out.used = 0;
		out_char(&out, ' ');
		format_endpoint(&out, sock, end);
		add_title(page, &x, &out);
	}
	out_finish(&out);
	return x;
}

/* On lines of their own where the title had no room for both. */
static void draw_end(struct page *page, const struct sock *sock, enum value_end end) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	format_endpoint(&out, sock, end);
	detail_draw_label(page, end == VALUE_LOCAL ? _("local") : _("peer"));
	page_wrap(page, DETAIL_VALUE, STYLE_TEXT, out.bytes, out.used);
	out_finish(&out);
}

static bool has_other_name(const struct process *process) {
	return process->exe && (process->exe_length != process->comm_length ||
	                        memcmp(process->exe, process->comm, process->comm_length) != 0);
}

/* "4242/python3.11 (worker) fd 3,4", and how many of the owners are this process. */
static uint32_t write_process(struct out *out, const struct owner *owners, uint32_t count) {
	const struct process *process = owners->process;
	out_number(out, process->pid);
	out_char(out, '/');
	if (process->exe)
		escape_write(out, process->exe, process->exe_length, ESCAPE_TEXT);
	else
		escape_write(out, process->comm, process->comm_length, ESCAPE_TEXT);
	if (has_other_name(process)) {
		out_text(out, " (");
		escape_write(out, process->comm, process->comm_length, ESCAPE_TEXT);
		out_char(out, ')');
	}
	out_text(out, " fd ");
	uint32_t i = 0;
	for (; i < count && owners[i].process == process; i++) {
		if (i > 0)
			out_char(out, ',');
		out_number(out, owners[i].fd);
	}
	return i;
}

static const char *no_owner(enum sock_ownership ownership) {
	switch (ownership) {
	case SOCK_OWNERSHIP_NONE:
		return _("none: no process holds it");
	case SOCK_OWNERSHIP_HIDDEN:
		return _("hidden: to see it takes root");
	case SOCK_OWNERSHIP_UNKNOWN:
	case SOCK_OWNERSHIP_EXACT:
	case SOCK_OWNERSHIP_SEVERAL:
	case SOCK_OWNERSHIP_REMEMBERED:
	case SOCK_OWNERSHIP_COUNT:
		break;
	}
	return _("not known");
}

static void draw_owners(struct page *page, const struct sock *sock) {
	const enum sock_ownership ownership = (enum sock_ownership)sock->ownership;
	struct out out;
	detail_draw_label(page, sock->owner_count > 1 ? _("owners") : _("owner"));
	if (sock->owner_count == 0) {
		const char *text = no_owner(ownership);
		page_wrap(page, DETAIL_VALUE, STYLE_FAINT, text, strlen(text));
		return;
	}
	out_init(&out, OUT_MEMORY);
	for (uint32_t i = 0; i < sock->owner_count;) {
		out.used = 0;
		i += write_process(&out, &sock->owners[i], sock->owner_count - i);
		if (ownership == SOCK_OWNERSHIP_REMEMBERED) {
			out_char(&out, ' ');
			out_text(&out, _("until its close"));
		}
		page_wrap(page, DETAIL_VALUE, STYLE_TEXT, out.bytes, out.used);
	}
	out_finish(&out);
}

static void draw_user(struct page *page, const struct sock *sock) {
	struct out out;
	if (!sock->user)
		return;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, sock->user, strlen(sock->user), ESCAPE_TEXT);
	detail_draw_label(page, _("user"));
	page_wrap(page, DETAIL_VALUE, STYLE_TEXT, out.bytes, out.used);
	out_finish(&out);
}

/* Each line of trouble has a mark. */
static void draw_trouble(struct page *page, const struct out *trouble) {
	const char *at = trouble->bytes;
	const char *end = at + trouble->used;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		const size_t length = (size_t)((stop ? stop : end) - at);
		page_text(page, DETAIL_INDENT, 1, STYLE_WARNING, "!");
		page_wrap(page, DETAIL_INDENT + 2, STYLE_WARNING, at, length);
		at += length + 1;
	}
}

static void draw_meaning(struct page *page, const struct sock *sock) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	explain_state(&out, sock);
	if (out.used > 0)
		page_next(page);
	page_wrap(page, DETAIL_INDENT, STYLE_TEXT, out.bytes, out.used);
	out.used = 0;
	explain_trouble(&out, sock);
	draw_trouble(page, &out);
	out_finish(&out);
}

int detail_draw(const struct detail *detail, struct canvas *canvas, struct area area, int scroll) {
	struct page title = { .canvas = canvas, .area = area };
	struct page page = { .canvas = canvas, .area = area, .scroll = scroll };
	const int title_width = draw_title(&title, detail->sock);
	page.area.y++;
	page.area.height--;
	if (title_width > area.width) {
		draw_end(&page, detail->sock, VALUE_LOCAL);
		draw_end(&page, detail->sock, VALUE_PEER);
	}
	draw_owners(&page, detail->sock);
	draw_user(&page, detail->sock);
	draw_meaning(&page, detail->sock);
	detail_draw_flow(detail, &page);
	detail_draw_pair(detail, &page);
	detail_draw_fields(detail, &page);
	page_draw_more(canvas, title.area, title_width, page.line - scroll - page.area.height);
	return page.line + 1;
}
