/* The page about one socket. What explain.h and pair.h say is tested elsewhere; here they say what
 * the test wants, so that a better sentence changes no golden screen. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "detail.h"
#include "detail_part.h"
#include "drawn.h"
#include "explain.h"
#include "field.h"
#include "frame.h"
#include "life.h"
#include "out.h"
#include "pair.h"
#include "sctp_info.h"
#include "tcp_info.h"
#include "util.h"

static const char *sentence = "ESTAB: the connection is open; either end may send at any time.";
static const char *trouble = "";
static struct sock other_end;
static bool has_other_end;

void explain_state(struct out *out, const struct sock *sock) {
	(void)sock;
	out_text(out, sentence);
}

void explain_trouble(struct out *out, const struct sock *sock) {
	(void)sock;
	out_text(out, trouble);
}

const struct sock *pair_find(const struct snapshot *snapshot, const struct sock *sock) {
	(void)snapshot;
	(void)sock;
	return has_other_end ? &other_end : NULL;
}

static void show_other_end(const struct sock *sock) {
	other_end = *sock;
	has_other_end = true;
}

static const struct process server = {
	.pid = 4242, .comm = "worker", .comm_length = 6, .exe = "python3.11", .exe_length = 10
};
static const struct process helper = {
	.pid = 4251, .comm = "nc\033[2J", .comm_length = 6, .exe = "nc\033[2J", .exe_length = 6
};
static const struct owner owners[] = { { &server, 3 }, { &server, 4 }, { &helper, 3 } };

static const struct tcp_counters counters = { .state = 1,
	                                      .options = TCP_OPTION_TIMESTAMPS | TCP_OPTION_SACK,
	                                      .rto = 204000,
	                                      .rtt = 1523,
	                                      .rttvar = 400,
	                                      .snd_mss = 1448,
	                                      .rcv_mss = 536,
	                                      .snd_cwnd = 10,
	                                      .snd_ssthresh = 0x7fffffff,
	                                      .pmtu = 1500,
	                                      .bytes_acked = 1234567,
	                                      .bytes_received = 987654321,
	                                      .min_rtt = 900 };
static const struct sock_memory memory = { .rmem_alloc = 4096,
	                                   .rcvbuf = 131072,
	                                   .sndbuf = 87040,
	                                   .drops = 0,
	                                   .length = sizeof(memory) - sizeof(memory.length) };
static const struct sock_life life = { .known = SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX,
	                               .serial = 7,
	                               .age_ms = 184000,
	                               .rx = 12897485,
	                               .tx = 1153434 };

static struct sock connection(void) {
	return (struct sock){
		.known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_INODE | SOCK_KNOWS_UID | SOCK_KNOWS_RECVQ |
		         SOCK_KNOWS_SENDQ | SOCK_KNOWS_TIMER | SOCK_KNOWS_PORTS | SOCK_KNOWS_DROPS,
		.protocol = SOCK_PROTOCOL_TCP,
		.family = SOCK_FAMILY_INET,
		.state = SOCK_STATE_ESTABLISHED,
		.cookie = 0x1234,
		.inode = 56789,
		.uid = 1000,
		.user = "ana",
		.recvq = 12345,
		.sendq = 86000,
		.timer = SOCK_TIMER_ON,
		.timer_ms = 120,
		.timer_retrans = 3,
		.ownership = SOCK_OWNERSHIP_SEVERAL,
		.local = { .address = { 127, 0, 0, 1 }, .port = 1234 },
		.peer = { .address = { 127, 0, 0, 1 }, .port = 50312 },
		.tcp = &counters,
		.tcp_length = sizeof(counters),
		.memory = &memory,
		.algorithm = "cubic",
		.algorithm_length = 5,
		.owners = owners,
		.owner_count = ARRAY_LENGTH(owners),
		.life = &life,
	};
}

static struct sock listener(uint32_t recvq) {
	struct sock sock = connection();
	sock.state = SOCK_STATE_LISTEN;
	sock.known &= ~(uint32_t)SOCK_KNOWS_TIMER;
	sock.recvq = recvq;
	sock.sendq = 3;
	sock.drops = 2;
	sock.tcp = NULL;
	return sock;
}

static struct trail minute;
static const struct trail *shown_trail;

/* With gaps in it. */
static void show_minute(void) {
	for (uint64_t i = 0; i < 60; i++) {
		series_add(&minute.rx, true, i % 8 * 1000000);
		series_add(&minute.tx, i % 10 != 0, i % 5 * 1000);
		series_add(&minute.rtt, true, 1000 + i % 3 * 500);
		series_add(&minute.cwnd, i < 59, 10 + i % 4);
	}
	shown_trail = &minute;
}

