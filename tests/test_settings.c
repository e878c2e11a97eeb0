/* Settings from texts and from the configuration, and back. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "key.h"
#include "settings.h"
#include "util.h"

static void expect_value(const struct settings *settings, enum setting setting,
                         const char *wanted) {
	char *text = settings_text(settings, setting);
	cr_expect_str_eq(text, wanted, "%s: '%s'", settings_name(setting), text);
	free(text);
}

Test(settings, what_is_said_is_what_is_set) {
	static const struct {
		enum setting setting;
		const char *value;
	} cases[] = {
		{ SETTING_THEME, "light" },      { SETTING_THEME, "colour-blind" },
		{ SETTING_UNITS, "bits" },       { SETTING_UNITS, "bytes" },
		{ SETTING_ASCII, "on" },         { SETTING_ASCII, "off" },
		{ SETTING_MOUSE, "off" },        { SETTING_MOUSE, "on" },
		{ SETTING_DELAY, "0.1" },        { SETTING_DELAY, "60" },
		{ SETTING_DELAY, "1.5" },        { SETTING_DELAY, "59.999999999" },
		{ SETTING_FILTER, "port 80" },   { SETTING_FILTER, "" },
		{ SETTING_COLUMNS, "proto,rx" }, { SETTING_COLUMNS, "default" },
	};
	struct settings settings = settings_default();
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cr_expect_null(settings_set(&settings, cases[i].setting, cases[i].value));
		expect_value(&settings, cases[i].setting, cases[i].value);
	}
	settings_finish(&settings);
}

Test(settings, what_is_wrong_changes_nothing) {
	static const struct {
		enum setting setting;
		const char *value;
	} cases[] = {
		{ SETTING_THEME, "" },          { SETTING_THEME, "Dark" },
		{ SETTING_UNITS, "octets" },    { SETTING_ASCII, "" },
		{ SETTING_ASCII, "yes" },       { SETTING_MOUSE, "of" },
		{ SETTING_DELAY, "0.09" },      { SETTING_DELAY, "61" },
		{ SETTING_DELAY, "" },          { SETTING_DELAY, "1s" },
		{ SETTING_FILTER, "port and" }, { SETTING_FILTER, ")" },
		{ SETTING_COLUMNS, "" },        { SETTING_COLUMNS, "proto,nothing" },
	};
	struct settings settings = settings_default();
	cr_assert_null(settings_set(&settings, SETTING_FILTER, "tcp"));
	cr_assert_null(settings_set(&settings, SETTING_COLUMNS, "proto,state"));
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *before = settings_text(&settings, cases[i].setting);
		cr_expect_not_null(settings_set(&settings, cases[i].setting, cases[i].value),
		                   "'%s'", cases[i].value);
		expect_value(&settings, cases[i].setting, before);
		free(before);
	}
	settings_finish(&settings);
}

Test(settings, steps_go_through_all_values_and_around) {
	for (int i = 0; i < SETTING_COUNT; i++) {
		struct settings settings = settings_default();
		const enum setting setting = (enum setting)i;
		char *first = settings_text(&settings, setting);
		const bool steps = settings_step(&settings, setting, 1);
		char *second = settings_text(&settings, setting);
		cr_expect_eq(strcmp(first, second) != 0, steps, "%s", settings_name(setting));
		settings_step(&settings, setting, -1);
		expect_value(&settings, setting, first);
		free(first);
		free(second);
		settings_finish(&settings);
	}
	struct settings settings = settings_default();
	for (int i = 0; i < THEME_COUNT; i++)
		settings_step(&settings, SETTING_THEME, 1);
	expect_value(&settings, SETTING_THEME, "auto");
	settings_step(&settings, SETTING_THEME, -1);
	expect_value(&settings, SETTING_THEME, "mono");
	settings_finish(&settings);
}

Test(settings, a_copy_is_another_one) {
	struct settings settings = settings_default();
	settings_set(&settings, SETTING_COLUMNS, "proto,rx");
	settings_set(&settings, SETTING_FILTER, "udp");
	struct settings copy = settings_copy(&settings);
	settings_finish(&settings);
	expect_value(&copy, SETTING_COLUMNS, "proto,rx");
	expect_value(&copy, SETTING_FILTER, "udp");
	settings_finish(&copy);
}

/* In a home of its own, with this file in it. */
static char *new_home(const char *text) {
	char *home = xasprintf("/tmp/socklens-test-XXXXXX");
	cr_assert_not_null(mkdtemp(home));
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	setenv("XDG_CONFIG_DIRS", "/nonexistent", 1);
	char *command = xasprintf("mkdir -p %s/.config/socklens && cat >%s/.config/socklens/config "
	                          "<<'end'\n%send",
	                          home, home, text);
	cr_assert_eq(system(command), 0);
	free(command);
	return home;
}

