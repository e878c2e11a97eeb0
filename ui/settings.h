#pragma once
/* What a person sets for the live view, from the configuration and into it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "keymap.h"
#include "theme.h"
#include "view.h"

/* In the order in which they are shown and written. */
enum setting {
	SETTING_THEME,
	SETTING_UNITS,
	SETTING_ASCII,
	SETTING_MOUSE,
	SETTING_DELAY,
	SETTING_FILTER,
	SETTING_COLUMNS,
	SETTING_COUNT,
};

/* settings_default(), settings_finish(). */
struct settings {
	struct view columns; /* of the table; without any: the default ones */
	enum theme_kind theme;
	bool bits;         /* rates in bits instead of bytes */
	bool ascii;        /* nothing but ASCII is drawn */
	bool mouse;        /* the mouse is ours, not the terminal's */
	uint64_t delay_ns; /* between looks */
	char *filter;      /* at the start; "" is none */
	struct keymap keymap;
	char *kept[SETTING_COUNT]; /* the values when they were last read or written */
};

/* Seconds between looks. */
#define SETTINGS_DELAY_LEAST_NS UINT64_C(100000000)
#define SETTINGS_DELAY_MOST_NS UINT64_C(60000000000)

struct settings settings_default(void);
struct settings settings_copy(const struct settings *settings);
void settings_finish(struct settings *settings);

/* As the configuration calls it; a sentence, marked with N_. */
const char *settings_name(enum setting setting);
const char *settings_help(enum setting setting);

/* NULL, or what is wrong with the value, marked with N_, and then nothing was changed. */
const char *settings_set(struct settings *settings, enum setting setting, const char *value);

/* Those of the view, which has some. */
void settings_set_columns(struct settings *settings, const struct view *view);

/* The value as settings_set() takes it, for the caller to free. */
char *settings_text(const struct settings *settings, enum setting setting);

/* The next of the values that it can have (`by` 1) or the one before (-1), all around. False for
 * what is typed. */
bool settings_step(struct settings *settings, enum setting setting, int by);

/* What the configuration says, of keys too. What it says wrongly is told and left out. */
void settings_take(struct settings *settings, const struct config *config,
                   struct config_faults *faults);

/* Writes into the user's own file what was changed since it was read or written, so that two
 * screens do not undo each other. As config_save(), and `told` is NULL if there was nothing to
 * write. */
bool settings_save(struct settings *settings, char **told);
