/* A short list of the users seen so far; sockets of one user tend to come together. */

#include "users.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "util.h"

struct user_name {
	uint32_t uid;
	char *text; /* NULL: no such user */
};

/* Of a user that does not exist errno is 0 or one of several others (getpwuid(3)); only these mean
 * that it could not be found out. */
static char *ask(struct user_cache *cache, uint32_t uid) {
	errno = 0;
	const struct passwd *entry = getpwuid((uid_t)uid);
	if (entry)
		return xasprintf("%s", entry->pw_name);
	if (errno == ENOMEM)
		util_out_of_memory();
	if (util_is_shortage(errno))
		cache->error = errno;
	return NULL;
}

const char *user_cache_find(struct user_cache *cache, uint32_t uid) {
	if (cache->last < cache->count && cache->names[cache->last].uid == uid)
		return cache->names[cache->last].text;
	for (size_t i = 0; i < cache->count; i++) {
		if (cache->names[i].uid == uid) {
			cache->last = i;
			return cache->names[i].text;
		}
	}
	cache->names = xreallocarray(cache->names, cache->count + 1, sizeof(*cache->names));
	cache->names[cache->count] = (struct user_name){ .uid = uid, .text = ask(cache, uid) };
	cache->last = cache->count++;
	return cache->names[cache->last].text;
}

void user_cache_finish(struct user_cache *cache) {
	for (size_t i = 0; i < cache->count; i++)
		free(cache->names[i].text);
	free(cache->names);
	*cache = (struct user_cache){ 0 };
}
