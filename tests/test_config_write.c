/* Settings written into a text, and into a file below a home that is made here. */

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_write.h"
#include "util.h"

static const struct config_line lines[] = { { "theme", "dark" }, { "filter", "port 80" } };

static void expect_text(const char *before, const char *wanted) {
	char *text = config_replace(before, lines, ARRAY_LENGTH(lines));
	cr_expect_str_eq(text, wanted, "'%s'", text);
	free(text);
}

Test(config_write, what_was_not_there_comes_last) {
	expect_text("", "theme = dark\nfilter = port 80\n");
	expect_text("# mine\n\nfilter.web = port 80", "# mine\n\nfilter.web = port 80\n"
	                                              "theme = dark\nfilter = port 80\n");
}

Test(config_write, what_was_there_stays_in_its_place_and_once) {
	expect_text("# a\n theme=light\n# theme = x\nother = 1\ntheme = mono\n",
	            "# a\ntheme = dark\n# theme = x\nother = 1\nfilter = port 80\n");
	expect_text("filter = a\r\nthemes = 1\nfilter = b",
	            "filter = port 80\nthemes = 1\ntheme = dark\n");
}

Test(config_write, lines_that_are_wrong_are_left_alone) {
	expect_text("theme\n[theme]\nthe me = 1\n= 2\n\n\n",
	            "theme\n[theme]\nthe me = 1\n= 2\n\n\ntheme = dark\nfilter = port 80\n");
}

Test(config_write, no_value_makes_a_line_of_its_own) {
	static const struct config_line evil = { "filter", "a\nkey.quit = x\r\t\x1b\x7f" };
	char *text = config_replace("", &evil, 1);
	cr_expect_str_eq(text, "filter = a key.quit = x    \n");
	free(text);
}

static char *home;

static void make_home(void) {
	home = xasprintf("/tmp/socklens-test-XXXXXX");
	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(chdir(home), 0);
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
}

static void remove_home(void) {
	char *command = xasprintf("rm -r '%s'", home);
	cr_expect_eq(system(command), 0);
	free(command);
	free(home);
}

static void expect_file(const char *path, const char *wanted) {
	char text[256] = "";
	struct stat status;
	FILE *file = fopen(path, "re");
	cr_assert_not_null(file, "%s", path);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	cr_expect_str_eq(text, wanted, "'%s'", text);
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
}

static void save(void) {
	char *told = NULL;
	cr_expect(config_save(lines, ARRAY_LENGTH(lines), &told), "%s", told);
	cr_expect(strstr(told, "/config"), "%s", told);
	free(told);
}

static void expect_refusal(const char *why) {
	char *told = NULL;
	cr_expect_not(config_save(lines, ARRAY_LENGTH(lines), &told));
	cr_expect(told && strstr(told, "not written: ") == told && strstr(told, why), "%s", told);
	free(told);
}

static const char both[] = "theme = dark\nfilter = port 80\n";

Test(config_write, the_file_and_the_directories_above_it_are_made, .init = make_home,
     .fini = remove_home) {
	umask(0);
	save();
	expect_file(".config/socklens/config", both);
	save();
	expect_file(".config/socklens/config", both);
	cr_expect_eq(system("[ \"$(ls -A .config/socklens)\" = config ]"), 0, "nothing else");
}

Test(config_write, it_is_where_xdg_says, .init = make_home, .fini = remove_home) {
	char *own = xasprintf("%s/a/b", home);
	setenv("XDG_CONFIG_HOME", own, 1);
	free(own);
	save();
	expect_file("a/b/socklens/config", both);
}

Test(config_write, a_link_stays_one, .init = make_home, .fini = remove_home) {
	cr_assert_eq(system("mkdir -p .config/socklens dot && echo '# x' >dot/config && "
	                    "ln -s ../../dot/config .config/socklens/config"),
	             0);
	save();
	expect_file("dot/config", "# x\ntheme = dark\nfilter = port 80\n");
	cr_expect_eq(system("[ -L .config/socklens/config ]"), 0);
}

Test(config_write, a_link_to_nothing_stays_one_too, .init = make_home, .fini = remove_home) {
	cr_assert_eq(system("mkdir -p .config/socklens && ln -s /no/such .config/socklens/config"),
	             0);
	expect_refusal("a link to what is not there");
	cr_expect_eq(system("[ -L .config/socklens/config ]"), 0);
}

Test(config_write, what_cannot_be_read_is_not_overwritten, .init = make_home, .fini = remove_home) {
	cr_assert_eq(system("mkdir -p .config/socklens/config"), 0);
	expect_refusal("not a regular file");
	cr_assert_eq(system("rmdir .config/socklens/config && "
	                    "printf 'a\\0b' >.config/socklens/config"),
	             0);
	expect_refusal("a NUL byte");
	unsetenv("HOME");
	expect_refusal("HOME names no directory");
}

Test(config_write, what_is_in_the_way_of_a_directory_is_told, .init = make_home,
     .fini = remove_home) {
	cr_assert_eq(system("touch .config"), 0);
	expect_refusal("Not a directory");
	cr_assert_eq(system("rm .config && ln -s .config .config"), 0);
	expect_refusal("symbolic links");
}

Test(config_write, a_directory_that_may_not_be_written_is_told, .init = make_home) {
	setenv("HOME", "/proc", 1);
	expect_refusal("");
}

Test(config_write, nothing_is_written_where_another_user_rules, .init = make_home,
     .fini = remove_home) {
	if (geteuid() != 0)
		cr_skip_test("only root can give a directory away");
	cr_assert_eq(chown(home, 65534, 65534), 0);
	expect_refusal("another user");
	cr_expect_neq(access(".config", F_OK), 0);
	cr_assert_eq(chown(home, 0, 0), 0);
	save();
	cr_assert_eq(chown(".config/socklens/config", 65534, 65534), 0);
	expect_refusal("another user");
}

Test(config_write, nothing_is_written_with_raised_privilege, .init = make_home,
     .fini = remove_home) {
	if (geteuid() != 0)
		cr_skip_test("only root can have two group ids here");
	cr_assert_eq(setregid(65534, (gid_t)-1), 0);
	expect_refusal("more rights");
	cr_assert_eq(setregid(0, (gid_t)-1), 0);
}
