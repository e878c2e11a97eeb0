/* What can be done with a recording, and the line that shows where in it one is. The moments keep
 * their distances unless a delay was asked for; a step, a jump and scrubbing are a goal, which the
 * feed is asked for as soon as it has answered the question before. */

#include <stdio.h>
#include <string.h>

#include "app_state.h"
#include "frame.h"
#include "strip.h"
#include "util.h"
#include "when.h"

enum { SPEED_LEAST = -3, SPEED_MOST = 6 }; /* powers of two */

/* Less than a screen needs to be drawn makes no sense, and a gap of hours between two recordings in
 * one file would look like the end. */
static const uint64_t wait_least_ns = SECOND_NS / 50;
static const uint64_t wait_most_ns = 60 * SECOND_NS;

void app_replay_init(struct app *app) {
	app->replay.goal = app->replay.heading = APP_GOAL_NONE;
}

void app_replay_finish(struct app *app) {
	timeline_finish(&app->replay.timeline);
}

struct timeline *app_timeline(struct app *app) {
	return &app->replay.timeline;
}

size_t app_take_goal(struct app *app) {
	const size_t goal = app->replay.goal;
	app->replay.goal = APP_GOAL_NONE;
	if (goal != APP_GOAL_NONE)
		app->replay.heading = goal;
	return goal;
}

/* Histories are of looks that follow each other. */
static void forget_histories(struct app *app) {
	app->header = (struct header){ 0 };
	trails_destroy(app->trails);
	app->trails = trails_create();
	states_forget(&app->states);
	overview_destroy(app->overview);
	app->overview = overview_create();
	app->overview_states = (struct overview_states){ 0 };
}

void app_replay_take_frame(struct app *app, const struct frame *before, const struct frame *frame) {
	struct app_replay *replay = &app->replay;
	const bool follows = before && frame->moment == before->moment + 1;
	replay->heading = APP_GOAL_NONE;
	replay->distance_ns = follows && before->time_ns != 0 && frame->time_ns > before->time_ns
	                          ? frame->time_ns - before->time_ns
	                          : 0;
	app->ended = false;
	if (before && !follows)
		forget_histories(app);
}

static uint64_t at_speed(uint64_t ns, int speed) {
	return speed < 0 ? ns << -speed : ns >> speed;
}

/* Who only goes on does not know when the next moment is. It is most likely as far away as the one
 * before; a little less, so that a pipe that fell behind catches up. */
static uint64_t distance_ns(const struct app *app) {
	const struct app_replay *replay = &app->replay;
	if (!app->setup.can_seek)
		return replay->distance_ns * 7 / 8;
	const uint64_t known = timeline_distance_ns(&replay->timeline, app->frame->moment);
	return known != 0 ? known : replay->distance_ns;
}

uint64_t app_replay_period_ns(const struct app *app) {
	uint64_t ns = app->frame ? distance_ns(app) : 0;
	if (app->delay_ns != 0)
		return app->delay_ns;
	ns = ns < wait_most_ns ? ns : wait_most_ns;
	ns = at_speed(ns == 0 ? SECOND_NS / 10 : ns, app->replay.speed);
	ns = ns < wait_most_ns ? ns : wait_most_ns;
	return ns > wait_least_ns ? ns : wait_least_ns;
}

/* False, and it is said why, if there is nothing to go to and fro in. */
static bool can_go(struct app *app) {
	if (app->setup.is_live)
		app_say(app, xasprintf("%s", _("that is for recordings (--replay)")));
	else if (!app->setup.can_seek)
		app_say(app, xasprintf("%s", _("in what comes through a pipe one can only go on")));
	return app->setup.can_seek && app->frame;
}

/* Where one will be once the feed has answered. */
static size_t place(const struct app *app) {
	const struct app_replay *replay = &app->replay;
	if (replay->goal < APP_GOAL_NEXT)
		return replay->goal;
	return replay->heading < APP_GOAL_NEXT ? replay->heading : app->frame->moment;
}

