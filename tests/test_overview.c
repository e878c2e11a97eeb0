/* Who is behind the sockets: what is counted for whom, what comes first, and what is drawn of it.
 */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawn.h"
#include "fake_namer.h"
#include "filter.h"
#include "frame.h"
#include "life.h"
#include "out.h"
#include "overview.h"
#include "overview_draw.h"
#include "util.h"

static const struct process processes[] = {
	{ .pid = 612, .start_time = 1, .comm = "sshd", .comm_length = 4 },
	{ .pid = 700, .start_time = 2, .comm = "nginx", .comm_length = 5 },
	{ .pid = 701, .start_time = 3, .comm = "nginx", .comm_length = 5 },
	{ .pid = 900, .start_time = 4, .comm = "bad\x1b[2Jname\xff", .comm_length = 12 },
};

/* Owners are indices of processes[], by digit: "01" are two of them. */
struct given {
	const char *local, *peer; /* "ADDRESS PORT" */
	enum sock_protocol protocol;
	enum sock_state state;
	const char *owners;
	uint64_t rx, tx;
	uint32_t recvq, sendq, drops;
};

static void set_end(struct sock *sock, struct sock_endpoint *end, const char *text) {
	char address[64];
	unsigned port = 0;
	cr_assert_eq(sscanf(text, "%63s %u", address, &port), 2, "%s", text);
	sock->family = strchr(address, ':') ? SOCK_FAMILY_INET6 : SOCK_FAMILY_INET;
	cr_assert_eq(inet_pton(strchr(address, ':') ? AF_INET6 : AF_INET, address, end->address),
	             1);
	end->port = port;
}

static void own(struct frame *frame, struct sock *sock, const char *indices) {
	const size_t count = strlen(indices);
	struct owner *owners = arena_alloc(&frame->snapshot.arena, (count + 1) * sizeof(*owners));
	for (size_t i = 0; i < count; i++)
		owners[i] = (struct owner){ &processes[indices[i] - '0'], (uint32_t)i };
	sock->owners = owners;
	sock->owner_count = (uint32_t)count;
}

static struct sock *add(struct frame *frame, const struct given *given) {
	const bool counts =
	    given->protocol == SOCK_PROTOCOL_TCP && given->state != SOCK_STATE_LISTEN;
	struct sock_life *life = arena_alloc(&frame->snapshot.arena, sizeof(*life));
	*life = (struct sock_life){ .known = counts ? SOCK_LIFE_KNOWS_RX | SOCK_LIFE_KNOWS_TX : 0,
		                    .rx = given->rx,
		                    .tx = given->tx,
		                    .rate = given->rx + given->tx };
	struct sock *sock = snapshot_add(&frame->snapshot);
	sock->known = SOCK_KNOWS_PORTS | SOCK_KNOWS_RECVQ | SOCK_KNOWS_SENDQ | SOCK_KNOWS_DROPS;
	sock->protocol = (uint8_t)given->protocol;
	sock->state = (uint8_t)given->state;
	sock->recvq = given->recvq;
	sock->sendq = given->sendq;
	sock->drops = given->drops;
	sock->life = life;
	set_end(sock, &sock->peer, given->peer);
	set_end(sock, &sock->local, given->local);
	own(frame, sock, given->owners);
	frame->totals.states[given->state] += given->protocol == SOCK_PROTOCOL_TCP;
	return sock;
}

/* A designator says that the members behind are 0. */
#define GIVEN(local_, peer_, protocol_, state_, owners_, ...)                                      \
	{                                                                                          \
		.local = (local_), .peer = (peer_), .protocol = SOCK_PROTOCOL_##protocol_,         \
		.state = SOCK_STATE_##state_, .owners = (owners_), __VA_ARGS__                     \
	}

