/* Each setting is a row: how its value is read and written, and what there is to choose from. */

#include "settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config_write.h"
#include "filter_sources.h"
#include "out.h"
#include "util.h"

static const char key_prefix[] = "key.";

static const char *set_theme(struct settings *settings, const char *value) {
	return theme_find(value, &settings->theme)
	           ? NULL
	           : N_("not a theme; use auto, dark, light, contrast, colour-blind or mono");
}

static char *theme_text(const struct settings *settings) {
	return xasprintf("%s", theme_name(settings->theme));
}

static void step_theme(struct settings *settings, int by) {
	settings->theme =
	    (enum theme_kind)(((int)settings->theme + by + THEME_COUNT) % THEME_COUNT);
}

static const char *set_delay(struct settings *settings, const char *value) {
	uint64_t delay_ns = 0;
	if (!util_parse_seconds(value, &delay_ns) || delay_ns < SETTINGS_DELAY_LEAST_NS ||
	    delay_ns > SETTINGS_DELAY_MOST_NS)
		return N_("a delay is 0.1 to 60 seconds");
	settings->delay_ns = delay_ns;
	return NULL;
}

static char *delay_text(const struct settings *settings) {
	return xasprintf("%.11g", (double)settings->delay_ns / 1e9);
}

static const char *check_filter(const char *value) {
	struct filter_sources sources = { 0 };
	const struct filter_names names = filter_sources_names(&sources);
	struct filter filter = filter_all();
	struct filter_error error = { 0 };
	const bool is_right = filter_parse(value, &names, &filter, &error);
	if (!is_right) {
		free(error.message);
		free(error.expression);
	}
	filter_finish(&filter);
	filter_sources_finish(&sources);
	return is_right ? NULL : N_("not a filter");
}

static const char *set_filter(struct settings *settings, const char *value) {
	const char *fault = value[0] ? check_filter(value) : NULL;
	if (fault)
		return fault;
	char *copy = xasprintf("%s", value);
	free(settings->filter);
	settings->filter = copy;
	return NULL;
}

static char *filter_text(const struct settings *settings) {
	return xasprintf("%s", settings->filter);
}

static char *without_blanks(const char *text) {
	char *copy = xasprintf("%s", text);
	char *to = copy;
	for (; *text; text++) {
		if (*text != ' ' && *text != '\t')
			*to++ = *text;
	}
	*to = '\0';
	return copy;
}

/* "default" is whatever those of this version are. */
static const char *set_columns(struct settings *settings, const char *value) {
	char *error = NULL;
	if (strcmp(value, "default") == 0) {
		view_finish(&settings->columns);
		return NULL;
	}
	char *names = without_blanks(value);
	const bool is_right = view_set_columns(&settings->columns, names, &error);
	free(names);
	free(error);
	return is_right ? NULL : N_("not all of these are columns; --columns help lists them");
}

/* "default" if there are none. */
static char *columns_text(const struct settings *settings) {
	const struct view *view = &settings->columns;
	struct out out;
	out_init(&out, OUT_MEMORY);
	for (size_t i = 0; i < view->column_count; i++)
		out_printf(&out, "%s%s", i > 0 ? "," : "", view->columns[i]->column.name);
	if (view->column_count == 0)
		out_text(&out, "default");
	out_char(&out, '\0');
	return out.bytes;
}

void settings_set_columns(struct settings *settings, const struct view *view) {
	view_set_fields(&settings->columns, view->columns, view->column_count);
}

/* One of two words. */
struct choice {
	size_t offset; /* in struct settings, of the bool that is true for `yes` */
	const char *no, *yes;
	const char *fault; /* marked with N_ */
};

static bool *chosen(struct settings *settings, const struct choice *choice) {
	return (bool *)((char *)settings + choice->offset);
}

static const char *set_choice(struct settings *settings, const struct choice *choice,
                              const char *value) {
	const bool is_yes = strcmp(value, choice->yes) == 0;
	if (!is_yes && strcmp(value, choice->no) != 0)
		return choice->fault;
	*chosen(settings, choice) = is_yes;
	return NULL;
}

static char *choice_text(const struct settings *settings, const struct choice *choice) {
	const bool is_yes = *(const bool *)((const char *)settings + choice->offset);
	return xasprintf("%s", is_yes ? choice->yes : choice->no);
}

#define SWITCH(member)                                                                             \
	.choice = { offsetof(struct settings, member), "off", "on", N_("use on or off") }

static const struct {
	const char *name, *help; /* help: marked with N_ */
	/* Either of two words, or: */
	struct choice choice;
	const char *(*set)(struct settings *settings, const char *value);
	char *(*text)(const struct settings *settings);
	void (*step)(struct settings *settings, int by); /* NULL: it is typed */
} rows[] = {
	[SETTING_THEME] = { "theme", N_("colours"), .set = set_theme, .text = theme_text,
	                    .step = step_theme },
	[SETTING_UNITS] = { "units", N_("of rates"),
	                    .choice = { offsetof(struct settings, bits), "bytes", "bits",
	                                N_("use bytes or bits") } },
	[SETTING_ASCII] = { "ascii", N_("draw with nothing but ASCII"), SWITCH(ascii) },
	[SETTING_MOUSE] = { "mouse", N_("off: the terminal selects text with it"), SWITCH(mouse) },
	[SETTING_DELAY] = { "delay", N_("seconds between looks"), .set = set_delay,
	                    .text = delay_text },
	[SETTING_FILTER] = { "filter", N_("at the start, if none is given"), .set = set_filter,
	                     .text = filter_text },
	[SETTING_COLUMNS] = { "columns", N_("of the table"), .set = set_columns,
	                      .text = columns_text },
};
_Static_assert(ARRAY_LENGTH(rows) == SETTING_COUNT, "a row for each");

