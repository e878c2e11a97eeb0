/* One way leads to ACT_EVENT_GO: through every question, each answered by a key of its own. Any
 * other key but those that scroll does nothing, or leads back. Enter, which chose in the menu, ends
 * a number but is no answer, so that no key that is held down passes from one question to the next.
 */

#include "act_dialog.h"

#include <stdio.h>
#include <string.h>

#include "key.h"
#include "out.h"
#include "page.h"
#include "util.h"

void act_dialog_open(struct act_dialog *dialog, struct act_plan *plan) {
	act_dialog_finish(dialog);
	dialog->plan = *plan;
	*plan = (struct act_plan){ 0 };
}

void act_dialog_finish(struct act_dialog *dialog) {
	act_plan_finish(&dialog->plan);
	*dialog = (struct act_dialog){ 0 };
}

void act_dialog_tell(struct act_dialog *dialog, const struct act_result *results) {
	struct act_plan *plan = &dialog->plan;
	if (plan->deed_count > 0)
		memcpy(plan->results, results, plan->deed_count * sizeof(*results));
	dialog->stage = ACT_STAGE_TOLD;
}

/* Rows that something is to be done to. */
static size_t touched(const struct act_dialog *dialog) {
	size_t count = 0;
	for (size_t i = 0; i < dialog->plan.row_count; i++)
		count += dialog->plan.rows[i].count > 0;
	return count;
}

static bool is_many(const struct act_dialog *dialog) {
	return touched(dialog) > ACT_DIALOG_MANY;
}

static bool asks_for_number(const struct act_dialog *dialog) {
	return dialog->stage == ACT_STAGE_ASK && is_many(dialog);
}

static enum act_event confirm(struct act_dialog *dialog) {
	if (dialog->stage == ACT_STAGE_ASK && act_plan_dangers(&dialog->plan) != 0) {
		dialog->stage = ACT_STAGE_ASK_AGAIN;
		return ACT_EVENT_NONE;
	}
	dialog->stage = ACT_STAGE_WAIT;
	return ACT_EVENT_GO;
}

static enum act_event enter_number(struct act_dialog *dialog) {
	uint64_t number = 0;
	const bool is_number =
	    util_parse_number(dialog->typed, strlen(dialog->typed), SIZE_MAX, &number);
	if (is_number && number == touched(dialog))
		return confirm(dialog);
	dialog->is_wrong = dialog->typed[0] != '\0';
	dialog->typed[0] = '\0';
	return ACT_EVENT_NONE;
}

static enum act_event type_number(struct act_dialog *dialog, int key) {
	const size_t length = strlen(dialog->typed);
	if (key == KEY_CODE_ENTER)
		return enter_number(dialog);
	if (key == KEY_CODE_BACKSPACE && length > 0)
		dialog->typed[length - 1] = '\0';
	if (key >= '0' && key <= '9' && length + 1 < sizeof(dialog->typed)) {
		dialog->typed[length] = (char)key;
		dialog->typed[length + 1] = '\0';
	}
	return ACT_EVENT_NONE;
}

static enum act_event answer(struct act_dialog *dialog, int key) {
	if (asks_for_number(dialog))
		return type_number(dialog, key);
	if (dialog->plan.deed_count == 0)
		return key == KEY_CODE_ENTER ? ACT_EVENT_END : ACT_EVENT_NONE;
	return key == (dialog->stage == ACT_STAGE_ASK ? 'y' : 'Y') ? confirm(dialog)
	                                                           : ACT_EVENT_NONE;
}

/* True if the key scrolls. */
static bool scroll(struct act_dialog *dialog, int key) {
	const int page = dialog->height > 1 ? dialog->height : 1;
	const int step = key == KEY_CODE_UP || key == 'k'     ? -1
	                 : key == KEY_CODE_DOWN || key == 'j' ? 1
	                 : key == KEY_CODE_PAGE_UP            ? -page
	                 : key == KEY_CODE_PAGE_DOWN          ? page
	                 : key == KEY_CODE_HOME               ? -dialog->lines
	                 : key == KEY_CODE_END                ? dialog->lines
	                                                      : 0;
	dialog->scroll = page_clamp(dialog->scroll + step, dialog->lines, dialog->height);
	return step != 0;
}

/* While it is waited for, nothing can be taken back, but it can be left. */
enum act_event act_dialog_key(struct act_dialog *dialog, int key) {
	if (scroll(dialog, key))
		return ACT_EVENT_NONE;
	if (key == KEY_CODE_ESCAPE || key == 'q' || key == 'n')
		return ACT_EVENT_END;
	switch (dialog->stage) {
	case ACT_STAGE_ASK:
	case ACT_STAGE_ASK_AGAIN:
		return answer(dialog, key);
	case ACT_STAGE_WAIT:
		return ACT_EVENT_NONE;
	case ACT_STAGE_TOLD:
		return key == KEY_CODE_ENTER ? ACT_EVENT_END : ACT_EVENT_NONE;
	}
	return ACT_EVENT_NONE;
}

