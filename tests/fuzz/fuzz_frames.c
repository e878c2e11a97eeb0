/* Looks of any content, one after another, and keys in between: every frame that is made of them is
 * summed up, shown on a small canvas, and given back as the feeds do. The input is a row of steps,
 * each a byte that says what it is: a moment of its own, the moment before with four bytes of it
 * changed, so that a socket lives on, or keys.
 *
 * Names and files are left out: no name server is asked and nothing is written. */

#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "canvas.h"
#include "export.h"
#include "filter.h"
#include "frame_make.h"
#include "key.h"
#include "life.h"
#include "lookup.h"
#include "namer.h"
#include "replay.h"
#include "replay_source.h"
#include "util.h"

struct scene {
	struct filter filter;
	struct view view;
	struct app *app;
	struct canvas canvas;
	struct life life;
	struct frame frames[2];
	const struct frame *last;
	uint64_t now_ns;
	unsigned char *moment; /* aligned for any number */
	size_t moment_length;
};

struct input {
	const uint8_t *bytes;
	size_t left;
};

/* In the place of namer.c, lookup.c and export.c. */

struct namer *namer_create(void) {
	return NULL;
}

void namer_destroy(struct namer *namer) {
	(void)namer;
}

const char *namer_host(struct namer *namer, enum sock_family family, const uint8_t address[16]) {
	(void)namer;
	(void)family;
	return address[3] & 1 ? "a\033[2J\xe2\x80\xae\xff" : NULL;
}

const char *namer_port(struct namer *namer, enum sock_protocol protocol, uint32_t port) {
	(void)namer;
	(void)protocol;
	return port & 1 ? "ww\n\xe4\xb8\x96" : NULL;
}

int namer_fd(const struct namer *namer) {
	(void)namer;
	return -1;
}

void namer_take(struct namer *namer) {
	(void)namer;
}

struct lookup *lookup_create(void) {
	return NULL;
}

void lookup_destroy(struct lookup *lookup) {
	(void)lookup;
}

void lookup_ask(struct lookup *lookup, const char *const *names, size_t count, unsigned delay_ms) {
	(void)lookup;
	(void)names;
	(void)count;
	(void)delay_ms;
}

int lookup_fd(const struct lookup *lookup) {
	(void)lookup;
	return -1;
}

bool lookup_take(struct lookup *lookup, struct resolve_host **hosts, size_t *count) {
	(void)lookup;
	(void)hosts;
	(void)count;
	return false;
}

void lookup_free(struct resolve_host *hosts, size_t count) {
	(void)count;
	assert(!hosts);
}

char *export_rows(const char *path, const struct frame *frame, const struct table *table,
                  const struct view *view) {
	(void)table;
	(void)view;
	assert(frame);
	return xasprintf("%s", path);
}

static uint8_t take_number(struct input *input) {
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->bytes++;
}

static size_t take_length(struct input *input) {
	const size_t low = take_number(input);
	const size_t wanted = low | (size_t)take_number(input) << 8;
	return wanted < input->left ? wanted : input->left;
}

/* Also back, and never. */
static void pass_time(struct scene *scene, uint8_t code) {
	static const uint64_t steps[] = {
		UINT64_C(1000000000),
		0,
		1,
		UINT64_C(100000000),
		UINT64_MAX / 2,
		UINT64_MAX,
		UINT64_C(60000000000),
		UINT64_MAX - 999999999,
	};
	scene->now_ns += steps[code % ARRAY_LENGTH(steps)];
}

static void check_canvas(const struct canvas *canvas) {
	for (int i = 0; i < canvas->width * canvas->height; i++) {
		assert(canvas->cells[i].length <= CELL_BYTES);
		assert(canvas->cells[i].style < STYLE_COUNT);
	}
}

static void draw(struct scene *scene) {
	canvas_clear(&scene->canvas, scene->canvas.width, scene->canvas.height);
	app_draw(scene->app, &scene->canvas, scene->now_ns);
	check_canvas(&scene->canvas);
}