static int draw(const struct sock *sock, struct canvas *canvas, int scroll) {
	const struct frame frame = { .number = 1 };
	const struct detail detail = { .frame = &frame, .sock = sock, .trail = shown_trail };
	const struct area area = { 0, 0, canvas->width, canvas->height };
	return detail_draw(&detail, canvas, area, scroll);
}

/* On a page where everything has room; the caller frees it. */
static char *text_of(const struct sock *sock, int width) {
	struct canvas canvas = drawn_canvas(width, 200, false);
	cr_assert_leq(draw(sock, &canvas, 0), 200);
	char *text = drawn_text(&canvas);
	canvas_finish(&canvas);
	return text;
}

static void expect_said(const struct sock *sock, const char *wanted) {
	char *text = text_of(sock, 100);
	cr_expect_not_null(strstr(text, wanted), "no '%s' in\n%s", wanted, text);
	free(text);
}

static void expect_unsaid(const struct sock *sock, const char *unwanted) {
	char *text = text_of(sock, 100);
	cr_expect_null(strstr(text, unwanted), "'%s' in\n%s", unwanted, text);
	free(text);
}

/* The end of the golden file's name says on which screen. */
static void expect_golden(const struct sock *sock, const char *name, int width, int height) {
	for (int ascii = 0; ascii <= 1; ascii++) {
		struct canvas canvas = drawn_canvas(width, height, ascii);
		draw(sock, &canvas, 0);
		drawn_expect(&canvas, name);
		canvas_finish(&canvas);
	}
}

Test(detail, a_connection_on_every_width) {
	struct sock sock = connection();
	struct sock other = connection();
	other.recvq = 0;
	other.sendq = 0;
	other.owner_count = 1;
	other.ownership = SOCK_OWNERSHIP_EXACT;
	other.life = NULL;
	other.timer = SOCK_TIMER_NONE;
	show_minute();
	show_other_end(&other);
	trouble = "the program does not read: 12,345 bytes wait\n"
		  "three retransmissions in a row were not answered\n";
	expect_golden(&sock, "detail-tcp", 200, 40);
	expect_golden(&sock, "detail-tcp", 100, 60);
	expect_golden(&sock, "detail-tcp", 80, 60);
	expect_golden(&sock, "detail-tcp", 40, 120);
}

Test(detail, addresses_that_the_title_has_no_room_for_get_lines_of_their_own) {
	const struct sock sock = connection();
	char *wide = text_of(&sock, 55);
	char *narrow = text_of(&sock, 54);
	cr_expect_not_null(strstr(wide, "  127.0.0.1:1234  127.0.0.1:50312\n"), "%s", wide);
	cr_expect_null(strstr(wide, "\n local        "), "%s", wide);
	cr_expect_not_null(strstr(narrow, "\n local        127.0.0.1:1234\n"), "%s", narrow);
	cr_expect_not_null(strstr(narrow, "\n peer         127.0.0.1:50312\n"), "%s", narrow);
	free(wide);
	free(narrow);
}

Test(detail, a_unix_socket_with_a_hostile_name) {
	struct sock_unix un = {
		.known = SOCK_UNIX_KNOWS_PEER,
		.peer_inode = 777,
		.name = { .bytes = "/run/a b\033]0;x\007\\", .length = 14 },
		.peer_name = { .bytes = NULL },
	};
	const struct sock sock = { .known = SOCK_KNOWS_INODE | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ,
		                   .protocol = SOCK_PROTOCOL_UNIX_STREAM,
		                   .family = SOCK_FAMILY_UNIX,
		                   .state = SOCK_STATE_ESTABLISHED,
		                   .inode = 776,
		                   .ownership = SOCK_OWNERSHIP_NONE,
		                   .un = &un };
	sentence = "ESTAB: the two ends are connected.";
	expect_golden(&sock, "detail-unix", 100, 24);
}