static enum style style_of(const struct act_dialog *dialog, const struct act_row *row) {
	const enum act_outcome outcome = act_plan_outcome(&dialog->plan, row);
	if (outcome == ACT_OUTCOME_PLANNED)
		return STYLE_TEXT;
	if (outcome == ACT_OUTCOME_DONE)
		return STYLE_GOOD;
	return act_outcome_is_good(outcome) ? STYLE_FAINT : STYLE_ERROR;
}

static void put_danger(struct page *page, const struct act_row *row) {
	static const struct {
		enum act_danger danger;
		const char *text; /* marked with N_ */
	} dangers[] = {
		{ ACT_DANGER_LISTENER, N_("! it waits for peers, who will find nobody") },
		{ ACT_DANGER_SESSION, N_("! this very session hangs on it") },
	};
	for (size_t i = 0; row->count > 0 && i < ARRAY_LENGTH(dangers); i++) {
		if (!(row->dangers & dangers[i].danger))
			continue;
		page_text(page, 3, page->area.width, STYLE_WARNING, _(dangers[i].text));
		page_next(page);
	}
}

static void put_row(struct page *page, const struct act_dialog *dialog, const struct act_row *row) {
	struct out out;
	page_wrap(page, 1, STYLE_STRONG, row->socket, strlen(row->socket));
	out_init(&out, OUT_MEMORY);
	if (dialog->plan.order.kind == ACT_CLOSE)
		out_printf(&out, "%s: ", row->owners);
	act_plan_write_result(&out, &dialog->plan, row);
	page_wrap(page, 3, style_of(dialog, row), out.bytes, out.used);
	out_finish(&out);
	if (dialog->stage != ACT_STAGE_TOLD)
		put_danger(page, row);
}

/* Returns how many lines there are. */
static int put_rows(const struct act_dialog *dialog, struct canvas *canvas, struct area area,
                    int from) {
	struct page page = { .canvas = canvas, .area = area, .scroll = from };
	for (size_t i = 0; i < dialog->plan.row_count; i++)
		put_row(&page, dialog, &dialog->plan.rows[i]);
	return page.line;
}

static void write_title(const struct act_dialog *dialog, struct out *out) {
	const struct act_plan *plan = &dialog->plan;
	if (dialog->stage == ACT_STAGE_TOLD)
		act_plan_write_summary(out, plan);
	else if (plan->order.kind == ACT_CLOSE)
		out_count(out, _("Close %llu socket"), _("Close %llu sockets"), touched(dialog));
	else
		out_count(out, _("Signal those who hold %llu socket"),
		          _("Signal those who hold %llu sockets"), touched(dialog));
}

static void write_question(const struct act_dialog *dialog, struct out *out) {
	if (asks_for_number(dialog)) {
		out_printf(out,
		           dialog->is_wrong ? _("That is not how many they are. Type %zu, then "
		                                "Enter; Esc: leave it: %s")
		                            : _("They are many: type %zu, then Enter, to go on; "
		                                "Esc: leave it: %s"),
		           touched(dialog), dialog->typed);
	} else if (dialog->plan.deed_count == 0) {
		out_text(out, _("There is nothing that can be done. Enter, Esc: back"));
	} else {
		out_text(out, dialog->stage == ACT_STAGE_ASK
		                  ? _("y: do it   Esc, n: leave it")
		                  : _("Really? See what is marked with !   Y (capital): do it   "
		                      "Esc, n: leave it"));
	}
}

static void write_bottom(const struct act_dialog *dialog, struct out *out) {
	switch (dialog->stage) {
	case ACT_STAGE_ASK:
	case ACT_STAGE_ASK_AGAIN:
		write_question(dialog, out);
		break;
	case ACT_STAGE_WAIT:
		out_text(out, _("It is being done ..."));
		break;
	case ACT_STAGE_TOLD:
		out_text(out, _("Enter, Esc: back"));
		break;
	}
}

/* Returns the columns that it takes. */
static int put_line(const struct act_dialog *dialog, struct canvas *canvas, struct area area,
                    enum style style,
                    void (*write)(const struct act_dialog *dialog, struct out *out)) {
	struct out out;
	out_init(&out, OUT_MEMORY);
	write(dialog, &out);
	canvas_fill(canvas, area, style);
	const int width =
	    canvas_put(canvas, area.x + 1, area.y, area.width - 1, style, out.bytes, out.used);
	out_finish(&out);
	return 1 + width;
}

void act_dialog_draw(struct act_dialog *dialog, struct canvas *canvas, struct area area) {
	const struct area nowhere = { area.x, area.y, area.width, 0 };
	const struct area bottom = area_take_bottom(&area, 1);
	const struct area title = area_take_top(&area, 1);
	canvas_fill(canvas, area, STYLE_TEXT);
	const int taken = put_line(dialog, canvas, title, STYLE_HEADING, write_title);
	dialog->height = area.height;
	dialog->lines = put_rows(dialog, canvas, nowhere, 0);
	scroll(dialog, KEY_CODE_NONE);
	put_rows(dialog, canvas, area, dialog->scroll);
	page_draw_more(canvas, title, taken, dialog->lines - dialog->height - dialog->scroll);
	put_line(dialog, canvas, bottom,
	         dialog->stage == ACT_STAGE_ASK_AGAIN ? STYLE_ERROR : STYLE_STRONG, write_bottom);
}
