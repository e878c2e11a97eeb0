#pragma once
/* User names, asked once for each user id: getpwuid(3) costs more than reading forty sockets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct user_name;

/* Zero-initialise it. */
struct user_cache {
	struct user_name *names;
	size_t count;
	size_t last; /* where the latest answer was */
	int error;   /* errno if a user could not be looked up; 0 if all could */
};

/* The name, any bytes, or NULL if there is none; it lives until user_cache_finish(). */
const char *user_cache_find(struct user_cache *cache, uint32_t uid);
void user_cache_finish(struct user_cache *cache);
