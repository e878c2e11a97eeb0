/* The new text is written beside the file, which it then replaces. A link is followed first: who
 * keeps the file elsewhere has reasons for it. */

#include "config_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "escape.h"
#include "out.h"
#include "text_file.h"
#include "util.h"

/* A line ends where it ends, whatever is in the value. */
static void put_value(struct out *out, const char *value) {
	for (; *value; value++)
		out_char(out, (unsigned char)*value < ' ' || *value == 0x7f ? ' ' : *value);
}

static void put_line(struct out *out, const struct config_line *line) {
	out_text(out, line->key);
	out_text(out, " = ");
	put_value(out, line->value);
	out_char(out, '\n');
}

/* `count` if the line sets none of them. */
static size_t find_line(const char *text, size_t length, const struct config_line *lines,
                        size_t count) {
	size_t i = 0;
	while (i < count && !config_line_has(text, length, lines[i].key))
		i++;
	return i;
}

char *config_replace(const char *text, const struct config_line *lines, size_t count) {
	struct out out;
	bool *is_put = xcalloc(count + 1, sizeof(*is_put));
	out_init(&out, OUT_MEMORY);
	while (*text) {
		const size_t length = strcspn(text, "\n");
		const size_t at = find_line(text, length, lines, count);
		if (at == count) {
			out_bytes(&out, text, length);
			out_char(&out, '\n');
		} else if (!is_put[at]) {
			put_line(&out, &lines[at]);
			is_put[at] = true;
		}
		text += length + (text[length] == '\n');
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_put[i])
			put_line(&out, &lines[i]);
	}
	free(is_put);
	out_char(&out, '\0');
	return out.bytes;
}

static char *complain(const char *path, const char *reason) {
	char *name = escape_copy(path, strlen(path));
	char *text = xasprintf(_("not written: '%s': %s"), name, reason);
	free(name);
	return text;
}

/* What is there, "" if nothing is; NULL sets `told`. */
static char *read_text(const char *path, char **told) {
	char *text = NULL;
	char *error = NULL;
	size_t length = 0;
	const int result = text_file_read(path, CONFIG_FILE_MAX, &text, &length, &error);
	if (result == 0)
		return text;
	if (result == -ENOENT) {
		free(error);
		return xasprintf("%s", "");
	}
	*told = xasprintf(_("not written: %s"), error);
	free(error);
	return NULL;
}

/* Each directory above the file, from `/` on, unless it is there. 0 or -errno. */
static int make_directories(char *path) {
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const int error = mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -errno;
		*slash = '/';
		if (error != 0)
			return error;
	}
	return 0;
}

/* With sudo -E, or after su, HOME may be that of another one, whom a file of ours would hinder. */
static bool is_ours(const char *path) {
	struct stat status;
	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

/* The deepest above the file that can be seen already, a directory if nothing is in the way; for
 * the caller to free. */
static char *deepest_above(const char *path) {
	char *directory = xasprintf("%s", path);
	struct stat status;
	do
		*strrchr(directory, '/') = '\0';
	while (directory[0] && stat(directory, &status) != 0);
	if (directory[0] == '\0')
		memcpy(directory, "/", sizeof("/"));
	return directory;
}

static int write_all(int fd, const char *text) {
	const int error = util_write_all(fd, text, strlen(text), -1);
	if (error != 0)
		return error;
	return fsync(fd) == 0 ? 0 : -errno;
}

/* 0 or -errno, and then nothing has changed. */
static int replace_file(const char *path, const char *text) {
	char *beside = xasprintf("%s.XXXXXX", path);
	const int fd = mkostemp(beside, O_CLOEXEC); /* of mode 0600 */
	int error = fd < 0 ? -errno : write_all(fd, text);
	if (fd >= 0 && close(fd) != 0 && error == 0)
		error = -errno;
	if (error == 0 && rename(beside, path) != 0)
		error = -errno;
	if (fd >= 0 && error != 0)
		unlink(beside);
	free(beside);
	return error;
}

static bool save_at(char *path, const struct config_line *lines, size_t count, char **told) {
	char *above = deepest_above(path);
	const bool is_allowed = is_ours(above) && (access(path, F_OK) != 0 || is_ours(path));
	free(above);
	if (!is_allowed) {
		*told = complain(path, _("it would lie where another user rules"));
		return false;
	}
	char *text = read_text(path, told);
	if (!text)
		return false;
	char *changed = config_replace(text, lines, count);
	const int made = make_directories(path);
	const int error = made != 0 ? made : replace_file(path, changed);
	free(text);
	free(changed);
	*told = error == 0 ? escape_copy(path, strlen(path)) : complain(path, strerror(-error));
	return error == 0;
}

static bool is_link(const char *path) {
	struct stat status;
	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

bool config_save(const struct config_line *lines, size_t count, char **told) {
	if (!config_is_allowed()) {
		*told =
		    xasprintf("%s", _("not written: the program has more rights than its user"));
		return false;
	}
	char *path = config_user_path();
	if (!path) {
		*told = xasprintf("%s", _("not written: HOME names no directory"));
		return false;
	}
	char *target = realpath(path, NULL);
	/* A loop is told when it is read. */
	const bool leads_nowhere = !target && errno == ENOENT && is_link(path);
	if (leads_nowhere)
		*told = complain(path, _("a link to what is not there"));
	const bool saved = !leads_nowhere && save_at(target ? target : path, lines, count, told);
	free(target);
	free(path);
	return saved;
}
