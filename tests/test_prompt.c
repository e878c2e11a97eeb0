/* A line that is typed: characters stay whole, whatever is pasted. */

#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "out.h"
#include "prompt.h"
#include "util.h"

static void use_utf8(void) {
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

static void press(struct prompt *prompt, const int *keys, size_t count) {
	for (size_t i = 0; i < count; i++)
		prompt_key(prompt, keys[i], NULL);
}

#define PRESS(prompt, ...)                                                                         \
	press(prompt, (const int[]){ __VA_ARGS__ }, ARRAY_LENGTH(((const int[]){ __VA_ARGS__ })))

static void expect_line(const struct canvas *canvas, int y, const char *wanted) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	canvas_write_line(canvas, y, &out);
	out_char(&out, '\0');
	cr_expect_str_eq(out.bytes, wanted, "'%s' is not '%s'", out.bytes, wanted);
	out_finish(&out);
}

Test(prompt, characters_are_typed_where_the_cursor_is) {
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "ac", NULL);
	cr_expect_eq(prompt_key(&prompt, KEY_CODE_LEFT, NULL), PROMPT_NOTHING);
	cr_expect_eq(prompt_key(&prompt, 'b', NULL), PROMPT_CHANGED);
	cr_expect_str_eq(prompt.text, "abc");
	cr_expect_eq(prompt.cursor, 2);
	cr_expect_eq(prompt_key(&prompt, KEY_CODE_ENTER, NULL), PROMPT_DONE);
	cr_expect_eq(prompt_key(&prompt, KEY_CODE_ESCAPE, NULL), PROMPT_CANCELLED);
	prompt_finish(&prompt);
}

Test(prompt, characters_of_any_length_are_moved_over_and_deleted_whole) {
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "", NULL);
	PRESS(&prompt, 'a', 0xe9, 0x4e16, 0x1f600);
	cr_expect_str_eq(prompt.text, "aé世😀");
	PRESS(&prompt, KEY_CODE_BACKSPACE, KEY_CODE_LEFT, KEY_CODE_LEFT);
	cr_expect_eq(prompt.cursor, 1);
	PRESS(&prompt, KEY_CODE_DELETE);
	cr_expect_str_eq(prompt.text, "a世");
	PRESS(&prompt, KEY_CODE_RIGHT, KEY_CODE_RIGHT, KEY_CODE_RIGHT);
	cr_expect_eq(prompt.cursor, 4);
	prompt_finish(&prompt);
}

Test(prompt, bytes_that_are_no_character_count_one_by_one) {
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "a\xff\xe4\xb8", NULL);
	PRESS(&prompt, KEY_CODE_LEFT, KEY_CODE_LEFT);
	cr_expect_eq(prompt.cursor, 2);
	PRESS(&prompt, KEY_CODE_BACKSPACE);
	cr_expect_str_eq(prompt.text, "a\xe4\xb8");
	prompt_finish(&prompt);
}

Test(prompt, controls_and_what_is_no_character_are_dropped) {
	static const int keys[] = { 0,    2,         27 + 1, 31,          0x7f + 1,
		                    0x9b, 0xd800,    0xdfff, KEY_CODE_F5, KEY_CODE_INSERT,
		                    -1,   0x7fffffff };
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "x", NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		cr_expect_eq(prompt_key(&prompt, keys[i], NULL), PROMPT_NOTHING, "%d", keys[i]);
	cr_expect_str_eq(prompt.text, "x");
	prompt_finish(&prompt);
}

Test(prompt, it_does_not_grow_beyond_its_bound) {
	struct prompt prompt = { 0 };
	char *text = xcalloc(1, PROMPT_LENGTH_MAX + 10);
	memset(text, 'a', PROMPT_LENGTH_MAX - 1);
	strcpy(text + PROMPT_LENGTH_MAX - 1, "é");
	prompt_open(&prompt, text, NULL);
	cr_expect_eq(prompt.length, PROMPT_LENGTH_MAX - 1, "no half of a character");
	cr_expect_eq(prompt_key(&prompt, 0xe9, NULL), PROMPT_NOTHING);
	cr_expect_eq(prompt_key(&prompt, 'b', NULL), PROMPT_CHANGED);
	cr_expect_eq(prompt_key(&prompt, 'b', NULL), PROMPT_NOTHING);
	cr_expect_eq(prompt.length, PROMPT_LENGTH_MAX);
	prompt_finish(&prompt);
	free(text);
}

Test(prompt, keys_of_a_shell_delete_words_and_ends) {
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "tcp and port 80 ", NULL);
	PRESS(&prompt, 23);
	cr_expect_str_eq(prompt.text, "tcp and port ");
	PRESS(&prompt, 1, KEY_CODE_RIGHT, KEY_CODE_RIGHT, KEY_CODE_RIGHT, 11);
	cr_expect_str_eq(prompt.text, "tcp");
	PRESS(&prompt, KEY_CODE_LEFT, 21);
	cr_expect_str_eq(prompt.text, "p");
	cr_expect_eq(prompt_key(&prompt, 21, NULL), PROMPT_NOTHING);
	prompt_finish(&prompt);
}

Test(prompt, the_history_keeps_what_was_being_typed) {
	struct prompt_history history = { 0 };
	struct prompt prompt = { 0 };
	prompt_history_add(&history, "one");
	prompt_history_add(&history, "two");
	prompt_history_add(&history, "one");
	prompt_history_add(&history, "");
	cr_assert_eq(history.count, 2);
	prompt_open(&prompt, "thr", &history);
	PRESS(&prompt, KEY_CODE_UP);
	cr_expect_str_eq(prompt.text, "one");
	PRESS(&prompt, KEY_CODE_UP, KEY_CODE_UP);
	cr_expect_str_eq(prompt.text, "two");
	PRESS(&prompt, 'x', KEY_CODE_DOWN, KEY_CODE_DOWN, KEY_CODE_DOWN);
	cr_expect_str_eq(prompt.text, "thr");
	cr_expect_str_eq(history.lines[0], "two", "editing does not change the history");
	prompt_finish(&prompt);
	prompt_history_finish(&history);
}