#undef SWITCH

const char *settings_name(enum setting setting) {
	return rows[setting].name;
}

const char *settings_help(enum setting setting) {
	return rows[setting].help;
}

const char *settings_set(struct settings *settings, enum setting setting, const char *value) {
	return rows[setting].set ? rows[setting].set(settings, value)
	                         : set_choice(settings, &rows[setting].choice, value);
}

char *settings_text(const struct settings *settings, enum setting setting) {
	return rows[setting].text ? rows[setting].text(settings)
	                          : choice_text(settings, &rows[setting].choice);
}

bool settings_step(struct settings *settings, enum setting setting, int by) {
	bool *choice = rows[setting].set ? NULL : chosen(settings, &rows[setting].choice);
	if (choice)
		*choice = !*choice;
	else if (rows[setting].step)
		rows[setting].step(settings, by);
	return choice || rows[setting].step;
}

static void keep(struct settings *settings) {
	for (int i = 0; i < SETTING_COUNT; i++) {
		free(settings->kept[i]);
		settings->kept[i] = settings_text(settings, (enum setting)i);
	}
}

struct settings settings_default(void) {
	struct settings settings = {
		.theme = THEME_AUTO,
		.mouse = true,
		.delay_ns = SECOND_NS,
		.filter = xasprintf("%s", ""),
		.keymap = keymap_default(),
	};
	keep(&settings);
	return settings;
}

struct settings settings_copy(const struct settings *settings) {
	struct settings copy = *settings;
	copy.filter = xasprintf("%s", settings->filter);
	copy.columns = (struct view){ 0 };
	settings_set_columns(&copy, &settings->columns);
	for (int i = 0; i < SETTING_COUNT; i++)
		copy.kept[i] = xasprintf("%s", settings->kept[i]);
	return copy;
}

void settings_finish(struct settings *settings) {
	view_finish(&settings->columns);
	free(settings->filter);
	for (int i = 0; i < SETTING_COUNT; i++)
		free(settings->kept[i]);
	*settings = (struct settings){ 0 };
}

static void take_settings(struct settings *settings, const struct config *config,
                          struct config_faults *faults) {
	struct config_setting found;
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *fault = config_find(config, rows[i].name, &found)
		                        ? settings_set(settings, (enum setting)i, found.value)
		                        : NULL;
		if (fault)
			config_faults_add(faults, config_fault_text(&found, fault));
	}
}

static void take_keys(struct settings *settings, const struct config *config,
                      struct config_faults *faults) {
	struct config_setting found;
	for (size_t i = 0; i < action_count; i++) {
		char *key = xasprintf("%s%s", key_prefix, actions[i].name);
		const char *fault =
		    config_find(config, key, &found)
			? keymap_set(&settings->keymap, actions[i].action, found.value)
			: NULL;
		if (fault)
			config_faults_add(faults, config_fault_text(&found, fault));
		free(key);
	}
}

/* NULL, or why nothing is called so. Filters have names of their own. */
static const char *check_name(const char *key) {
	const size_t prefix = sizeof(key_prefix) - 1;
	if (strncmp(key, "filter.", strlen("filter.")) == 0)
		return NULL;
	if (strncmp(key, key_prefix, prefix) == 0)
		return action_named(key + prefix, strlen(key + prefix)) == ACTION_NONE
		           ? N_("no action is called so; socklens(1) lists them")
		           : NULL;
	for (int i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(key, rows[i].name) == 0)
			return NULL;
	}
	return N_("no setting is called so; socklens(1) lists them");
}

void settings_take(struct settings *settings, const struct config *config,
                   struct config_faults *faults) {
	struct config_setting setting;
	for (size_t i = 0; config_at(config, i, &setting); i++) {
		const char *fault = check_name(setting.key);
		if (fault)
			config_faults_add(faults, config_fault_text(&setting, fault));
	}
	take_settings(settings, config, faults);
	take_keys(settings, config, faults);
	keep(settings);
}

/* Those that were changed; their values are for the caller to free. */
static size_t lines_of(const struct settings *settings, struct config_line lines[SETTING_COUNT]) {
	size_t count = 0;
	for (int i = 0; i < SETTING_COUNT; i++) {
		char *text = settings_text(settings, (enum setting)i);
		if (strcmp(text, settings->kept[i]) != 0)
			lines[count++] = (struct config_line){ rows[i].name, text };
		else
			free(text);
	}
	return count;
}

bool settings_save(struct settings *settings, char **told) {
	struct config_line lines[SETTING_COUNT];
	const size_t count = lines_of(settings, lines);
	*told = NULL;
	const bool saved = count == 0 || config_save(lines, count, told);
	for (size_t i = 0; i < count; i++)
		free((char *)lines[i].value);
	if (saved)
		keep(settings);
	return saved;
}