/* A frame that was given back is filled anew, as feed_thread.c does. */
static void look(struct scene *scene) {
	struct frame *frame = &scene->frames[scene->last == &scene->frames[0] ? 1 : 0];
	struct replay *replay = replay_open(scene->moment, scene->moment_length);
	struct source source = replay_source(replay);
	source.monotonic_ns = scene->now_ns;
	frame_make(frame, scene->last, &scene->life, &source, app_needs(scene->app));
	replay_close(replay);
	scene->last = frame;
	for (size_t i = 0; i < frame->snapshot.count; i++)
		assert(frame->snapshot.socks[i].life);
	app_take_frame(scene->app, frame);
}

static void take_moment(struct scene *scene, struct input *input) {
	const size_t length = take_length(input);
	free(scene->moment);
	scene->moment = xmalloc(length + 1);
	memcpy(scene->moment, input->bytes, length);
	scene->moment_length = length;
	input->bytes += length;
	input->left -= length;
	look(scene);
}

/* What is in the middle of a message is mostly a counter. */
static void take_change(struct scene *scene, struct input *input) {
	const size_t low = take_number(input);
	size_t at = low | (size_t)take_number(input) << 8;
	for (size_t i = 0; i < 4; i++) {
		const uint8_t byte = take_number(input);
		if (scene->moment_length > 0)
			scene->moment[(at + i) % scene->moment_length] = byte;
	}
	look(scene);
}

static int key_of(uint8_t byte) {
	if (byte < 0x80)
		return byte;
	if (byte < 0x80 + KEY_CODE_COUNT - KEY_CODE_UP)
		return KEY_CODE_UP + (byte - 0x80);
	return byte < 0xf0 ? 0x4e00 + byte : 0x300 + byte;
}

static void press(struct scene *scene, struct input *input) {
	size_t length = 0;
	const size_t wanted = take_number(input) % 32;
	for (size_t i = 0; i < wanted && input->left > 0; i++)
		app_press(scene->app, key_of(take_number(input)), scene->now_ns);
	if (app_take_wish(scene->app) == APP_WISH_COPY)
		assert(app_copy(scene->app, &length));
}

static void click(struct scene *scene, struct input *input) {
	const struct mouse mouse = { (enum mouse_kind)(take_number(input) % 3), take_number(input),
		                     take_number(input) };
	app_click(scene->app, &mouse, scene->now_ns);
}

static void resize(struct scene *scene, struct input *input) {
	const int width = take_number(input) + 1, height = take_number(input) % 64 + 1;
	canvas_clear(&scene->canvas, width, height);
}

static void take_step(struct scene *scene, struct input *input) {
	enum { MOMENT, CHANGE, PRESS, RESIZE, CLICK, KINDS };
	const uint8_t step = take_number(input);
	pass_time(scene, step >> 3);
	switch (step % 8 % KINDS) {
	case MOMENT:
		take_moment(scene, input);
		break;
	case CHANGE:
		take_change(scene, input);
		break;
	case PRESS:
		press(scene, input);
		break;
	case RESIZE:
		resize(scene, input);
		break;
	case CLICK:
		click(scene, input);
		break;
	}
	draw(scene);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct input input = { data, size };
	if (size < 2 || !setlocale(LC_CTYPE, "C.UTF-8"))
		return 0;
	setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* W is one of the keys */
	const uint8_t choice = take_number(&input);
	struct scene scene = { .filter = filter_all(), .now_ns = UINT64_C(1000000000000) };
	const struct app_setup setup = {
		.filter = &scene.filter,
		.view = &scene.view,
		.delay_ns = UINT64_C(1000000000),
		.host_names = choice & 2,
		.is_live = choice & 4,
	};
	scene.app = app_create(&setup);
	canvas_init(&scene.canvas, 80, 24, choice & 1);
	while (input.left > 0)
		take_step(&scene, &input);
	app_destroy(scene.app);
	canvas_finish(&scene.canvas);
	for (size_t i = 0; i < ARRAY_LENGTH(scene.frames); i++)
		frame_finish(&scene.frames[i]);
	filter_finish(&scene.filter);
	free(scene.moment);
	return 0;
}
