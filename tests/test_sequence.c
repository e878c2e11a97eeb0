/* Sequences of terminals: whole, in pieces, and what only looks like one. */

#include <criterion/criterion.h>
#include <string.h>

#include "sequence.h"
#include "util.h"

/* How the last of these bytes ends it; all before it go on. */
static enum sequence_event feed(struct sequence *sequence, const char *bytes) {
	for (; bytes[1]; bytes++)
		cr_assert_eq(sequence_take(sequence, (unsigned char)*bytes), SEQUENCE_MORE, "%s",
		             bytes);
	return sequence_take(sequence, (unsigned char)*bytes);
}

Test(sequence, it_goes_on_until_it_is_whole) {
	static const char *const wholes[] = {
		"[A",
		"[1;5C",
		"[<0;10;20M",
		"[?62;22c",
		"OA",
		"]11;rgb:0/0/0\x07",
		"]11;rgb:ffff/0/80\x1b\\",
		"]52;c;\x07",
		"[200~",
		"[ q",
		"]0;a title; and more\x1b\\",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(wholes); i++) {
		struct sequence sequence = { .length = 0 };
		cr_expect_eq(feed(&sequence, wholes[i]), SEQUENCE_WHOLE, "%s", wholes[i]);
		cr_expect_not(sequence_has_begun(&sequence));
	}
}

Test(sequence, what_does_not_go_on_so_is_looked_at_by_itself) {
	static const char *const broken[] = {
		"q",  "\x1b", "\x07", "[\x1b",   "[1\x07",  "[\x80",    "O\x1b",
		"]q", "];",   "]1q",  "]1\x1bq", "]1;\x80", "[1;5\xff", "]1;a\n",
	};
	for (size_t i = 0; i < ARRAY_LENGTH(broken); i++) {
		struct sequence sequence = { .length = 0 };
		cr_expect_eq(feed(&sequence, broken[i]), SEQUENCE_BROKEN, "%zu", i);
		cr_expect_not(sequence_has_begun(&sequence));
	}
}

Test(sequence, no_key_of_curses_is_part_of_one) {
	struct sequence sequence = { .length = 0 };
	cr_expect_eq(feed(&sequence, "[1"), SEQUENCE_MORE);
	cr_expect_eq(sequence_take(&sequence, 0x103), SEQUENCE_BROKEN);
	cr_expect_eq(sequence_take(&sequence, 0x15b), SEQUENCE_BROKEN);
}

Test(sequence, one_without_an_end_ends) {
	static const char *const starts[] = { "[", "]1;" };
	for (size_t i = 0; i < ARRAY_LENGTH(starts); i++) {
		struct sequence sequence = { .length = 0 };
		int taken = 0;
		feed(&sequence, starts[i]);
		while (sequence_take(&sequence, '1') == SEQUENCE_MORE && taken < 10000)
			taken++;
		cr_expect_leq(taken, SEQUENCE_LONGEST);
		cr_expect_not(sequence_has_begun(&sequence));
	}
}

static bool read_mouse(const char *bytes, struct mouse *mouse) {
	struct sequence sequence = { .length = 0 };
	cr_assert_eq(feed(&sequence, bytes), SEQUENCE_WHOLE, "%s", bytes);
	return sequence_mouse(&sequence, mouse);
}

Test(sequence, the_mouse_clicks_and_its_wheel_turns) {
	static const struct {
		const char *bytes;
		struct mouse is;
	} cases[] = {
		{ "[<0;1;1M", { MOUSE_CLICK, 0, 0 } },
		{ "[<0;120;30M", { MOUSE_CLICK, 119, 29 } },
		{ "[<64;2;3M", { MOUSE_WHEEL_UP, 1, 2 } },
		{ "[<65;65535;65535M", { MOUSE_WHEEL_DOWN, 65534, 65534 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct mouse mouse = { MOUSE_CLICK, -1, -1 };
		cr_expect(read_mouse(cases[i].bytes, &mouse), "%s", cases[i].bytes);
		cr_expect_eq(mouse.kind, cases[i].is.kind);
		cr_expect_eq(mouse.x, cases[i].is.x);
		cr_expect_eq(mouse.y, cases[i].is.y);
	}
}

Test(sequence, what_else_comes_of_a_mouse_is_passed_over) {
	static const char *const others[] = {
		"[<0;1;1m",     "[<2;1;1M",  "[<32;1;1M",  "[<16;1;1M", "[<0;0;1M",  "[<0;1;0M",
		"[<0;65536;1M", "[<0;1M",    "[<0;1;1;1M", "[<;1;1M",   "[<0;-1;1M", "[<M",
		"[0;1;1M",      "[<0;1;1 M", "[<0:1;1;1M", "[M",        "OM",        "]0;1;1M\x07",
	};
	struct mouse mouse = { MOUSE_CLICK, 7, 7 };
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		cr_expect_not(read_mouse(others[i], &mouse), "%s", others[i]);
}

Test(sequence, the_background_is_told_in_any_number_of_digits) {
	static const struct {
		const char *bytes;
		bool is_known;
		uint32_t rgb[3];
	} cases[] = {
		{ "]11;rgb:0000/8000/ffff\x07", true, { 0, 0x8000, 0xffff } },
		{ "]11;rgb:00/80/ff\x1b\\", true, { 0, 0x8080, 0xffff } },
		{ "]11;rgb:0/8/F\x07", true, { 0, 0x8888, 0xffff } },
		{ "]11;rgba:ffff/ffff/ffff/0000\x07", true, { 0xffff, 0xffff, 0xffff } },
		{ "]11;rgb:fff/fff/fff\x07", true, { 0xfff0, 0xfff0, 0xfff0 } },
		{ "]11;rgb:00000/0/0\x07", false, { 0 } },
		{ "]11;rgb:0/0\x07", false, { 0 } },
		{ "]11;rgb://\x07", false, { 0 } },
		{ "]11;rgb:0/0/0q\x07", false, { 0 } },
		{ "]11;?\x07", false, { 0 } },
		{ "]10;rgb:0/0/0\x07", false, { 0 } },
		{ "]11;rgb:\x07", false, { 0 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sequence sequence = { .length = 0 };
		uint32_t rgb[3] = { 0 };
		cr_assert_eq(feed(&sequence, cases[i].bytes), SEQUENCE_WHOLE);
		cr_expect_eq(sequence_background(&sequence, rgb), cases[i].is_known, "%s",
		             cases[i].bytes);
		for (int part = 0; part < 3; part++)
			cr_expect_leq(rgb[part] > cases[i].rgb[part]
			                  ? rgb[part] - cases[i].rgb[part]
			                  : cases[i].rgb[part] - rgb[part],
			              0x10, "%s: %x", cases[i].bytes, rgb[part]);
	}
}

Test(sequence, what_the_terminal_is_ends_the_waiting) {
	static const struct {
		const char *bytes;
		bool is;
	} cases[] = { { "[?62;22c", true }, { "[?c", true }, { "[c", false }, { "[?1h", false } };
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sequence sequence = { .length = 0 };
		feed(&sequence, cases[i].bytes);
		cr_expect_eq(sequence_is_attributes(&sequence), cases[i].is, "%s", cases[i].bytes);
	}
}