static const struct given example[] = {
	GIVEN("0.0.0.0 22", "0.0.0.0 0", TCP, LISTEN, "0", .sendq = 128),
	GIVEN(":: 443", ":: 0", TCP, LISTEN, "12", .recvq = 6, .sendq = 5, .drops = 77),
	GIVEN("127.0.0.1 631", "0.0.0.0 0", TCP, LISTEN, "", .sendq = 10),
	GIVEN("10.0.0.1 53", "0.0.0.0 0", UDP, CLOSE, "3"),
	GIVEN("10.0.0.1 22", "192.168.7.9 50000", TCP, ESTABLISHED, "0", .rx = 300, .tx = 200),
	GIVEN("2001:db8::1 443", "2001:db8::9 50001", TCP, ESTABLISHED, "12", .rx = 4000,
	      .tx = 50000),
	GIVEN("2001:db8::1 443", "2001:db8::9 50002", TCP, CLOSE_WAIT, "1"),
	GIVEN("::ffff:10.0.0.1 443", "::ffff:192.168.7.9 50003", TCP, TIME_WAIT, ""),
	GIVEN("10.0.0.1 80", "192.168.7.10 50005", TCP, ESTABLISHED, "", .rx = 5),
	GIVEN("10.0.0.1 50004", "8.8.8.8 853", TCP, ESTABLISHED, "3", .rx = 10),
};

static struct frame frame_of(const struct given *given, size_t count) {
	struct frame frame = { .number = 1 };
	for (size_t i = 0; i < count; i++)
		add(&frame, &given[i]);
	return frame;
}

static struct frame example_frame(void) {
	return frame_of(example, ARRAY_LENGTH(example));
}

static const struct tally_entry *sums_of(struct overview *overview, enum overview_kind kind,
                                         size_t index) {
	const struct overview_list *list = overview_list(overview, kind);
	cr_assert_lt(index, list->count);
	return &list->rows[index].sums;
}

