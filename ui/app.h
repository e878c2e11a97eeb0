#pragma once
/* The live view without terminal, clock and processes: keys and frames go in, a canvas comes out.
 * What it cannot do by itself it wishes for. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act_plan.h"
#include "filter.h"
#include "mouse.h"
#include "session.h"
#include "view.h"

struct app;
struct canvas;
struct frame;
struct group_by;
struct settings;
struct timeline;

struct app_setup {
	const struct filter *filter;     /* of the command line; borrowed */
	const struct view *view;         /* its columns and sort keys; borrowed */
	const struct group_by *groups;   /* what is grouped by at first; borrowed; NULL: nothing */
	const struct settings *settings; /* copied; NULL: as they are without a configuration */
	const char *fault; /* of the configuration, until a key is pressed; NULL: none */
	uint64_t delay_ns; /* between looks; 0: as the settings, or the recording, say */
	bool host_names;
	struct session session; /* what must not be ended without a second thought */
	bool can_act;           /* app_act_plan() can be carried out */
	bool is_live;           /* false: a recording is shown */
	bool has_hosts;         /* the sockets are of several machines */
	bool can_seek;          /* and one can go to and fro in it */
};

struct app *app_create(const struct app_setup *setup);
void app_destroy(struct app *app);

/* A look that was not seen before; borrowed until the next one. */
void app_take_frame(struct app *app, const struct frame *frame);

/* No look could be had: why, one line, until the next frame. */
void app_take_trouble(struct app *app, const char *text);

/* The feed has ended: there will be no more frames. */
void app_take_end(struct app *app);

/* A key (enum key), pressed at that time, monotonic. */
void app_press(struct app *app, int key, uint64_t now_ns);

/* The mouse; where it was, may be anywhere. */
void app_click(struct app *app, const struct mouse *mouse, uint64_t now_ns);

/* Processor time that the screen took for the latest frame, for the budget. */
void app_note_cost(struct app *app, uint64_t cost_ns);

/* Descriptors for poll() that say when names have arrived; app_take_names() then takes them. */
enum { APP_FD_COUNT = 2 };
void app_fds(const struct app *app, int fds[APP_FD_COUNT]);
void app_take_names(struct app *app);

/* The whole screen, of the canvas's size. */
void app_draw(struct app *app, struct canvas *canvas, uint64_t now_ns);

/* True if the screen would be another than at the last app_draw(). */
bool app_is_dirty(const struct app *app);

/* The screen must be drawn anew, whatever the app knows. */
void app_touch(struct app *app);

/* When something that is shown for a while must go, monotonic; 0: nothing does. */
uint64_t app_expires_ns(const struct app *app);

/* What is to be asked of the feed: how often (0: not at all, it is paused or has ended) and what,
 * enum sock_need. */
uint64_t app_period_ns(const struct app *app);
uint32_t app_needs(const struct app *app);

/* The moments of a recording, for the caller to add to (struct feed). */
struct timeline *app_timeline(struct app *app);

/* The moment of a recording that is to be asked for at once, whether or not a look is due; none is
 * left afterwards. */
#define APP_GOAL_NONE SIZE_MAX
#define APP_GOAL_NEXT (SIZE_MAX - 1) /* whichever that is */
size_t app_take_goal(struct app *app);

/* What a key asked for that is not the app's to do; none is left afterwards. */
enum app_wish {
	APP_WISH_NONE,
	APP_WISH_QUIT,
	APP_WISH_SUSPEND,
	APP_WISH_REDRAW,
	APP_WISH_ACT,  /* app_act_plan() has the deeds; app_take_results() awaits what came of them
	                */
	APP_WISH_COPY, /* app_copy() has the bytes */
	APP_WISH_SETTINGS, /* app_settings() are others */
};
enum app_wish app_take_wish(struct app *app);
const struct settings *app_settings(const struct app *app);
const struct act_plan *app_act_plan(const struct app *app);
void app_take_results(struct app *app, const struct act_result *results, size_t count,
                      uint64_t now_ns);
const char *app_copy(const struct app *app, size_t *length);