Test(detail, sockets_of_every_family_have_a_page) {
	static const struct {
		enum sock_protocol protocol;
		enum sock_family family;
	} kinds[] = {
		{ SOCK_PROTOCOL_UDP, SOCK_FAMILY_INET6 },
		{ SOCK_PROTOCOL_RAW, SOCK_FAMILY_INET },
		{ SOCK_PROTOCOL_SCTP, SOCK_FAMILY_INET },
		{ SOCK_PROTOCOL_UNIX_DGRAM, SOCK_FAMILY_UNIX },
		{ SOCK_PROTOCOL_PACKET_RAW, SOCK_FAMILY_PACKET },
		{ SOCK_PROTOCOL_NETLINK, SOCK_FAMILY_NETLINK },
		{ SOCK_PROTOCOL_VSOCK_STREAM, SOCK_FAMILY_VSOCK },
		{ SOCK_PROTOCOL_XDP, SOCK_FAMILY_XDP },
	};
	static struct sock_unix un;
	static const struct sock_packet packet = { .known = SOCK_PACKET_KNOWS_INFO };
	static const struct sock_netlink netlink = { .protocol = 0 };
	static const struct sock_xdp xdp = { .known = SOCK_XDP_KNOWS_QUEUE, .queue = 2 };
	static struct sock_sctp sctp;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct sock sock = { .protocol = (uint8_t)kinds[i].protocol,
			             .family = (uint8_t)kinds[i].family,
			             .state = SOCK_STATE_CLOSE };
		switch (kinds[i].family) {
		case SOCK_FAMILY_UNIX:
			sock.un = &un;
			break;
		case SOCK_FAMILY_PACKET:
			sock.packet = &packet;
			break;
		case SOCK_FAMILY_NETLINK:
			sock.netlink = &netlink;
			break;
		case SOCK_FAMILY_XDP:
			sock.xdp = &xdp;
			break;
		case SOCK_FAMILY_INET:
		case SOCK_FAMILY_INET6:
		case SOCK_FAMILY_VSOCK:
		case SOCK_FAMILY_COUNT:
			break;
		}
		if (kinds[i].protocol == SOCK_PROTOCOL_SCTP)
			sock.sctp = &sctp;
		expect_said(&sock, sock_protocol_name(kinds[i].protocol));
	}
}

Test(detail, owners_are_told_one_process_a_line_with_all_descriptors) {
	const struct sock sock = connection();
	expect_said(&sock, "owners       4242/python3.11 (worker) fd 3,4\n");
	expect_said(&sock, "             4251/nc\\x1b[2J fd 3\n");
}

Test(detail, why_there_is_no_owner_is_said) {
	static const struct {
		enum sock_ownership ownership;
		const char *text;
	} cases[] = {
		{ SOCK_OWNERSHIP_NONE, "owner        none: no process holds it" },
		{ SOCK_OWNERSHIP_HIDDEN, "owner        hidden: to see it takes root" },
		{ SOCK_OWNERSHIP_UNKNOWN, "owner        not known" },
	};
	struct sock sock = connection();
	sock.owner_count = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		sock.ownership = (uint8_t)cases[i].ownership;
		expect_said(&sock, cases[i].text);
	}
	sock.ownership = SOCK_OWNERSHIP_REMEMBERED;
	sock.owner_count = 1;
	expect_said(&sock, "4242/python3.11 (worker) fd 3 until its close");
}

Test(detail, timers_are_told_in_words) {
	static const struct {
		enum sock_timer timer;
		uint8_t tries;
		const char *text;
	} cases[] = {
		{ SOCK_TIMER_ON, 3, "retransmission in 1m1.5s, 3 tries so far" },
		{ SOCK_TIMER_ON, 1, "retransmission in 1m1.5s, 1 try so far" },
		{ SOCK_TIMER_KEEPALIVE, 0, "keepalive probe in 1m1.5s\n" },
		{ SOCK_TIMER_TIMEWAIT, 0, "the kernel forgets it in 1m1.5s\n" },
		{ SOCK_TIMER_PERSIST, 2, "zero-window probe in 1m1.5s, 2 tries so far\n" },
		{ SOCK_TIMER_DELAYED_ACK, 0, "delayed acknowledgement in 1m1.5s\n" },
	};
	struct sock sock = connection();
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		sock.timer = (uint8_t)cases[i].timer;
		sock.timer_retrans = cases[i].tries;
		sock.timer_ms = 61500;
		expect_said(&sock, cases[i].text);
	}
	sock.timer = SOCK_TIMER_NONE;
	expect_unsaid(&sock, "in 1m1.5s");
}