Test(overview, counts_a_socket_for_each_process_that_holds_it) {
	struct overview *overview = overview_create();
	struct frame frame = example_frame();
	overview_add(overview, &frame, true);
	cr_assert_eq(overview_list(overview, OVERVIEW_PROCESSES)->all, 4);
	const struct tally_entry *first = sums_of(overview, OVERVIEW_PROCESSES, 0);
	cr_expect_eq(first->process->pid, 700, "as busy as 701, with more sockets");
	cr_expect_eq(first->sockets, 3);
	cr_expect_eq(first->tx, 50000);
	cr_expect_eq(sums_of(overview, OVERVIEW_PROCESSES, 1)->process->pid, 701);
	cr_expect_eq(sums_of(overview, OVERVIEW_PROCESSES, 2)->process->pid, 612);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, knows_a_peer_by_its_address_however_it_is_written) {
	struct overview *overview = overview_create();
	struct frame frame = example_frame();
	overview_add(overview, &frame, true);
	cr_expect_eq(overview_list(overview, OVERVIEW_PEERS)->all, 4);
	cr_expect_eq(sums_of(overview, OVERVIEW_PEERS, 0)->sockets, 2);
	cr_expect_eq(sums_of(overview, OVERVIEW_PEERS, 1)->sockets, 2, "IPv4 in IPv6");
	cr_expect_eq(sums_of(overview, OVERVIEW_PEERS, 1)->rx, 300);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, takes_the_port_of_the_service_and_says_whose_it_is) {
	struct overview *overview = overview_create();
	struct frame frame = example_frame();
	overview_add(overview, &frame, true);
	const struct overview_list *list = overview_list(overview, OVERVIEW_PORTS);
	static const struct {
		uint64_t port, sockets;
		bool is_here;
	} expected[] = { { 443, 4, true }, { 22, 2, true }, { 853, 1, false }, { 80, 1, true } };
	cr_assert_eq(list->count, 6);
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
		cr_expect_eq(list->rows[i].sums.key.numbers[0], expected[i].port);
		cr_expect_eq(list->rows[i].sums.sockets, expected[i].sockets);
		cr_expect_eq(overview_is_here(&list->rows[i]), expected[i].is_here);
	}
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, begins_with_the_listeners_that_are_in_trouble_or_open_to_most) {
	struct overview *overview = overview_create();
	struct frame frame = example_frame();
	overview_add(overview, &frame, true);
	const struct overview_list *list = overview_list(overview, OVERVIEW_LISTENERS);
	static const uint32_t ports[] = { 443, 22, 53, 631 };
	cr_assert_eq(list->count, ARRAY_LENGTH(ports));
	for (size_t i = 0; i < ARRAY_LENGTH(ports); i++)
		cr_expect_eq(list->rows[i].sums.sock->local.port, ports[i]);
	cr_expect(list->rows[0].sums.full);
	cr_expect_eq(list->rows[0].sums.drops, 77);
	cr_expect_eq(list->rows[2].exposure, EXPOSURE_PRIVATE);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, sums_up_listeners_that_share_a_port) {
	const struct given shared[] = {
		GIVEN("0.0.0.0 80", "0.0.0.0 0", TCP, LISTEN, "1", .recvq = 1, .sendq = 5),
		GIVEN("0.0.0.0 80", "0.0.0.0 0", TCP, LISTEN, "2", .recvq = 2, .sendq = 5),
	};
	struct overview *overview = overview_create();
	struct frame frame = frame_of(shared, ARRAY_LENGTH(shared));
	overview_add(overview, &frame, true);
	const struct tally_entry *sums = sums_of(overview, OVERVIEW_LISTENERS, 0);
	cr_expect_eq(sums->sockets, 2);
	cr_expect_eq(sums->queued, 3);
	cr_expect_eq(sums->room, 10);
	cr_expect_not(sums->full);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, leaves_out_who_is_missing_and_what_mptcp_counts_twice) {
	struct overview *overview = overview_create();
	struct frame frame = { .number = 1 };
	struct given mptcp = example[4];
	mptcp.protocol = SOCK_PROTOCOL_MPTCP;
	((struct sock_life *)add(&frame, &example[4])->life)->missing = 1;
	((struct sock_life *)add(&frame, &mptcp)->life)->known = SOCK_LIFE_KNOWS_RX;
	overview_add(overview, &frame, true);
	cr_expect_eq(sums_of(overview, OVERVIEW_PEERS, 0)->sockets, 1);
	cr_expect_eq(sums_of(overview, OVERVIEW_PEERS, 0)->rx, 0);
	cr_expect_not(sums_of(overview, OVERVIEW_PEERS, 0)->knows_rates);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

/* What moves is enough for the histories; whoever opens the page has all. */
Test(overview, goes_on_with_histories_while_nobody_looks) {
	struct overview *overview = overview_create();
	struct frame frame = example_frame();
	for (int look = 0; look < 5; look++)
		overview_add(overview, &frame, look == 0);
	const struct overview_list *list = overview_list(overview, OVERVIEW_PROCESSES);
	cr_expect_eq(list->all, 4);
	cr_expect_eq(list->rows[0].sums.sockets, 3);
	for (size_t i = 0; i < 4; i++) {
		const struct tally_entry *sums = &list->rows[i].sums;
		uint32_t value = 7;
		cr_assert(list->rows[i].history);
		cr_expect_eq(series_length(list->rows[i].history), 5);
		cr_assert(series_newest(list->rows[i].history, &value));
		cr_expect_eq(value, sums->rx + sums->tx);
	}
	uint32_t queued;
	list = overview_list(overview, OVERVIEW_LISTENERS);
	cr_assert(series_newest(list->rows[0].history, &queued));
	cr_expect_eq(queued, 6);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, a_history_is_that_of_its_key_after_it_was_still) {
	struct overview *overview = overview_create();
	struct frame frames[2] = { frame_of(&example[4], 1), frame_of(&example[5], 1) };
	overview_add(overview, &frames[0], true);
	overview_add(overview, &frames[1], true);
	overview_add(overview, &frames[0], true);
	const struct overview_list *list = overview_list(overview, OVERVIEW_PEERS);
	uint32_t highest;
	cr_assert_eq(list->count, 1);
	cr_expect_eq(series_length(list->rows[0].history), 3);
	cr_assert(series_highest(list->rows[0].history, &highest));
	cr_expect_eq(highest, 500);
	overview_destroy(overview);
	snapshot_finish(&frames[0].snapshot);
	snapshot_finish(&frames[1].snapshot);
}

/* More peers than there are rows and histories, over and over others. */
Test(overview, has_the_first_few_of_many_in_order) {
	enum { MANY = 3000, LOOKS = 4 };
	struct overview *overview = overview_create();
	for (unsigned look = 0; look < LOOKS; look++) {
		struct frame frame = { .number = 1 };
		for (unsigned i = 0; i < MANY; i++) {
			char peer[64];
			const unsigned number = (i * 7919 + look * 1000) % MANY;
			snprintf(peer, sizeof(peer), "10.%u.%u.%u 99", look, number / 250,
			         number % 250 + 1);
			const struct given given =
			    GIVEN("10.0.0.1 5000", peer, TCP, ESTABLISHED, "0", .rx = number);
			add(&frame, &given);
		}
		overview_add(overview, &frame, look % 2 == 0);
		const struct overview_list *list = overview_list(overview, OVERVIEW_PEERS);
		cr_assert_eq(list->count, OVERVIEW_ROWS);
		cr_expect_eq(list->all, MANY);
		for (size_t i = 0; i < list->count; i++)
			cr_expect_eq(list->rows[i].sums.rx, MANY - 1 - i);
		snapshot_finish(&frame.snapshot);
	}
	overview_destroy(overview);
}

/* After 40 looks at the same frame; what `look` leaves open is that of the frame. */
static void draw_look(struct canvas *canvas, struct overview_look look, const struct frame *frame) {
	struct overview_states states = { 0 };
	look.states = &states;
	look.totals = &frame->totals;
	for (size_t i = 0; i < 40; i++) {
		overview_add(look.overview, frame, true);
		overview_states_add(&states, &frame->totals);
	}
	canvas_clear(canvas, canvas->width, canvas->height);
	overview_draw(&look, canvas, (struct area){ 0, 0, canvas->width, canvas->height });
}

static void draw_frame(struct canvas *canvas, struct overview *overview,
                       struct overview_cursor *cursor, const struct frame *frame) {
	draw_look(canvas, (struct overview_look){ .overview = overview, .cursor = cursor }, frame);
}

static void draw_with(struct canvas *canvas, struct overview *overview,
                      struct overview_cursor *cursor) {
	struct frame frame = example_frame();
	draw_frame(canvas, overview, cursor, &frame);
	snapshot_finish(&frame.snapshot);
}

static void draw(struct canvas *canvas) {
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	draw_with(canvas, overview, &cursor);
	overview_destroy(overview);
}

Test(overview, fits_the_screen) {
	static const struct {
		int width, height;
		bool ascii;
	} sizes[] = {
		{ 80, 19, false }, { 100, 25, false }, { 200, 45, false },
		{ 40, 12, false }, { 80, 19, true },   { 200, 45, true },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct canvas canvas =
		    drawn_canvas(sizes[i].width, sizes[i].height, sizes[i].ascii);
		draw(&canvas);
		drawn_expect(&canvas, "overview");
		canvas_finish(&canvas);
	}
}

/* Whoever is asked is seen from what is asked for; each row has an address and a port to name. */
static void expect_names(bool hosts, bool ports, const char *const wanted[4]) {
	struct overview_cursor cursor = { 0 };
	struct frame frame = example_frame();
	struct overview *overview = overview_create();
	struct namer namer = { 0 };
	struct canvas canvas = drawn_canvas(80, 19, false);
	draw_look(&canvas,
	          (struct overview_look){ .overview = overview,
	                                  .cursor = &cursor,
	                                  .namer = &namer,
	                                  .host_names = hosts,
	                                  .port_names = ports },
	          &frame);
	char *text = drawn_text(&canvas);
	for (size_t i = 0; i < 4; i++)
		cr_expect(strstr(text, wanted[i]), "no '%s' in\n%s", wanted[i], text);
	cr_expect_eq(namer.questions > 0, hosts || ports);
	free(text);
	canvas_finish(&canvas);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
}

Test(overview, names_hosts_and_ports_if_it_is_asked_to) {
	expect_names(false, false,
	             (const char *const[]){ " 8.8.8.8 ", " 80/tcp ", "udp 10.0.0.1:53 ",
	                                    "tcp 127.0.0.1:631 " });
	expect_names(true, false,
	             (const char *const[]){ " a\\x1b[2J.example ", " 80/tcp ",
	                                    "udp a\\x1b[2J.example:53 ", "tcp 127.0.0.1:631 " });
	expect_names(
	    false, true,
	    (const char *const[]){ " 8.8.8.8 ", " http/tcp ", "-> 853/tcp ", "udp 10.0.0.1:53 " });
}

Test(overview, no_size_breaks_it) {
	for (int size = 1; size < 60; size++) {
		struct canvas canvas = drawn_canvas(size * 3 - 2, size, size % 2 == 1);
		draw(&canvas);
		canvas_finish(&canvas);
	}
}

/* The filter of the selected row, which the caller frees; "" if there is none. */
static char *filter_of(const struct overview_cursor *cursor, struct overview *overview) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	overview_cursor_filter(cursor, overview, &out);
	out_char(&out, '\0');
	return out.bytes;
}

