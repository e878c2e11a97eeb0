/* One walk over the cgroup2 mount. It needs no privilege, unlike open_by_handle_at(2). */

#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

enum { DEPTH_MAX = 64 };

struct cgroup_path {
	uint64_t id;
	char *text;
};

/* The mount point in a line of /proc/self/mountinfo if the line is about cgroup2: field 5, in
 * which blank, tab, newline and backslash are octal escapes (proc(5)). */
static bool mount_point_of(char *line, char point[PATH_MAX]) {
	const char *type = strstr(line, " - cgroup2 ");
	if (!type)
		return false;
	const char *from = line;
	for (int i = 0; i < 4 && from; i++) {
		from = strchr(from, ' ');
		from = from ? from + 1 : NULL;
	}
	size_t length = 0;
	while (from && *from && *from != ' ' && length < PATH_MAX - 1) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			point[length++] =
			    (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			point[length++] = *from++;
		}
	}
	point[length] = '\0';
	return length > 0;
}

static int open_mount(void) {
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return -1;
	char point[PATH_MAX];
	char *line = NULL;
	size_t size = 0;
	int fd = -1;
	errno = ENOENT; /* no such mount */
	while (fd < 0 && getline(&line, &size, mounts) > 0) {
		if (mount_point_of(line, point))
			fd = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	free(line);
	const int error = errno;
	fclose(mounts);
	errno = error;
	return fd;
}

static void add_path(struct cgroup_cache *cache, uint64_t id, const char *path) {
	cache->paths = xreallocarray(cache->paths, cache->count + 1, sizeof(*cache->paths));
	cache->paths[cache->count++] =
	    (struct cgroup_path){ .id = id, .text = xasprintf("%s", path[0] ? path : "/") };
}

/* Groups that vanish or may not be read are left out; a lack of descriptors is told. */
static void note_error(struct cgroup_cache *cache, int error) {
	if (util_is_shortage(error))
		cache->error = error;
}

/* Takes over `fd`, which may be -1 with errno set. */
static void walk(struct cgroup_cache *cache, int fd, const char *path, int depth) {
	struct stat status;
	if (fd < 0) {
		note_error(cache, errno);
		return;
	}
	DIR *directory = fdopendir(fd);
	if (!directory)
		util_out_of_memory(); /* the only way for it to fail here */
	if (fstat(fd, &status) == 0)
		add_path(cache, status.st_ino, path);
	const struct dirent *entry;
	while (depth < DEPTH_MAX && (entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		char *below = xasprintf("%s/%s", path, entry->d_name);
		walk(cache,
		     openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
		     below, depth + 1);
		free(below);
	}
	closedir(directory);
}

static int compare_ids(const void *a, const void *b) {
	const struct cgroup_path *left = a;
	const struct cgroup_path *right = b;
	return (left->id > right->id) - (left->id < right->id);
}

static void load(struct cgroup_cache *cache) {
	if (cache->loaded)
		return;
	walk(cache, open_mount(), "", 0);
	if (cache->count > 1)
		qsort(cache->paths, cache->count, sizeof(*cache->paths), compare_ids);
	cache->loaded = true;
}

const char *cgroup_find(struct cgroup_cache *cache, uint64_t id) {
	load(cache);
	if (cache->count == 0)
		return NULL;
	const struct cgroup_path wanted = { .id = id };
	const struct cgroup_path *found =
	    bsearch(&wanted, cache->paths, cache->count, sizeof(*cache->paths), compare_ids);
	return found ? found->text : NULL;
}

uint64_t cgroup_id(struct cgroup_cache *cache, const char *path) {
	load(cache);
	for (size_t i = 0; i < cache->count; i++) {
		if (strcmp(cache->paths[i].text, path) == 0)
			return cache->paths[i].id;
	}
	return 0;
}

void cgroup_finish(struct cgroup_cache *cache) {
	for (size_t i = 0; i < cache->count; i++)
		free(cache->paths[i].text);
	free(cache->paths);
	*cache = (struct cgroup_cache){ 0 };
}