Test(detail, queues_stand_against_their_limits) {
	struct sock sock = connection();
	expect_said(&sock, "█░░░░░░░░░░░░░░░░░░░ 12,345 of 131,072 bytes\n");
	expect_said(&sock, "███████████████████░ 86,000 of 87,040 bytes\n");
	sock.recvq = 1;
	expect_said(&sock, "█░░░░░░░░░░░░░░░░░░░ 1 of 131,072 bytes\n");
	sock.recvq = UINT32_MAX;
	expect_said(&sock, "████████████████████ 4,294,967,295 of 131,072 bytes\n");
	sock.drops = 9;
	expect_said(&sock, "4,294,967,295 of 131,072 bytes, 9 dropped\n");
	sock.memory = NULL;
	sock.known = SOCK_KNOWS_RECVQ;
	expect_said(&sock, "recv queue   4,294,967,295 bytes\n");
	expect_unsaid(&sock, "send queue");
}

/* The style of the first character of a text, on a page of a hundred columns. */
static enum style style_of(const struct sock *sock, const char *text) {
	struct canvas canvas = drawn_canvas(100, 200, true);
	enum style found = STYLE_COUNT;
	draw(sock, &canvas, 0);
	for (int i = 0; i < 100 * 200 && found == STYLE_COUNT; i++) {
		size_t length = 0;
		while (text[length] && i + (int)length < 100 * 200 &&
		       canvas.cells[i + (int)length].bytes[0] == text[length])
			length++;
		if (!text[length])
			found = (enum style)canvas.cells[i].style;
	}
	canvas_finish(&canvas);
	return found;
}

Test(detail, styles_say_what_is_nearly_full_and_what_is_nothing) {
	struct sock sock = connection();
	cr_expect_eq(style_of(&sock, "12,345 of"), STYLE_TEXT);
	cr_expect_eq(style_of(&sock, "86,000 of"), STYLE_WARNING);
	sock.sendq = 79000;
	cr_expect_eq(style_of(&sock, "79,000 of"), STYLE_WARNING);
	sock.sendq = 70000;
	cr_expect_eq(style_of(&sock, "70,000 of"), STYLE_TEXT);
	cr_expect_eq(style_of(&sock, "backoff"), STYLE_LABEL);
	cr_expect_eq(style_of(&sock, "open "), STYLE_FAINT);
	cr_expect_eq(style_of(&sock, "1234567 "), STYLE_TEXT);
	cr_expect_eq(style_of(&sock, "tcp ESTAB"), STYLE_HEADING);
	trouble = "some trouble";
	cr_expect_eq(style_of(&sock, "! some"), STYLE_WARNING);
}

Test(detail, a_limit_that_the_kernel_did_not_tell_is_not_known) {
	struct sock_memory little = memory;
	struct sock sock = connection();
	sock.memory = &little;
	little.length = offsetof(struct sock_memory, sndbuf);
	expect_said(&sock, "12,345 of 131,072 bytes");
	expect_said(&sock, "send queue   86,000 bytes");
	little.length = offsetof(struct sock_memory, rcvbuf);
	expect_said(&sock, "recv queue   12,345 bytes");
}

Test(detail, the_accept_queue_is_full_with_one_more_than_the_backlog) {
	struct sock sock = listener(3);
	expect_said(&sock, "accept queue ███████████████░░░░░ 3/3, 2 dropped\n");
	sock = listener(4);
	expect_said(&sock, "accept queue ████████████████████ 4/3 full, 2 dropped\n");
	sock.drops = 0;
	expect_said(&sock, "4/3 full\n");
}

Test(detail, the_last_minutes_have_their_newest_and_their_highest_value) {
	const struct sock sock = connection();
	show_minute();
	expect_said(&sock, "RX           3.0M/s   max 7.0M/s");
	expect_said(&sock, "RTT          2.0ms    max 2.0ms");
	expect_said(&sock, "cwnd         -        max 13");
	shown_trail = NULL;
	expect_unsaid(&sock, "max 6.6M/s");
}

Test(detail, both_ends_stand_side_by_side_and_what_waits_is_marked) {
	struct sock sock = connection();
	struct sock other = connection();
	expect_unsaid(&sock, "other end");
	other.recvq = 0;
	other.sendq = 0;
	other.state = SOCK_STATE_CLOSE_WAIT;
	other.life = NULL;
	show_other_end(&other);
	expect_said(&sock, "this end");
	expect_said(&sock, "recv queue   12,345!                                    0\n");
	expect_said(&sock, "state        ESTAB                                      CLOSE-WAIT\n");
	expect_said(&sock, "RX           12.8M/s                                    -\n");
}