/* From the first row down to the last one, through every panel. */
Test(overview, every_row_can_be_selected_and_has_a_filter_that_parses) {
	static const char *const expected[] = {
		"pid 700",
		"pid 701",
		"pid 612",
		"pid 900",
		"dst 2001:db8::9",
		"dst 192.168.7.9",
		"dst 8.8.8.8",
		"dst 192.168.7.10",
		"tcp and sport :443",
		"tcp and sport :22",
		"tcp and dport :853",
		"tcp and sport :80",
		"udp and sport :53",
		"tcp and ESTAB",
		"tcp and LISTEN",
		"tcp and TIME-WAIT",
		"tcp and CLOSE-WAIT",
		"tcp and SYN-SENT",
		"tcp and sport :443",
		"tcp and sport :22",
		"udp and sport :53",
		"tcp and sport :631",
	};
	struct canvas canvas = drawn_canvas(80, 19, false);
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	struct frame frame = example_frame();
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
		struct filter filter = filter_all();
		struct filter_error error;
		draw_with(&canvas, overview, &cursor);
		overview_add(overview, &frame, true);
		char *text = filter_of(&cursor, overview);
		cr_expect_str_eq(text, expected[i]);
		cr_assert(filter_parse(text, NULL, &filter, &error), "%s", text);
		filter_finish(&filter);
		free(text);
		overview_cursor_move(&cursor, 1);
	}
	const struct overview_cursor last = cursor;
	overview_cursor_move(&cursor, 1);
	cr_expect(cursor.panel == last.panel && cursor.row == last.row, "the end");
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
		overview_cursor_move(&cursor, -1);
		draw_with(&canvas, overview, &cursor);
	}
	cr_expect(cursor.panel == 0 && cursor.row == 0, "the beginning");
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
	canvas_finish(&canvas);
}

