/* What can be taken back is taken back in the order in which the right to do so goes away; then it
 * is looked up whether it is gone, since a program that believes itself harmless and is not would
 * be worse than one that does not start. */

#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "util.h"

/* Who called sudo. */
struct caller {
	uid_t uid;
	gid_t gid;
};

static bool parse_id(const char *name, uint64_t *id) {
	const char *text = getenv(name);
	return text && util_parse_number(text, strlen(text), UINT32_MAX - 1, id);
}

/* The environment is believed only by root, whom it cannot give anything. */
static bool find_caller(struct caller *caller) {
	uint64_t uid = 0;
	uint64_t gid = 0;
	if (getuid() != 0 || !parse_id("SUDO_UID", &uid) || !parse_id("SUDO_GID", &gid))
		return false;
	*caller = (struct caller){ (uid_t)uid, (gid_t)gid };
	return true;
}

static int take_groups(const struct caller *caller) {
	const struct passwd *user = getpwuid(caller->uid);
	const int result =
	    user ? initgroups(user->pw_name, caller->gid) : setgroups(1, &caller->gid);
	return result == 0 ? 0 : -errno;
}

/* HOME is root's, or whatever sudo left there: what is in it is not for the caller. */
static void take_home(const struct caller *caller) {
	const struct passwd *user = getpwuid(caller->uid);
	if (user && user->pw_dir && user->pw_dir[0] == '/')
		setenv("HOME", user->pw_dir, 1);
	else
		unsetenv("HOME");
}

static int become(const struct caller *caller) {
	const int error = take_groups(caller);
	if (error != 0)
		return error;
	take_home(caller);
	if (setresgid(caller->gid, caller->gid, caller->gid) != 0 ||
	    setresuid(caller->uid, caller->uid, caller->uid) != 0)
		return -errno;
	return 0;
}

static bool is_now(const struct caller *caller) {
	uid_t uids[3];
	gid_t gids[3];
	if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 ||
	    getresgid(&gids[0], &gids[1], &gids[2]) != 0)
		return false;
	for (int i = 0; i < 3; i++) {
		if (uids[i] != caller->uid || gids[i] != caller->gid)
			return false;
	}
	return true;
}

/* Only who has CAP_SETPCAP can; who has not cannot get at what is in there either, once
 * PR_SET_NO_NEW_PRIVS is set. */
static void drop_bounding_set(void) {
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++)
		cap_drop_bound(cap);
}

/* The ambient set goes first: it must not outlive what it was taken from. */
static int drop_capabilities(void) {
	if (cap_reset_ambient() != 0 && errno != EINVAL) /* before Linux 4.3 there is none */
		return -errno;
	cap_t none = cap_init();
	if (!none)
		return -errno;
	const int error = cap_set_proc(none) == 0 ? 0 : -errno;
	cap_free(none);
	return error;
}

static bool has_no_capabilities(void) {
	cap_t none = cap_init();
	cap_t held = cap_get_proc();
	const bool same = none && held && cap_compare(none, held) == 0;
	cap_free(none);
	cap_free(held);
	return same;
}

static int drop(const struct caller *caller) {
	drop_bounding_set();
	const int error = caller ? become(caller) : 0;
	if (error != 0)
		return error;
	const int kept = drop_capabilities();
	if (kept != 0)
		return kept;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	if ((caller && !is_now(caller)) || !has_no_capabilities() ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return -EPERM;
	return 0;
}

bool privilege_drop(char **error) {
	struct caller caller;
	const int result = drop(find_caller(&caller) ? &caller : NULL);
	if (result != 0)
		*error = xasprintf(_("cannot give privileges up: %s"), strerror(-result));
	return result == 0;
}
