/* What the kernel says of a process that gave its privileges away. */

#include <criterion/criterion.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege.h"

/* A line of /proc/self/status behind its name, or "". */
static const char *status_of(const char *name, char *line, size_t size) {
	FILE *file = fopen("/proc/self/status", "re");
	const size_t length = strlen(name);
	while (file && fgets(line, (int)size, file)) {
		if (strncmp(line, name, length) == 0 && line[length] == ':') {
			fclose(file);
			line[strcspn(line, "\n")] = '\0';
			return line + length + 1 + strspn(line + length + 1, "\t ");
		}
	}
	if (file)
		fclose(file);
	return "";
}

static bool status_is(const char *name, const char *expected) {
	char line[4096];
	const char *value = status_of(name, line, sizeof(line));
	if (strcmp(value, expected) == 0)
		return true;
	fprintf(stderr, "%s is '%s', not '%s'\n", name, value, expected);
	return false;
}

/* True in a child process that dropped its privileges and then finds `check` true. */
static bool child_finds(bool (*check)(void)) {
	int status = -1;
	const pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		char *error = NULL;
		if (!privilege_drop(&error)) {
			fprintf(stderr, "%s\n", error);
			_exit(2);
		}
		_exit(check() ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return status == 0;
}

static void set_caller(const char *uid, const char *gid) {
	if (uid)
		setenv("SUDO_UID", uid, 1);
	else
		unsetenv("SUDO_UID");
	if (gid)
		setenv("SUDO_GID", gid, 1);
	else
		unsetenv("SUDO_GID");
}

static bool has_nothing(void) {
	static const char none[] = "0000000000000000";
	return status_is("CapInh", none) && status_is("CapPrm", none) &&
	       status_is("CapEff", none) && status_is("CapAmb", none) &&
	       status_is("NoNewPrivs", "1");
}

static bool has_nothing_in_reach(void) {
	return has_nothing() && status_is("CapBnd", "0000000000000000");
}

Test(privilege, nothing_is_left_of_it) {
	set_caller(NULL, NULL);
	cr_assert(child_finds(has_nothing));
}

Test(privilege, root_can_get_none_back_either) {
	if (geteuid() != 0)
		cr_skip("needs root");
	set_caller(NULL, NULL);
	cr_assert(child_finds(has_nothing_in_reach));
}

/* Inheritable and ambient capabilities, as a service manager gives them. */
Test(privilege, ambient_capabilities_go_too) {
	if (geteuid() != 0)
		cr_skip("needs root");
	const cap_value_t value = CAP_NET_RAW;
	cap_t held = cap_get_proc();
	set_caller(NULL, NULL);
	cr_assert_eq(cap_set_flag(held, CAP_INHERITABLE, 1, &value, CAP_SET), 0);
	cr_assert_eq(cap_set_proc(held), 0);
	cap_free(held);
	cr_assert_eq(cap_set_ambient(value, CAP_SET), 0);
	cr_assert(!status_is("CapAmb", "0000000000000000"), "there is one to lose");
	cr_assert(child_finds(has_nothing_in_reach));
}

static bool is_caller(void) {
	return status_is("Uid", "12345\t12345\t12345\t12345") &&
	       status_is("Gid", "54321\t54321\t54321\t54321") && status_is("Groups", "54321 ") &&
	       setuid(0) != 0 && has_nothing_in_reach();
}

Test(privilege, started_by_sudo_it_becomes_who_called_that) {
	if (geteuid() != 0)
		cr_skip("needs root");
	const gid_t groups[] = { 0, 4, 27 };
	cr_assert_eq(setgroups(3, groups), 0);
	set_caller("12345", "54321");
	cr_assert(child_finds(is_caller));
}

static bool is_root_without_rights(void) {
	return status_is("Uid", "0\t0\t0\t0") && has_nothing_in_reach();
}

Test(privilege, numbers_that_are_none_make_nobody) {
	static const char *const callers[][2] = {
		{ "12345", NULL },         { NULL, "12345" },     { "", "12345" },
		{ "12345x", "12345" },     { "-1", "12345" },     { "4294967295", "12345" },
		{ "4294967296", "1234" },  { " 12345", "12345" }, { "1e3", "12345" },
		{ "12345", "4294967295" },
	};
	if (geteuid() != 0)
		cr_skip("needs root");
	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		set_caller(callers[i][0], callers[i][1]);
		cr_assert(child_finds(is_root_without_rights), "caller %zu", i);
	}
}

static bool is_nobody(void) {
	return status_is("Uid", "65534\t65534\t65534\t65534") && has_nothing();
}

/* Whoever is not root may write into the environment what they like. */
Test(privilege, only_root_believes_the_environment) {
	if (geteuid() != 0)
		cr_skip("needs root");
	cr_assert_eq(setgroups(0, NULL), 0);
	cr_assert_eq(setresgid(65534, 65534, 65534), 0);
	cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	set_caller("12345", "54321");
	cr_assert(child_finds(is_nobody));
}
