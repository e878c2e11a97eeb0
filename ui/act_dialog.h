#pragma once
/* What F9 asks before anything is done, and tells afterwards: every socket with what is to be done
 * to it, or what came of that. Pure. */

#include <stdbool.h>

#include "act_plan.h"
#include "canvas.h"

/* More sockets than these are only touched by somebody who types how many there are. */
enum { ACT_DIALOG_MANY = 10 };

enum act_stage {
	ACT_STAGE_ASK,
	ACT_STAGE_ASK_AGAIN, /* for what is dangerous */
	ACT_STAGE_WAIT,      /* it was ordered */
	ACT_STAGE_TOLD,
};

enum act_event {
	ACT_EVENT_NONE,
	ACT_EVENT_GO,  /* it is confirmed: the deeds of the plan are to be done */
	ACT_EVENT_END, /* the dialog is to be closed */
};

/* Zero-initialise it; act_dialog_finish() frees it. */
struct act_dialog {
	struct act_plan plan;
	enum act_stage stage;
	char typed[8]; /* digits, ended by NUL */
	bool is_wrong; /* they were another number */
	int scroll;
	int lines, height; /* of the last drawing */
};

/* Takes the plan, which is settled. */
void act_dialog_open(struct act_dialog *dialog, struct act_plan *plan);
void act_dialog_finish(struct act_dialog *dialog);

/* What came of the deeds of the plan, one for each. */
void act_dialog_tell(struct act_dialog *dialog, const struct act_result *results);

enum act_event act_dialog_key(struct act_dialog *dialog, int key);
void act_dialog_draw(struct act_dialog *dialog, struct canvas *canvas, struct area area);
