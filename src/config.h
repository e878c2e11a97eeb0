#pragma once
/* The configuration: `key = value` lines of files in the XDG directories, the user's first. */

#include <stdbool.h>
#include <stddef.h>

struct config_entry;

/* Zero-initialise it. */
struct config {
	struct config_entry *entries;
	size_t count;
	size_t capacity;
	size_t files; /* parsed so far */
};

enum { CONFIG_FILE_MAX = 1024 * 1024 };

/* Reads $XDG_CONFIG_HOME/socklens/config and that of each of $XDG_CONFIG_DIRS, as far as they are
 * there; nothing at all if the program has more rights than who started it. False leaves `config`
 * as it was and sets `error`, one line for the caller to free, which names the file. */
bool config_load(struct config *config, char **error);

/* Adds the settings of one more file, after which those before it still win. NULL; or what is
 * wrong, a text to translate, and in which line, and nothing was added. Pure. */
const char *config_parse(struct config *config, const char *text, size_t length, size_t *line);

/* The value, which may be ""; or NULL. It lives until config_finish(). */
const char *config_get(const struct config *config, const char *key, size_t key_length);

/* The rest of each key that begins with `prefix`, sorted, each once. The caller frees the array;
 * the texts live until config_finish(). */
const char **config_names(const struct config *config, const char *prefix, size_t *count);

void config_finish(struct config *config);
