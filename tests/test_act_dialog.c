/* Nothing is done that was not asked about, however the keys fall. */

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "act_dialog.h"
#include "drawn.h"
#include "key.h"
#include "out.h"
#include "session.h"
#include "sock.h"
#include "util.h"

static const struct process process = { .pid = 4242, .comm = "nc", .comm_length = 2 };
static const struct owner owner = { &process, 3 };

static struct sock sock_of(uint64_t cookie, enum sock_state state) {
	return (struct sock){
		.known = SOCK_KNOWS_COOKIE | SOCK_KNOWS_PORTS,
		.protocol = SOCK_PROTOCOL_TCP,
		.state = (uint8_t)state,
		.cookie = cookie,
		.local = { .address = { 127, 0, 0, 1 }, .port = (uint32_t)cookie },
		.ownership = SOCK_OWNERSHIP_EXACT,
		.owners = &owner,
		.owner_count = 1,
	};
}

/* Over so many connections, then so many listeners. */
static struct act_dialog open_over(enum act_kind kind, size_t connections, size_t listeners) {
	const struct act_order order = { kind, kind == ACT_SIGNAL ? SIGTERM : 0 };
	const struct session nobody = { .pid_count = 0 };
	struct act_dialog dialog = { .stage = ACT_STAGE_ASK };
	struct act_plan plan;
	act_plan_begin(&plan, &order, ACT_DANGERS_ALL);
	for (size_t i = 0; i < connections + listeners; i++) {
		const struct sock sock =
		    sock_of(1 + i, i < connections ? SOCK_STATE_ESTABLISHED : SOCK_STATE_LISTEN);
		act_plan_add(&plan, &sock, &nobody);
	}
	act_plan_settle(&plan);
	act_dialog_open(&dialog, &plan);
	return dialog;
}

/* The event of the last key. */
static enum act_event press(struct act_dialog *dialog, const char *keys) {
	enum act_event event = ACT_EVENT_NONE;
	for (; *keys; keys++) {
		cr_assert_eq(event, ACT_EVENT_NONE, "before '%c'", *keys);
		event = act_dialog_key(dialog, *keys);
	}
	return event;
}

Test(act_dialog, one_key_confirms_what_is_harmless) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 2, 0);
	cr_expect_eq(press(&dialog, "y"), ACT_EVENT_GO);
	cr_expect_eq(dialog.stage, ACT_STAGE_WAIT);
	cr_expect_eq(press(&dialog, "y"), ACT_EVENT_NONE, "it is done once");
	act_dialog_finish(&dialog);
	dialog = open_over(ACT_SIGNAL, 1, 0);
	cr_expect_eq(press(&dialog, "y"), ACT_EVENT_GO);
	act_dialog_finish(&dialog);
}

Test(act_dialog, only_that_key_confirms) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 1, 0);
	for (int key = 1; key < KEY_CODE_COUNT; key = key == 0x100 ? KEY_CODE_UP : key + 1) {
		if (key != 'y')
			cr_expect_neq(act_dialog_key(&dialog, key), ACT_EVENT_GO, "key %d", key);
	}
	cr_expect_eq(dialog.stage, ACT_STAGE_ASK);
	act_dialog_finish(&dialog);
}

Test(act_dialog, what_is_dangerous_is_asked_twice) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 1, 1);
	cr_expect_eq(press(&dialog, "y"), ACT_EVENT_NONE);
	cr_expect_eq(dialog.stage, ACT_STAGE_ASK_AGAIN);
	cr_expect_eq(press(&dialog, "Y"), ACT_EVENT_GO);
	act_dialog_finish(&dialog);
	dialog = open_over(ACT_CLOSE, 0, 1);
	press(&dialog, "y");
	cr_expect_eq(press(&dialog, "n"), ACT_EVENT_END);
	act_dialog_finish(&dialog);
}

/* Enter was pressed in the menu before, too. */
Test(act_dialog, no_key_that_is_held_down_answers_more_than_one_question) {
	static const char keys[] = { 'y', 'Y', '\n' };
	for (size_t i = 0; i < sizeof(keys); i++) {
		struct act_dialog dialog = open_over(ACT_CLOSE, 0, 1);
		for (int times = 0; times < 50; times++)
			cr_expect_neq(act_dialog_key(&dialog, keys[i]), ACT_EVENT_GO);
		act_dialog_finish(&dialog);
	}
	struct act_dialog dialog = open_over(ACT_CLOSE, 1, 0);
	cr_expect_eq(act_dialog_key(&dialog, KEY_CODE_ENTER), ACT_EVENT_NONE);
	cr_expect_eq(dialog.stage, ACT_STAGE_ASK);
	act_dialog_finish(&dialog);
}

