/* The settings of all files stand one after another; which of them wins is decided when one is
 * asked for: the first file that has the key, and in it the last line. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "escape.h"
#include "text_file.h"
#include "util.h"

static const char filter_prefix[] = "filter.";
static const char key_bytes[] = "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789_-.";

struct config_entry {
	char *key;
	char *value;
	size_t file;
};

/* Bytes of the text that is parsed. */
struct span {
	const char *bytes;
	size_t length;
};

static bool is_blank(char byte) {
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct span trim(struct span span) {
	while (span.length > 0 && is_blank(span.bytes[0]))
		span = (struct span){ span.bytes + 1, span.length - 1 };
	while (span.length > 0 && is_blank(span.bytes[span.length - 1]))
		span.length--;
	return span;
}

/* What is behind "filter." is one word of the filter language. */
static bool is_key(struct span key) {
	const size_t prefix = sizeof(filter_prefix) - 1;
	for (size_t i = 0; i < key.length; i++) {
		if (!memchr(key_bytes, key.bytes[i], sizeof(key_bytes) - 1))
			return false;
	}
	if (key.length < prefix || memcmp(key.bytes, filter_prefix, prefix) != 0)
		return key.length > 0;
	return key.length > prefix && !memchr(key.bytes + prefix, '.', key.length - prefix);
}

static char *copy(struct span span) {
	char *text = xmalloc(span.length + 1);
	memcpy(text, span.bytes, span.length);
	text[span.length] = '\0';
	return text;
}

static void add(struct config *config, struct span key, struct span value) {
	if (config->count == config->capacity) {
		config->capacity = config->capacity ? config->capacity * 2 : 16;
		config->entries =
		    xreallocarray(config->entries, config->capacity, sizeof(*config->entries));
	}
	config->entries[config->count++] =
	    (struct config_entry){ copy(key), copy(value), config->files };
}

/* NULL or what is wrong. */
static const char *parse_line(struct config *config, struct span line) {
	const struct span content = trim(line);
	if (memchr(line.bytes, '\0', line.length))
		return N_("a NUL byte");
	if (content.length == 0 || content.bytes[0] == '#')
		return NULL;
	const char *equals = memchr(content.bytes, '=', content.length);
	if (!equals)
		return N_("not of the form 'key = value'");
	const size_t before = (size_t)(equals - content.bytes);
	const struct span key = trim((struct span){ content.bytes, before });
	if (!is_key(key))
		return N_("not the name of a setting in front of the '='");
	add(config, key, trim((struct span){ equals + 1, content.length - before - 1 }));
	return NULL;
}

static void drop_after(struct config *config, size_t count) {
	while (config->count > count) {
		config->count--;
		free(config->entries[config->count].key);
		free(config->entries[config->count].value);
	}
}

const char *config_parse(struct config *config, const char *text, size_t length, size_t *line) {
	const size_t count = config->count;
	size_t number = 1;
	for (size_t at = 0; at < length; number++) {
		const char *stop = memchr(text + at, '\n', length - at);
		const size_t line_length = stop ? (size_t)(stop - text) - at : length - at;
		const char *fault = parse_line(config, (struct span){ text + at, line_length });
		if (fault) {
			drop_after(config, count);
			*line = number;
			return fault;
		}
		at += line_length + 1;
	}
	config->files++;
	return NULL;
}

/* A file that is not there is no fault. */
static bool load_file(struct config *config, const char *path, char **error) {
	char *text = NULL;
	size_t length = 0;
	size_t line = 0;
	const int result = text_file_read(path, CONFIG_FILE_MAX, &text, &length, error);
	if (result == -ENOENT || result == -ENOTDIR) {
		free(*error);
		*error = NULL;
		return true;
	}
	if (result < 0)
		return false;
	const char *fault = config_parse(config, text, length, &line);
	free(text);
	if (!fault)
		return true;
	char *name = escape_copy(path, strlen(path));
	*error = xasprintf(_("'%s': line %zu: %s"), name, line, _(fault));
	free(name);
	return false;
}

/* XDG Base Directory Specification: a path that is not absolute is to be ignored. */
static bool load_directory(struct config *config, struct span directory, const char *below,
                           char **error) {
	if (directory.length == 0 || directory.bytes[0] != '/')
		return true;
	char *path =
	    xasprintf("%.*s%s/socklens/config", (int)directory.length, directory.bytes, below);
	const bool loaded = load_file(config, path, error);
	free(path);
	return loaded;
}

static struct span variable(const char *name) {
	const char *value = getenv(name);
	return value ? (struct span){ value, strlen(value) } : (struct span){ "", 0 };
}

static bool load_users(struct config *config, char **error) {
	const struct span own = variable("XDG_CONFIG_HOME");
	if (own.length > 0 && own.bytes[0] == '/')
		return load_directory(config, own, "", error);
	return load_directory(config, variable("HOME"), "/.config", error);
}

static bool load_systems(struct config *config, char **error) {
	static const char usual[] = "/etc/xdg";
	struct span rest = variable("XDG_CONFIG_DIRS");
	if (rest.length == 0)
		rest = (struct span){ usual, sizeof(usual) - 1 };
	while (rest.length > 0) {
		const char *colon = memchr(rest.bytes, ':', rest.length);
		const size_t length = colon ? (size_t)(colon - rest.bytes) : rest.length;
		if (!load_directory(config, (struct span){ rest.bytes, length }, "", error))
			return false;
		const size_t used = colon ? length + 1 : length;
		rest = (struct span){ rest.bytes + used, rest.length - used };
	}
	return true;
}

/* Then the environment is somebody else's than the rights are. */
static bool has_raised_privilege(void) {
	return getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid();
}

bool config_load(struct config *config, char **error) {
	const struct config before = *config;
	if (has_raised_privilege() || (load_users(config, error) && load_systems(config, error)))
		return true;
	drop_after(config, before.count);
	config->files = before.files;
	return false;
}

const char *config_get(const struct config *config, const char *key, size_t key_length) {
	const struct config_entry *found = NULL;
	for (size_t i = 0; i < config->count; i++) {
		const struct config_entry *entry = &config->entries[i];
		if (found && entry->file != found->file)
			break;
		if (strlen(entry->key) == key_length && memcmp(entry->key, key, key_length) == 0)
			found = entry;
	}
	return found ? found->value : NULL;
}

static int compare_names(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **config_names(const struct config *config, const char *prefix, size_t *count) {
	const size_t length = strlen(prefix);
	const char **names = xcalloc(config->count + 1, sizeof(*names));
	size_t found = 0;
	for (size_t i = 0; i < config->count; i++) {
		if (strncmp(config->entries[i].key, prefix, length) == 0)
			names[found++] = config->entries[i].key + length;
	}
	qsort(names, found, sizeof(*names), compare_names);
	*count = 0;
	for (size_t i = 0; i < found; i++) {
		if (*count == 0 || strcmp(names[*count - 1], names[i]) != 0)
			names[(*count)++] = names[i];
	}
	return names;
}

void config_finish(struct config *config) {
	drop_after(config, 0);
	free(config->entries);
	*config = (struct config){ 0 };
}