Test(prompt, the_oldest_line_of_a_full_history_goes) {
	struct prompt_history history = { 0 };
	for (int i = 0; i <= PROMPT_HISTORY_MAX; i++) {
		char *line = xasprintf("%d", i);
		prompt_history_add(&history, line);
		free(line);
	}
	cr_expect_eq(history.count, PROMPT_HISTORY_MAX);
	cr_expect_str_eq(history.lines[0], "1");
	prompt_history_finish(&history);
}

static const char *three(void *context, const char *line, size_t start, size_t end, size_t index) {
	static const char *const words[] = { "pid", "port", "process" };
	(void)context;
	cr_expect_eq(end - start, 1);
	cr_expect_eq(line[start], 'p', "the word that was begun, not a candidate");
	return index < ARRAY_LENGTH(words) ? words[index] : NULL;
}

static const char *none(void *context, const char *line, size_t start, size_t end, size_t index) {
	(void)context, (void)line, (void)start, (void)end, (void)index;
	return NULL;
}

Test(prompt, tab_goes_round_the_candidates_in_both_directions) {
	const struct prompt_completer completer = { .candidate = three };
	static const struct {
		int key;
		const char *text;
	} steps[] = {
		{ KEY_CODE_TAB, "not(pid)" },         { KEY_CODE_TAB, "not(port)" },
		{ KEY_CODE_TAB, "not(process)" },     { KEY_CODE_TAB, "not(pid)" },
		{ KEY_CODE_BACKTAB, "not(process)" }, { KEY_CODE_BACKTAB, "not(port)" },
	};
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "not(p)", NULL);
	PRESS(&prompt, KEY_CODE_LEFT);
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		cr_expect_eq(prompt_key(&prompt, steps[i].key, &completer), PROMPT_CHANGED);
		cr_expect_str_eq(prompt.text, steps[i].text);
	}
	cr_expect_eq(prompt.cursor, strlen("not(port"));
	prompt_finish(&prompt);
}

Test(prompt, tab_without_a_candidate_changes_nothing) {
	const struct prompt_completer completer = { .candidate = none };
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "zzz", NULL);
	cr_expect_eq(prompt_key(&prompt, KEY_CODE_TAB, &completer), PROMPT_NOTHING);
	cr_expect_eq(prompt_key(&prompt, KEY_CODE_TAB, NULL), PROMPT_NOTHING);
	cr_expect_str_eq(prompt.text, "zzz");
	prompt_finish(&prompt);
}

Test(prompt, the_caret_stands_below_a_column_not_a_byte, .init = use_utf8) {
	struct canvas canvas;
	struct prompt prompt = { 0 };
	canvas_init(&canvas, 20, 2, false);
	prompt_open(&prompt, "世é x", NULL);
	prompt_draw(&prompt, &canvas, (struct area){ 0, 0, 20, 2 }, "f", 6);
	expect_line(&canvas, 0, "f: 世é x");
	expect_line(&canvas, 1, "       ^");
	cr_expect_eq(canvas.cursor_x, 8);
	cr_expect_eq(canvas.cursor_y, 0);
	prompt_finish(&prompt);
	canvas_finish(&canvas);
}

Test(prompt, a_long_line_scrolls_so_that_the_cursor_is_in_sight) {
	struct canvas canvas;
	struct prompt prompt = { 0 };
	canvas_init(&canvas, 8, 2, true);
	prompt_open(&prompt, "0123456789", NULL);
	prompt_draw(&prompt, &canvas, (struct area){ 0, 0, 8, 2 }, "f", 9);
	expect_line(&canvas, 0, "f: 6789");
	expect_line(&canvas, 1, "      ^");
	cr_expect_eq(canvas.cursor_x, 7);
	canvas_clear(&canvas, 8, 2);
	prompt_draw(&prompt, &canvas, (struct area){ 0, 0, 8, 2 }, "f", 2);
	expect_line(&canvas, 1, "");
	prompt_key(&prompt, KEY_CODE_HOME, NULL);
	prompt_draw(&prompt, &canvas, (struct area){ 0, 0, 8, 2 }, "f", 2);
	expect_line(&canvas, 0, "f: 01234");
	expect_line(&canvas, 1, "     ^");
	prompt_finish(&prompt);
	canvas_finish(&canvas);
}

Test(prompt, any_width_shows_the_cursor, .init = use_utf8) {
	struct prompt prompt = { 0 };
	prompt_open(&prompt, "ab世\x1b[2Jé", NULL);
	for (int width = 1; width < 20; width++) {
		struct canvas canvas;
		canvas_init(&canvas, width, 1, false);
		prompt_key(&prompt, KEY_CODE_END, NULL);
		for (int i = 0; i < 10; i++) {
			prompt_draw(&prompt, &canvas, (struct area){ 0, 0, width, 1 }, "label", 3);
			cr_expect(canvas.cursor_x >= 0 && canvas.cursor_x < width, "%d in %d",
			          canvas.cursor_x, width);
			prompt_key(&prompt, KEY_CODE_LEFT, NULL);
		}
		canvas_finish(&canvas);
	}
	prompt_finish(&prompt);
}
