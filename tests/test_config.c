/* Settings as texts, and as files in directories that are made here. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "util.h"

static void parse(struct config *config, const char *text) {
	size_t line = 77;
	const char *fault = config_parse(config, text, strlen(text), &line);
	cr_assert_null(fault, "line %zu: %s", line, fault);
	cr_expect_eq(line, 77);
}

static const char *get(const struct config *config, const char *key) {
	return config_get(config, key, strlen(key));
}

static void expect(const struct config *config, const char *key, const char *wanted) {
	const char *value = get(config, key);
	cr_assert_not_null(value, "%s", key);
	cr_expect_str_eq(value, wanted, "%s", key);
}

Test(config, a_line_is_a_key_and_the_rest_of_it_its_value_without_blanks_around) {
	struct config config = { 0 };
	parse(&config, "filter.web = port 80 or port 443\n"
	               "\t filter.mine=user alice\t \n"
	               "filter.eq = sport = :22 # no comment\r\n"
	               "filter.A_b-9 =\n"
	               "columns=proto,local\n"
	               "colour.new = #fff");
	expect(&config, "filter.web", "port 80 or port 443");
	expect(&config, "filter.mine", "user alice");
	expect(&config, "filter.eq", "sport = :22 # no comment");
	expect(&config, "filter.A_b-9", "");
	expect(&config, "columns", "proto,local");
	expect(&config, "colour.new", "#fff");
	cr_expect_null(get(&config, "filter"));
	cr_expect_null(get(&config, "filter.We"));
	cr_expect_null(get(&config, "filter.Web"));
	expect(&config, "filter.web", "port 80 or port 443");
	cr_expect_str_eq(config_get(&config, "columns_and_more", 7), "proto,local");
	config_finish(&config);
}

Test(config, comments_and_blank_lines_set_nothing) {
	static const char *const texts[] = { "", "\n", "\n\n \t\r\n", "# a = b",
		                             "  #\n\t# x = y\n" };
	struct config config = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		parse(&config, texts[i]);
	cr_expect_eq(config.count, 0);
	config_finish(&config);
}

Test(config, a_line_of_another_form_is_a_fault_and_nothing_is_taken) {
	static const struct {
		const char *text;
		size_t line;
	} rows[] = {
		{ "x", 1 },
		{ "a = 1\n\nport 80\n", 3 },
		{ "= 1", 1 },
		{ "a = 1\n = 1", 2 },
		{ "a b = 1", 1 },
		{ "filter. = tcp", 1 },
		{ "filter.a.b = tcp", 1 },
		{ "filter.a b = tcp", 1 },
		{ "filter.\xc3\xa9 = tcp", 1 },
		{ "filter web = tcp", 1 },
		{ "[section]", 1 },
		{ "a = 1\r# b\n", 0 },
		{ "a\r\nb = 2", 1 },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct config config = { 0 };
		size_t line = 0;
		parse(&config, "first = 1");
		const char *fault =
		    config_parse(&config, rows[i].text, strlen(rows[i].text), &line);
		cr_expect_eq(fault != NULL, rows[i].line > 0, "%s", rows[i].text);
		cr_expect_eq(line, rows[i].line, "%s: line %zu", rows[i].text, line);
		cr_expect_eq(config.count, fault ? 1 : 2, "%s", rows[i].text);
		expect(&config, "first", "1");
		config_finish(&config);
	}
}

Test(config, a_nul_is_a_fault_wherever_it_is) {
	static const char *const texts[] = { "a = \0", "a\0 = ", "# \0  ", "\0 = 1" };
	struct config config = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		size_t line = 0;
		cr_expect_not_null(config_parse(&config, texts[i], 5, &line), "%zu", i);
		cr_expect_eq(line, 1);
	}
	cr_expect_eq(config.count, 0);
	config_finish(&config);
}

Test(config, the_first_file_wins_and_in_it_the_last_line) {
	struct config config = { 0 };
	parse(&config, "a = 1\nb = 1\na = 2\n");
	parse(&config, "a = 3\nc = 1\nc = 2\n");
	parse(&config, "c = 3\nd = 1\n");
	expect(&config, "a", "2");
	expect(&config, "b", "1");
	expect(&config, "c", "2");
	expect(&config, "d", "1");
	config_finish(&config);
	cr_expect_null(get(&config, "a"));
	config_finish(&config);
}

Test(config, names_are_told_sorted_and_once_each) {
	struct config config = { 0 };
	size_t count = 77;
	parse(&config, "filter.web = 1\nfilter.db = 1\nother = 1\nfilter.web = 2\n");
	parse(&config, "filter.db = 2\nfilter.all = 1\nfilters = 1\n");
	const char **names = config_names(&config, "filter.", &count);
	cr_assert_eq(count, 3);
	cr_expect_str_eq(names[0], "all");
	cr_expect_str_eq(names[1], "db");
	cr_expect_str_eq(names[2], "web");
	free(names);
	free(config_names(&config, "nothing.", &count));
	cr_expect_eq(count, 0);
	config_finish(&config);
	free(config_names(&config, "", &count));
	cr_expect_eq(count, 0);
}

/* An empty directory, entered, with an environment in which nothing else is configured. */
static char *new_home(void) {
	char *path = xasprintf("/tmp/socklens-test-XXXXXX");
	cr_assert_not_null(mkdtemp(path));
	cr_assert_eq(chdir(path), 0);
	setenv("HOME", path, 1);
	unsetenv("XDG_CONFIG_HOME");
	setenv("XDG_CONFIG_DIRS", "/nonexistent", 1);
	return path;
}

