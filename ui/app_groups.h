#pragma once
/* What keys do with groups. For the files of the app only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "group.h"

struct app;

/* What Esc goes back to from the filter of a group. Zero-initialise it. */
struct app_groups {
	char *before;       /* the filter as it was typed; NULL: there is nothing to go back to */
	char *entered;      /* that of the group, likewise */
	struct group_by by; /* what was grouped by */
	uint64_t serial;    /* of the row */
};

void app_groups_finish(struct app_groups *groups);

/* Before the table is made anew. */
void app_groups_refresh(struct app *app);

void app_groups_toggle_tree(struct app *app);
void app_groups_fold_all(struct app *app);

/* Each is false, and did nothing, if it is not for a row as the selected one. */
bool app_groups_fold(struct app *app); /* opens or closes */
bool app_groups_set_open(struct app *app, bool open);
bool app_groups_leave(struct app *app); /* closes, or goes to the group around */
bool app_groups_enter(struct app *app); /* filters to the group */
bool app_groups_back(struct app *app);  /* from that filter */

/* The menu of what to group by. */
void app_groups_fill_menu(struct app *app);
void app_groups_choose(struct app *app, size_t index);
void app_groups_add(struct app *app, size_t index); /* within the groups that there are */