Test(overview, a_long_name_of_a_machine_leaves_room_for_what_is_on_it) {
	struct canvas canvas = drawn_canvas(80, 19, false);
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	struct frame frame = { .number = 1 };
	add(&frame, &example[0])->host = "database-1.production.example.com";
	add(&frame, &example[4])->host = "database-1.production.example.com";
	draw_frame(&canvas, overview, &cursor, &frame);
	char *text = drawn_text(&canvas);
	cr_expect(strstr(text, "\n databa… 612/sshd "), "%s", text);
	cr_expect(strstr(text, "\n database-… tcp 0.0.0.0:22 "), "%s", text);
	free(text);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
	canvas_finish(&canvas);
}

/* As a frame of several machines has them: the processes have the same number and start. */
Test(overview, tells_machines_apart_where_it_matters) {
	static const char *const hosts[] = { "web1", "web2" };
	struct canvas canvas = drawn_canvas(120, 24, false);
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	struct frame frame = { .number = 1 };
	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
		add(&frame, &example[0])->host = hosts[i];
		add(&frame, &example[4])->host = hosts[i];
	}
	draw_frame(&canvas, overview, &cursor, &frame);
	cr_expect_eq(overview_list(overview, OVERVIEW_PROCESSES)->all, 2);
	cr_expect_eq(overview_list(overview, OVERVIEW_LISTENERS)->all, 2);
	cr_expect_eq(overview_list(overview, OVERVIEW_PEERS)->all, 1);
	cr_expect_eq(overview_list(overview, OVERVIEW_PORTS)->all, 1);
	char *text = drawn_text(&canvas);
	cr_expect(strstr(text, " web1 612/sshd "), "%s", text);
	cr_expect(strstr(text, " web2 tcp 0.0.0.0:22 "), "%s", text);
	char *filter = filter_of(&cursor, overview);
	cr_expect(strcmp(filter, "pid 612 and machine = web1") == 0 ||
	              strcmp(filter, "pid 612 and machine = web2") == 0,
	          "%s", filter);
	free(filter);
	free(text);
	overview_destroy(overview);
	snapshot_finish(&frame.snapshot);
	canvas_finish(&canvas);
}