static void go_to(struct app *app, size_t moment) {
	app->replay.goal = moment;
	app->dirty = true;
}

static void go_by(struct app *app, size_t step, int direction) {
	const size_t last =
	    app->replay.timeline.count > 0 ? app->replay.timeline.count - 1 : app->frame->moment;
	const size_t from = place(app);
	const size_t room = direction > 0 ? (last > from ? last - from : 0) : from;
	const size_t by = step < room ? step : room;
	if (by > 0)
		go_to(app, direction > 0 ? from + by : from - by);
}

/* The next one is there at once in any case, without those before it. */
static void step_forward(struct app *app) {
	if (app->ended)
		return;
	if (app->frame && app->setup.can_seek && place(app) != app->frame->moment)
		go_by(app, 1, 1);
	else
		go_to(app, APP_GOAL_NEXT);
}

void app_replay_step(struct app *app, int direction) {
	const bool only_on = !app->setup.is_live && direction > 0;
	if (!only_on && !can_go(app))
		return;
	app->paused = true;
	if (direction > 0)
		step_forward(app);
	else
		go_by(app, 1, -1);
}

bool app_replay_scrub(struct app *app, int direction) {
	if (!app->paused || !app->setup.can_seek || !app->frame)
		return false;
	go_by(app, strip_step(&app->replay.timeline, app->replay.strip_width), direction);
	return true;
}

struct speed_text {
	char text[16];
};

static struct speed_text speed_text(int speed) {
	struct speed_text text;
	snprintf(text.text, sizeof(text.text), speed < 0 ? "x1/%d" : "x%d",
	         1 << (speed < 0 ? -speed : speed));
	return text;
}

void app_replay_speed(struct app *app, int direction) {
	const int speed = app->replay.speed + direction;
	if (app->setup.is_live) {
		can_go(app);
		return;
	}
	app->delay_ns = 0;
	if (speed >= SPEED_LEAST && speed <= SPEED_MOST)
		app->replay.speed = speed;
	app_say(app, xasprintf(_("speed %s"), speed_text(app->replay.speed).text));
}

void app_replay_open_jump(struct app *app) {
	if (can_go(app))
		app_open_prompt(app, APP_PROMPT_JUMP);
}

void app_replay_jump(struct app *app, const char *text) {
	const struct timeline *timeline = &app->replay.timeline;
	struct when when;
	size_t moment = 0;
	if (text[0] == '\0')
		return;
	if (timeline_find(timeline, place(app), text, &moment))
		go_to(app, moment);
	else if (!timeline->is_whole && when_parse(text, strlen(text), &when))
		app_say(app, xasprintf("%s", _("that is not known yet: the recording is still "
		                               "being read through")));
	else
		app_say(app, xasprintf("%s", _("there is no such moment: 12:30, 12:30:05, +30s, "
		                               "-2m, or a number from 1 on")));
}

int app_replay_height(const struct app *app, int room) {
	enum { ROOM_MIN = 10 };
	return !app->setup.is_live && app->replay.timeline.count > 1 && room >= ROOM_MIN ? 1 : 0;
}

void app_replay_draw(struct app *app, struct canvas *canvas, struct area area) {
	const struct timeline *timeline = &app->replay.timeline;
	if (area.height < 1 || !app->frame)
		return;
	int x = 1 + canvas_printf(canvas, area.x + 1, area.y, area.width - 1, STYLE_LABEL,
	                          timeline->is_whole ? _("moment %zu of %zu")
	                                             : _("moment %zu of %zu or more"),
	                          app->frame->moment + 1, timeline->count);
	if (app->delay_ns == 0)
		x += 1 + canvas_text(canvas, area.x + x + 1, area.y, area.width - x - 1, STYLE_TEXT,
		                     speed_text(app->replay.speed).text);
	area.x += x + 1;
	area.width -= x + 2;
	app->replay.strip_width = area.width;
	strip_draw(timeline, app->frame->moment, canvas, area);
}
