/* Tagging sockets, and doing something to those that are tagged, or to the selected one: what there
 * is to choose from, the dialog, and the order that goes to whoever has the right to carry it out.
 */

#include <stdlib.h>

#include "app_state.h"
#include "frame.h"
#include "life.h"
#include "util.h"

void app_tag(struct app *app) {
	const struct sock *sock = table_selected(&app->table);
	if (!sock || !sock->life || app->page != APP_PAGE_TABLE)
		return;
	tags_toggle(&app->tags, sock->life->serial);
	table_move(&app->table, 1);
}

static void add(const struct app *app, struct act_plan *plan, const struct sock *sock) {
	if (!sock_life_is_gone(sock->life))
		act_plan_add(plan, sock, &app->setup.session);
}

static void add_tagged(const struct app *app, struct act_plan *plan) {
	const struct snapshot *snapshot = &app->frame->snapshot;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct sock *sock = &snapshot->socks[i];
		if (sock->life && tags_has(&app->tags, sock->life->serial))
			add(app, plan, sock);
	}
}

static void add_group(const struct app *app, struct act_plan *plan, const struct group *group) {
	for (uint32_t i = 0; i < group->count; i++)
		add(app, plan, app->table.grouped.tree.members[group->first + i]);
}

/* The tagged ones, shown or not; without any the selected one, or those of the selected group. If
 * that is not there any more nobody else is meant. */
static void add_all(const struct app *app, struct act_plan *plan) {
	const struct sock *selected = table_selected(&app->table);
	const struct group *group = table_selected_group(&app->table);
	if (app->act_serial == 0)
		add_tagged(app, plan);
	else if (app->act_serial != table_selected_serial(&app->table))
		return;
	else if (group)
		add_group(app, plan, group);
	else if (selected)
		add(app, plan, selected);
}

/* Why nothing can be done, marked with N_; NULL: something can. */
static const char *reason_against(const struct app *app) {
	const struct sock *selected = table_selected(&app->table);
	const bool is_group = table_selected_group(&app->table) != NULL;
	if (!app->setup.can_act)
		return N_("what is shown is not this machine now: nothing can be done to it");
	if (app->act_dialog.stage == ACT_STAGE_WAIT)
		return N_("what was ordered before is still being done");
	if (app->tags.count == 0 && !is_group && (!selected || sock_life_is_gone(selected->life)))
		return N_("no socket is selected");
	return NULL;
}

void app_act(struct app *app) {
	const char *reason = app->frame ? reason_against(app) : N_("no socket is selected");
	if (reason) {
		app_say(app, xasprintf("%s", _(reason)));
		return;
	}
	app->act_serial = app->tags.count > 0 ? 0 : table_selected_serial(&app->table);
	app_open_menu(app, APP_MENU_ACT);
}

/* Item 0 closes, the others are the signals. */
void app_act_fill(struct app *app) {
	const struct group *group = table_selected_group(&app->table);
	char *title = app->tags.count > 0 ? xasprintf(_("What is tagged: %zu"), app->tags.count)
	              : group             ? xasprintf(_("Sockets of the group: %u"), group->present)
	                                  : xasprintf("%s", _("The selected socket"));
	menu_open(&app->menu, title, 0);
	free(title);
	menu_add(&app->menu, _("close it from outside"));
	for (size_t i = 0; i < act_signal_count; i++) {
		char *item = xasprintf(_("%-5s to who holds it: %s"), act_signals[i].name,
		                       _(act_signals[i].help));
		menu_add(&app->menu, item);
		free(item);
	}
}

static struct act_order order_of(size_t index) {
	if (index == 0)
		return (struct act_order){ .kind = ACT_CLOSE };
	return (struct act_order){ ACT_SIGNAL, act_signals[index - 1].number };
}

static void open_dialog(struct app *app, struct act_plan *plan) {
	act_dialog_open(&app->act_dialog, plan);
	app->mode = APP_MODE_ACT;
}

/* Of the sockets as they are now. The selection may have moved on since the menu was opened: it
 * goes back to where it was. */
void app_act_choose(struct app *app, size_t index) {
	const struct act_order order = order_of(index);
	struct act_plan plan;
	act_plan_begin(&plan, &order, ACT_DANGERS_ALL);
	if (app->act_serial != 0)
		table_select_serial(&app->table, app->act_serial);
	add_all(app, &plan);
	act_plan_settle(&plan);
	if (plan.row_count == 0)
		app_say(app, xasprintf("%s", _("they are gone already")));
	else if (plan.deed_count > ACT_DEEDS_MAX)
		app_say(app, xasprintf(_("no more than %d at once; socklens kill takes more"),
		                       ACT_DEEDS_MAX));
	else
		open_dialog(app, &plan);
	act_plan_finish(&plan);
}

/* What was ordered is still needed, to tell what came of it. */
static void leave(struct app *app) {
	app_close_mode(app);
	if (app->act_dialog.stage != ACT_STAGE_WAIT)
		act_dialog_finish(&app->act_dialog);
}

void app_act_press(struct app *app, int key) {
	app->dirty = true;
	switch (act_dialog_key(&app->act_dialog, key)) {
	case ACT_EVENT_NONE:
		break;
	case ACT_EVENT_GO:
		app->wish = APP_WISH_ACT;
		tags_clear(&app->tags);
		break;
	case ACT_EVENT_END:
		leave(app);
		break;
	}
}

const struct act_plan *app_act_plan(const struct app *app) {
	return &app->act_dialog.plan;
}

/* If the dialog was left meanwhile, one line says what it would have. */
void app_take_results(struct app *app, const struct act_result *results, size_t count,
                      uint64_t now_ns) {
	struct out out;
	if (count != app->act_dialog.plan.deed_count)
		return;
	act_dialog_tell(&app->act_dialog, results);
	app->dirty = true;
	if (app->mode == APP_MODE_ACT)
		return;
	out_init(&out, OUT_MEMORY);
	act_plan_write_summary(&out, &app->act_dialog.plan);
	out_char(&out, '\0');
	app->now_ns = now_ns;
	app_say(app, out.bytes);
	act_dialog_finish(&app->act_dialog);
}