Test(overview, the_selection_stays_with_its_row_as_far_as_it_can) {
	const struct tally_key keys[] = { { .numbers = { 1 } },
		                          { .numbers = { 2 } },
		                          { .numbers = { 3 } } };
	const struct area area = { 0, 0, 10, 10 };
	const struct tally_key turned[] = { { .numbers = { 3 } },
		                            { .numbers = { 1 } },
		                            { .numbers = { 2 } } };
	struct overview_cursor cursor = { 0 };
	overview_cursor_note(&cursor, 2, area, keys, 3);
	overview_cursor_turn(&cursor, 1);
	cr_expect(overview_cursor_is_on(&cursor, 0, 0), "there is only one panel");
	overview_cursor_begin(&cursor);
	overview_cursor_note(&cursor, 0, area, keys, 3);
	overview_cursor_move(&cursor, 1);
	cr_expect(overview_cursor_is_on(&cursor, 0, 1));
	overview_cursor_begin(&cursor);
	overview_cursor_note(&cursor, 0, area, turned, 3);
	cr_expect(overview_cursor_is_on(&cursor, 0, 2));
	overview_cursor_begin(&cursor);
	overview_cursor_note(&cursor, 0, area, turned, 2);
	overview_cursor_note(&cursor, 4, area, keys, 0);
	overview_cursor_note(&cursor, 3, area, keys, 1);
	cr_expect(overview_cursor_is_on(&cursor, 0, 1), "who is gone leaves its place");
	overview_cursor_turn(&cursor, 1);
	cr_expect(overview_cursor_is_on(&cursor, 3, 0), "panels without rows are passed over");
	overview_cursor_turn(&cursor, 1);
	cr_expect(overview_cursor_is_on(&cursor, 3, 0));
	overview_cursor_move(&cursor, -1);
	cr_expect(overview_cursor_is_on(&cursor, 0, 1));
}

Test(overview, what_is_selected_but_not_drawn_has_no_filter) {
	struct canvas wide = drawn_canvas(80, 19, false);
	struct canvas small = drawn_canvas(40, 6, false);
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	draw_with(&wide, overview, &cursor);
	overview_cursor_turn(&cursor, 1);
	draw_with(&small, overview, &cursor);
	cr_expect_eq(cursor.panel, OVERVIEW_PEERS);
	char *text = filter_of(&cursor, overview);
	cr_expect_str_eq(text, "");
	free(text);
	overview_destroy(overview);
	canvas_finish(&wide);
	canvas_finish(&small);
}

Test(overview, a_click_selects_the_row_that_is_there) {
	struct canvas canvas = drawn_canvas(80, 19, false);
	struct overview *overview = overview_create();
	struct overview_cursor cursor = { 0 };
	draw_with(&canvas, overview, &cursor);
	cr_assert(overview_cursor_point(&cursor, 45, 2));
	cr_expect(overview_cursor_is_on(&cursor, OVERVIEW_PEERS, 1));
	cr_assert(overview_cursor_point(&cursor, 0, 16));
	cr_expect(overview_cursor_is_on(&cursor, OVERVIEW_LISTENERS, 3));
	cr_expect_not(overview_cursor_point(&cursor, 0, 0), "a heading");
	cr_expect_not(overview_cursor_point(&cursor, 0, 18), "an empty line");
	cr_expect_not(overview_cursor_point(&cursor, -1, -1));
	cr_expect_not(overview_cursor_point(&cursor, 5000, 5000));
	cr_expect(overview_cursor_is_on(&cursor, OVERVIEW_LISTENERS, 3));
	overview_destroy(overview);
	canvas_finish(&canvas);
}