static void expect_home(const char *home, const char *text) {
	char *command =
	    xasprintf("cat <<'end' | diff - %s/.config/socklens/config >&2\n%send", home, text);
	cr_expect_eq(system(command), 0);
	free(command);
}

static void remove_home(char *home) {
	char *command = xasprintf("rm -r %s", home);
	cr_expect_eq(system(command), 0);
	free(command);
	free(home);
}

static struct settings load(const char *fault, size_t count) {
	struct settings settings = settings_default();
	struct config config = { 0 };
	struct config_faults faults = { 0 };
	config_load_leniently(&config, &faults);
	settings_take(&settings, &config, &faults);
	cr_expect_eq(faults.count, count, "%zu: %s", faults.count,
	             faults.first ? faults.first : "none");
	cr_expect(!fault || strstr(faults.first, fault), "%s", faults.first);
	free(faults.first);
	config_finish(&config);
	return settings;
}

Test(settings, the_configuration_sets_all_of_them) {
	char *home = new_home("theme = dark\nunits = bits\nascii = on\nmouse = off\ndelay = 2.5\n"
	                      "filter.web = port 80\nfilter = @web and tcp\n"
	                      "columns = proto\ncolumns = proto, local,\trx\n"
	                      "key.pause = Space, F12\nkey.quit = Q\n");
	struct settings settings = load(NULL, 0);
	expect_value(&settings, SETTING_THEME, "dark");
	cr_expect(settings.bits && settings.ascii && !settings.mouse);
	cr_expect_eq(settings.delay_ns, 2500000000);
	expect_value(&settings, SETTING_FILTER, "@web and tcp");
	expect_value(&settings, SETTING_COLUMNS, "proto,local,rx");
	cr_expect_eq(keymap_action(&settings.keymap, ' '), ACTION_PAUSE);
	cr_expect_eq(keymap_action(&settings.keymap, 'q'), ACTION_NONE);
	settings_finish(&settings);
	remove_home(home);
}

Test(settings, what_is_unknown_or_wrong_is_told_and_the_rest_counts) {
	static const struct {
		const char *line, *fault;
	} cases[] = {
		{ "colums = proto", "line 2: no setting is called so" },
		{ "key.fly = x", "line 2: no action is called so" },
		{ "key.pause = Hyper-x", "line 2: not the name of a key" },
		{ "theme = pink", "line 2: not a theme" },
		{ "filter = secret (", "line 2: not a filter" },
		{ "columns = secret", "line 2: not all of these are columns" },
		{ "nonsense", "line 2: not of the form" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char *text = xasprintf("units = bits\n%s\nascii = on\n", cases[i].line);
		char *home = new_home(text);
		struct settings settings = load(cases[i].fault, 1);
		cr_expect(settings.bits && settings.ascii, "%s", cases[i].line);
		settings_finish(&settings);
		remove_home(home);
		free(text);
	}
}

Test(settings, saving_writes_what_is_set_and_keeps_the_rest) {
	char *home = new_home("# mine\nfilter.web = port 80\ntheme = dark\nkey.pause = x\nwrong\n");
	struct settings settings = load("line 5", 1);
	char *told = NULL;
	settings_step(&settings, SETTING_ASCII, 1);
	settings_set(&settings, SETTING_THEME, "auto");
	cr_expect(settings_save(&settings, &told), "%s", told);
	free(told);
	expect_home(home, "# mine\nfilter.web = port 80\ntheme = auto\nkey.pause = x\nwrong\n"
	                  "ascii = on\n");
	settings_finish(&settings);
	settings = load("line 5", 1);
	cr_expect(settings.ascii);
	expect_value(&settings, SETTING_THEME, "auto");
	settings_finish(&settings);
	remove_home(home);
}

/* Of one screen and another, and of an editor. */
Test(settings, saving_leaves_alone_what_others_have_written_meanwhile) {
	char *home = new_home("theme = dark\nunits = bits\n");
	struct settings one = load(NULL, 0);
	struct settings other = load(NULL, 0);
	char *told = NULL;
	settings_set(&other, SETTING_THEME, "light");
	settings_set(&other, SETTING_DELAY, "2");
	cr_expect(settings_save(&other, &told), "%s", told);
	free(told);
	settings_set(&one, SETTING_UNITS, "bytes");
	cr_expect(settings_save(&one, &told), "%s", told);
	free(told);
	expect_home(home, "theme = light\nunits = bytes\ndelay = 2\n");
	cr_expect(settings_save(&one, &told));
	cr_expect_null(told, "nothing is left to be written");
	settings_set(&one, SETTING_UNITS, "bits");
	cr_expect(settings_save(&one, &told), "%s", told);
	free(told);
	expect_home(home, "theme = light\nunits = bits\ndelay = 2\n");
	settings_finish(&one);
	settings_finish(&other);
	remove_home(home);
}