Test(detail, every_field_that_is_known_is_on_the_page) {
	const struct sock sock = connection();
	const struct field_source source = field_source(&sock);
	char *text = text_of(&sock, 120);
	for (size_t i = 0; i < field_count; i++) {
		const char *name = fields[i].column.name;
		struct value value;
		char *label = xasprintf(" %s ", name);
		if (field_get(&fields[i].access, &source, &value))
			cr_expect_not_null(strstr(text, label), "no %s in\n%s", name, text);
		free(label);
	}
	free(text);
}

Test(detail, trouble_is_marked_line_by_line) {
	const struct sock sock = connection();
	trouble = "one thing\nanother thing\n";
	expect_said(&sock, "\n ! one thing\n ! another thing\n");
}

Test(detail, one_that_is_gone_or_was_not_seen_this_time_says_so) {
	struct sock_life old = life;
	struct sock sock = connection();
	sock.life = &old;
	expect_said(&sock, "tcp ESTAB seen for 3m");
	old.seen_at_start = true;
	expect_said(&sock, "tcp ESTAB seen for >3m");
	old.stale = true;
	expect_said(&sock, "tcp ESTAB not up to date seen for");
	old.missing = 1;
	expect_unsaid(&sock, "gone");
	old.missing = 2;
	expect_said(&sock, "tcp ESTAB gone seen for");
	sock.life = NULL;
	expect_unsaid(&sock, "seen for");
}

Test(detail, scrolling_shows_the_same_page_further_down_below_the_title) {
	const struct sock sock = connection();
	char *whole = text_of(&sock, 80);
	struct canvas canvas = drawn_canvas(80, 5, false);
	const int lines = draw(&sock, &canvas, 10);
	char *part = drawn_text(&canvas);
	char *whole_line[200];
	char *saved;
	int count = 0;
	for (char *at = whole; (saved = strchr(at, '\n')); at = saved + 1) {
		*saved = '\0';
		whole_line[count++] = at;
	}
	char *wanted = xasprintf("%s     PgDn: 43 more lines\n%s\n%s\n%s\n%s\n", whole_line[0],
	                         whole_line[11], whole_line[12], whole_line[13], whole_line[14]);
	cr_expect_eq(lines, 1 + 10 + 4 + 43);
	cr_expect_str_eq(part, wanted, "%s", part);
	for (int i = lines; i < count; i++)
		cr_expect_str_eq(whole_line[i], "");
	cr_expect_str_neq(whole_line[lines - 1], "");
	free(wanted);
	free(part);
	free(whole);
	canvas_finish(&canvas);
}

Test(detail, everything_is_asked_for_but_names_and_bpf_maps) {
	const uint32_t needs = detail_needs();
	cr_expect(needs & SOCK_NEED_INFO);
	cr_expect(needs & SOCK_NEED_PEER_OWNERS);
	cr_expect(needs & SOCK_NEED_MEMORY);
	cr_expect_not(needs & (SOCK_NEED_NAMES | SOCK_NEED_BPF_STORAGE));
}

Test(detail, nothing_is_drawn_outside_of_the_area) {
	const struct sock sock = connection();
	const struct frame frame = { .number = 1 };
	show_minute();
	const struct detail detail = { .frame = &frame, .sock = &sock, .trail = shown_trail };
	show_other_end(&sock);
	trouble = "trouble\n";
	for (int width = 1; width < 60; width++) {
		struct canvas canvas = drawn_canvas(width + 4, 12, false);
		const struct area all = { 0, 0, width + 4, 12 };
		canvas_restyle(&canvas, all, STYLE_MATCH);
		detail_draw(&detail, &canvas, (struct area){ 2, 2, width, 8 }, width / 2);
		for (int y = 0; y < 12; y++) {
			for (int x = 0; x < width + 4; x++) {
				const bool inside = y >= 2 && y < 10 && x >= 2 && x < width + 2;
				const struct cell *cell = &canvas.cells[y * (width + 4) + x];
				if (!inside)
					cr_assert(cell->style == STYLE_MATCH &&
					              cell->bytes[0] == ' ',
					          "%d: (%d, %d)", width, x, y);
			}
		}
		canvas_finish(&canvas);
	}
}

Test(detail, no_size_is_too_small) {
	const struct sock sock = connection();
	show_minute();
	show_other_end(&sock);
	for (int width = 1; width < 70; width++) {
		for (int height = 1; height < 4; height++) {
			struct canvas canvas = drawn_canvas(width, height, width % 2);
			const int lines = draw(&sock, &canvas, 0);
			draw(&sock, &canvas, lines - 1);
			draw(&sock, &canvas, lines + 1000);
			canvas_finish(&canvas);
		}
	}
}
