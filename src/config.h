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
	char **paths; /* of files, as far as they were loaded leniently; NULL: not known */
	size_t path_count;
};

enum { CONFIG_FILE_MAX = 1024 * 1024 };

/* What is wrong with files: the first of it, one line. Zero-initialise it; free `first`. */
struct config_faults {
	char *first; /* NULL: nothing */
	size_t count;
};

/* Takes the text. */
void config_faults_add(struct config_faults *faults, char *text);

/* Where the user's own file is, or would be, for the caller to free; NULL: nowhere. */
char *config_user_path(void);

/* False if the program has more rights than who started it: the environment, which says where the
 * files are, is somebody else's than the rights are. */
bool config_is_allowed(void);

/* Reads $XDG_CONFIG_HOME/socklens/config and that of each of $XDG_CONFIG_DIRS, as far as they are
 * there; nothing at all if the program has more rights than who started it. False leaves `config`
 * as it was and sets `error`, one line for the caller to free, which names the file. */
bool config_load(struct config *config, char **error);

/* The same, but a line or a file that is wrong is left out and told of, and all else counts. */
void config_load_leniently(struct config *config, struct config_faults *faults);

/* Adds the settings of one more file, after which those before it still win. NULL; or what is
 * wrong, a text to translate, and in which line, and nothing was added. Pure. */
const char *config_parse(struct config *config, const char *text, size_t length, size_t *line);

/* The value, which may be ""; or NULL. It lives until config_finish(). */
const char *config_get(const struct config *config, const char *key, size_t key_length);

struct config_setting {
	const char *key, *value, *path; /* until config_finish(); path: NULL if it is not known */
	size_t line;                    /* in the file */
};

/* What config_get() finds. */
bool config_find(const struct config *config, const char *key, struct config_setting *setting);

/* What each line says, also of those that do not hold. False behind the last. */
bool config_at(const struct config *config, size_t index, struct config_setting *setting);

/* What is wrong with it, in one line with file and line, for the caller to free; `fault` is marked
 * with N_. */
char *config_fault_text(const struct config_setting *setting, const char *fault);

/* True if the line of a file sets the key `name`. Pure. */
bool config_line_has(const char *line, size_t length, const char *name);

/* The rest of each key that begins with `prefix`, sorted, each once. The caller frees the array;
 * the texts live until config_finish(). */
const char **config_names(const struct config *config, const char *prefix, size_t *count);

void config_finish(struct config *config);