static void remove_home(char *path) {
	char *command = xasprintf("rm -r '%s'", path);
	cr_expect_eq(system(command), 0);
	free(command);
	free(path);
}

/* DIRECTORY/socklens/config below the home, which is the current directory. */
static void write_config(const char *directory, const char *text) {
	char *path = xasprintf("%s/socklens", directory);
	mkdir(directory, 0700);
	mkdir(path, 0700);
	char *name = xasprintf("%s/config", path);
	FILE *file = fopen(name, "we");
	cr_assert_not_null(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
	free(name);
	free(path);
}

static void set_variable(const char *name, const char *home, const char *below) {
	char *value = xasprintf("%s/%s", home, below);
	setenv(name, value, 1);
	free(value);
}

static struct config load(void) {
	struct config config = { 0 };
	char *error = NULL;
	cr_assert(config_load(&config, &error), "%s", error);
	cr_expect_null(error);
	return config;
}

Test(config, no_file_is_no_error) {
	char *home = new_home();
	struct config config = load();
	cr_expect_eq(config.count, 0);
	unsetenv("HOME");
	setenv("XDG_CONFIG_DIRS", "", 1);
	config = load();
	config_finish(&config);
	remove_home(home);
}

Test(config, the_users_file_is_where_xdg_says) {
	char *home = new_home();
	write_config(".config", "where = home");
	write_config("own", "where = own");
	struct config config = load();
	expect(&config, "where", "home");
	config_finish(&config);
	set_variable("XDG_CONFIG_HOME", home, "own");
	config = load();
	expect(&config, "where", "own");
	config_finish(&config);
	setenv("XDG_CONFIG_HOME", "", 1);
	config = load();
	expect(&config, "where", "home");
	config_finish(&config);
	remove_home(home);
}

Test(config, a_path_that_is_not_absolute_is_ignored) {
	char *home = new_home();
	write_config(".config", "where = home");
	write_config("own", "where = own");
	setenv("XDG_CONFIG_HOME", "own", 1);
	setenv("XDG_CONFIG_DIRS", "own::./own", 1);
	struct config config = load();
	expect(&config, "where", "home");
	config_finish(&config);
	setenv("HOME", "own", 1);
	write_config("own/.config", "where = below");
	config = load();
	cr_expect_eq(config.count, 0);
	config_finish(&config);
	remove_home(home);
}

Test(config, the_users_file_wins_then_the_first_of_the_systems) {
	char *home = new_home();
	write_config(".config", "a = user");
	write_config("one", "a = one\nb = one\n");
	write_config("two", "a = two\nb = two\nc = two\n");
	char *directories = xasprintf("%s/one:relative:%s/none::%s/two", home, home, home);
	setenv("XDG_CONFIG_DIRS", directories, 1);
	free(directories);
	struct config config = load();
	expect(&config, "a", "user");
	expect(&config, "b", "one");
	expect(&config, "c", "two");
	config_finish(&config);
	remove_home(home);
}

/* Sets `error`, and leaves what is known before as it is. */
static void expect_fault(const char *fault) {
	struct config config = { 0 };
	char *error = NULL;
	parse(&config, "before = 1");
	cr_expect_not(config_load(&config, &error));
	cr_assert_not_null(error);
	const char *after_name = strstr(error, "': ");
	cr_assert_not_null(after_name, "%s", error);
	cr_expect_eq(strncmp(error, "'/tmp/socklens-test-", 20), 0, "%s", error);
	cr_expect_str_eq(after_name + 3, fault);
	cr_expect_eq(config.count, 1);
	cr_expect_eq(config.files, 1);
	free(error);
	config_finish(&config);
}

Test(config, a_fault_names_the_file_and_the_line_but_never_the_content) {
	char *home = new_home();
	write_config(".config", "good = 1\nsecret\n");
	expect_fault("line 2: not of the form 'key = value'");
	write_config(".config", "good = 1\n\nse cret = 1\n");
	expect_fault("line 3: not the name of a setting in front of the '='");
	write_config(".config", "good = 1\n");
	write_config("one", "good = 1\nsecret");
	set_variable("XDG_CONFIG_DIRS", home, "one");
	expect_fault("line 2: not of the form 'key = value'");
	remove_home(home);
}

Test(config, a_file_that_is_none_or_too_large_is_an_error, .timeout = 60) {
	char *home = new_home();
	write_config(".config", "");
	cr_assert_eq(truncate(".config/socklens/config", CONFIG_FILE_MAX + 1), 0);
	expect_fault("larger than 1048576 bytes");
	cr_assert_eq(truncate(".config/socklens/config", CONFIG_FILE_MAX), 0);
	expect_fault("line 1: a NUL byte");
	cr_assert_eq(unlink(".config/socklens/config"), 0);
	cr_assert_eq(mkfifo(".config/socklens/config", 0600), 0);
	expect_fault("not a regular file");
	cr_assert_eq(unlink(".config/socklens/config"), 0);
	cr_assert_eq(mkdir(".config/socklens/config", 0700), 0);
	expect_fault("not a regular file");
	remove_home(home);
}

Test(config, with_raised_privilege_no_file_is_read) {
	if (geteuid() != 0)
		cr_skip_test("only root can have two group ids here");
	char *home = new_home();
	write_config(".config", "a = 1\nwrong");
	cr_assert_eq(setregid(65534, (gid_t)-1), 0);
	struct config config = load();
	cr_expect_eq(config.count, 0);
	cr_assert_eq(setregid(0, (gid_t)-1), 0);
	cr_assert_eq(setreuid(65534, (uid_t)-1), 0);
	config = load();
	cr_expect_eq(config.count, 0);
	cr_assert_eq(setreuid(0, (uid_t)-1), 0);
	expect_fault("line 2: not of the form 'key = value'");
	config_finish(&config);
	remove_home(home);
}

static struct config load_leniently(const char *wanted, size_t count) {
	struct config config = { 0 };
	struct config_faults faults = { 0 };
	config_load_leniently(&config, &faults);
	cr_expect_eq(faults.count, count);
	if (wanted)
		cr_expect(faults.first && strstr(faults.first, wanted), "%s",
		          faults.first ? faults.first : "none");
	else
		cr_expect_null(faults.first);
	free(faults.first);
	return config;
}

Test(config, read_leniently_all_that_is_right_counts) {
	char *home = new_home();
	struct config_setting setting;
	write_config(".config", "a = 1\nwrong\n\nb = 2\nal so = 1\nb = 3");
	write_config("one", "b = 4\nc = 5\n");
	set_variable("XDG_CONFIG_DIRS", home, "one");
	struct config config =
	    load_leniently(".config/socklens/config': line 2: not of the form", 2);
	expect(&config, "a", "1");
	expect(&config, "b", "3");
	expect(&config, "c", "5");
	cr_assert(config_find(&config, "b", &setting));
	cr_expect_eq(setting.line, 6);
	char *text = config_fault_text(&setting, "no good");
	char *wanted = xasprintf("'%s/.config/socklens/config': line 6: no good", home);
	cr_expect_str_eq(text, wanted);
	free(text);
	free(wanted);
	cr_expect_not(config_find(&config, "d", &setting));
	cr_assert(config_at(&config, 3, &setting));
	cr_expect_str_eq(setting.value, "4");
	cr_expect_eq(setting.line, 1);
	cr_expect(strstr(setting.path, "/one/socklens/config"));
	cr_expect_not(config_at(&config, 5, &setting));
	config_finish(&config);
	remove_home(home);
}

Test(config, read_leniently_a_file_that_cannot_be_read_is_left_out) {
	char *home = new_home();
	write_config("one", "a = 1\n");
	set_variable("XDG_CONFIG_DIRS", home, "one");
	cr_assert_eq(mkdir(".config", 0700), 0);
	cr_assert_eq(mkdir(".config/socklens", 0700), 0);
	cr_assert_eq(mkdir(".config/socklens/config", 0700), 0);
	struct config config = load_leniently("not a regular file", 1);
	expect(&config, "a", "1");
	config_finish(&config);
	cr_assert_eq(rmdir(".config/socklens/config"), 0);
	config = load_leniently(NULL, 0);
	expect(&config, "a", "1");
	config_finish(&config);
	remove_home(home);
}