Test(act_dialog, many_are_only_touched_by_who_knows_how_many) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 12, 0);
	cr_expect_eq(press(&dialog, "y\n\n11\n1234567890\n\n"), ACT_EVENT_NONE);
	cr_expect_eq(dialog.stage, ACT_STAGE_ASK);
	cr_expect_eq(press(&dialog, "13\177"
	                            "2\n"),
	             ACT_EVENT_GO);
	act_dialog_finish(&dialog);
	dialog = open_over(ACT_CLOSE, 12, 1);
	cr_expect_eq(press(&dialog, "13\n"), ACT_EVENT_NONE, "and it is dangerous");
	cr_expect_eq(press(&dialog, "\n\n"), ACT_EVENT_NONE);
	cr_expect_eq(press(&dialog, "Y"), ACT_EVENT_GO);
	act_dialog_finish(&dialog);
}

Test(act_dialog, where_nothing_can_be_done_nothing_is_confirmed) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 0, 0);
	cr_expect_eq(press(&dialog, "\n"), ACT_EVENT_END);
	act_dialog_finish(&dialog);
}

static void draw(struct act_dialog *dialog, struct canvas *canvas, struct out *screens) {
	canvas_clear(canvas, canvas->width, canvas->height);
	act_dialog_draw(dialog, canvas, (struct area){ 0, 0, canvas->width, canvas->height });
	canvas_write(canvas, screens);
	out_text(screens, "----\n");
}

/* The questions and the answer, one after another. */
static void draw_all(struct canvas *canvas, struct out *screens) {
	const struct act_result results[] = {
		{ ACT_OUTCOME_DONE, 0 },
		{ ACT_OUTCOME_GONE, 0 },
		{ ACT_OUTCOME_NOT_PERMITTED, 0 },
	};
	struct act_dialog dialog = open_over(ACT_CLOSE, 2, 1);
	draw(&dialog, canvas, screens);
	press(&dialog, "y");
	draw(&dialog, canvas, screens);
	press(&dialog, "Y");
	draw(&dialog, canvas, screens);
	act_dialog_tell(&dialog, results);
	draw(&dialog, canvas, screens);
	act_dialog_finish(&dialog);
	dialog = open_over(ACT_SIGNAL, 30, 0);
	draw(&dialog, canvas, screens);
	press(&dialog, "29\n");
	act_dialog_key(&dialog, KEY_CODE_END);
	draw(&dialog, canvas, screens);
	act_dialog_finish(&dialog);
}

Test(act_dialog, it_lists_what_will_happen_and_what_did) {
	for (int ascii = 0; ascii < 2; ascii++) {
		struct canvas canvas = drawn_canvas(80, 16, ascii);
		struct out screens;
		out_init(&screens, OUT_MEMORY);
		draw_all(&canvas, &screens);
		out_char(&screens, '\0');
		drawn_expect_text(&canvas, "act", screens.bytes);
		out_finish(&screens);
		canvas_finish(&canvas);
	}
}

/* Who confirms must see which one it is. */
Test(act_dialog, a_socket_with_long_ends_is_not_cut) {
	struct sock sock = sock_of(1, SOCK_STATE_ESTABLISHED);
	sock.family = SOCK_FAMILY_INET6;
	memset(sock.local.address, 0x21, sizeof(sock.local.address));
	memset(sock.peer.address, 0x32, sizeof(sock.peer.address));
	sock.peer.port = 45678;
	const struct act_order order = { ACT_CLOSE, 0 };
	const struct session nobody = { .pid_count = 0 };
	struct act_dialog dialog = { .stage = ACT_STAGE_ASK };
	struct act_plan plan;
	act_plan_begin(&plan, &order, ACT_DANGERS_ALL);
	act_plan_add(&plan, &sock, &nobody);
	act_plan_settle(&plan);
	act_dialog_open(&dialog, &plan);
	struct canvas canvas = drawn_canvas(80, 16, false);
	struct out screen;
	out_init(&screen, OUT_MEMORY);
	draw(&dialog, &canvas, &screen);
	out_char(&screen, '\0');
	cr_expect(strstr(screen.bytes, "3232:3232]:45678\n"), "%s", screen.bytes);
	out_finish(&screen);
	canvas_finish(&canvas);
	act_dialog_finish(&dialog);
}

Test(act_dialog, what_is_below_is_told_behind_the_title) {
	struct act_dialog dialog = open_over(ACT_CLOSE, 12, 0);
	struct canvas canvas = drawn_canvas(30, 5, false);
	struct out screen;
	out_init(&screen, OUT_MEMORY);
	draw(&dialog, &canvas, &screen);
	out_char(&screen, '\0');
	cr_expect_eq(strncmp(screen.bytes, " Close 12 sockets PgDn: 33 mor", 30), 0, "%s",
	             screen.bytes);
	out_finish(&screen);
	canvas_finish(&canvas);
	act_dialog_finish(&dialog);
}

Test(act_dialog, the_smallest_screen_does_no_harm) {
	for (int height = 1; height < 5; height++) {
		struct act_dialog dialog = open_over(ACT_CLOSE, 12, 3);
		struct canvas canvas = drawn_canvas(3, height, false);
		act_dialog_draw(&dialog, &canvas, (struct area){ 0, 0, 3, height });
		canvas_finish(&canvas);
		act_dialog_finish(&dialog);
	}
}
