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
	size_t line;
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

static void add(struct config *config, struct span key, struct span value, size_t line) {
	if (config->count == config->capacity) {
		config->capacity = config->capacity ? config->capacity * 2 : 16;
		config->entries =
		    xreallocarray(config->entries, config->capacity, sizeof(*config->entries));
	}
	config->entries[config->count++] =
	    (struct config_entry){ copy(key), copy(value), config->files, line };
}

/* NULL or what is wrong. A line that says nothing has an empty key. */
static const char *split_line(struct span line, struct span *key, struct span *value) {
	const struct span content = trim(line);
	*key = (struct span){ content.bytes, 0 };
	if (memchr(line.bytes, '\0', line.length))
		return N_("a NUL byte");
	if (content.length == 0 || content.bytes[0] == '#')
		return NULL;
	const char *equals = memchr(content.bytes, '=', content.length);
	if (!equals)
		return N_("not of the form 'key = value'");
	const size_t before = (size_t)(equals - content.bytes);
	const struct span name = trim((struct span){ content.bytes, before });
	if (!is_key(name))
		return N_("not the name of a setting in front of the '='");
	*key = name;
	*value = trim((struct span){ equals + 1, content.length - before - 1 });
	return NULL;
}

bool config_line_has(const char *line, size_t length, const char *name) {
	struct span key;
	struct span value;
	if (split_line((struct span){ line, length }, &key, &value) != NULL)
		return false;
	return key.length > 0 && key.length == strlen(name) &&
	       memcmp(key.bytes, name, key.length) == 0;
}

static void drop_after(struct config *config, size_t count) {
	while (config->count > count) {
		config->count--;
		free(config->entries[config->count].key);
		free(config->entries[config->count].value);
	}
}

/* A file that is being parsed. */
struct lines {
	const char *text;
	size_t length, at;
	size_t number; /* of the line that was parsed last */
};

/* Up to the end, or to the first line that is wrong, which is told, and behind it. */
static const char *parse_lines(struct config *config, struct lines *lines) {
	while (lines->at < lines->length) {
		const char *start = lines->text + lines->at;
		const size_t left = lines->length - lines->at;
		const char *stop = memchr(start, '\n', left);
		const struct span line = { start, stop ? (size_t)(stop - start) : left };
		struct span key;
		struct span value;
		const char *fault = split_line(line, &key, &value);
		lines->at += line.length + 1;
		lines->number++;
		if (fault)
			return fault;
		if (key.length > 0)
			add(config, key, value, lines->number);
	}
	return NULL;
}

const char *config_parse(struct config *config, const char *text, size_t length, size_t *line) {
	const size_t count = config->count;
	struct lines lines = { .text = text, .length = length };
	const char *fault = parse_lines(config, &lines);
	if (fault) {
		drop_after(config, count);
		*line = lines.number;
		return fault;
	}
	config->files++;
	return NULL;
}

/* A file that is not there is no fault, and empty. False sets `error`. */
static bool read_file(const char *path, char **text, size_t *length, char **error) {
	const int result = text_file_read(path, CONFIG_FILE_MAX, text, length, error);
	if (result != -ENOENT && result != -ENOTDIR)
		return result == 0;
	free(*error);
	*error = NULL;
	return true;
}

static char *place_text(const char *path, size_t line, const char *fault) {
	char *name = escape_copy(path, strlen(path));
	char *text = xasprintf(_("'%s': line %zu: %s"), name, line, _(fault));
	free(name);
	return text;
}

/* How files are read, and where it goes to what is wrong with them. */
struct loading {
	struct config *config;
	bool (*file)(const struct loading *loading, const char *path);
	char **error;                 /* of load_strictly() */
	struct config_faults *faults; /* of load_leniently() */
};

static bool load_strictly(const struct loading *loading, const char *path) {
	char *text = NULL;
	size_t length = 0;
	size_t line = 0;
	if (!read_file(path, &text, &length, loading->error))
		return false;
	const char *fault = text ? config_parse(loading->config, text, length, &line) : NULL;
	free(text);
	if (fault)
		*loading->error = place_text(path, line, fault);
	return fault == NULL;
}

/* Sets the path of the file that comes next. */
static void name_file(struct config *config, const char *path) {
	config->paths = xreallocarray(config->paths, config->files + 1, sizeof(*config->paths));
	while (config->path_count < config->files)
		config->paths[config->path_count++] = NULL;
	config->paths[config->path_count++] = xasprintf("%s", path);
}

void config_faults_add(struct config_faults *faults, char *text) {
	if (faults->count++ == 0)
		faults->first = text;
	else
		free(text);
}

/* What is wrong is left out. */
static bool load_leniently(const struct loading *loading, const char *path) {
	struct lines lines = { .length = 0 };
	char *text = NULL;
	char *error = NULL;
	const char *fault;
	if (!read_file(path, &text, &lines.length, &error)) {
		config_faults_add(loading->faults, error);
		return true;
	}
	lines.text = text;
	name_file(loading->config, path);
	while ((fault = parse_lines(loading->config, &lines)) != NULL)
		config_faults_add(loading->faults, place_text(path, lines.number, fault));
	loading->config->files++;
	free(text);
	return true;
}

/* XDG Base Directory Specification: a path that is not absolute is to be ignored. NULL then. */
static char *path_in(struct span directory, const char *below) {
	if (directory.length == 0 || directory.bytes[0] != '/')
		return NULL;
	return xasprintf("%.*s%s/socklens/config", (int)directory.length, directory.bytes, below);
}

static bool load_directory(const struct loading *loading, struct span directory) {
	char *path = path_in(directory, "");
	const bool loaded = !path || loading->file(loading, path);
	free(path);
	return loaded;
}

static struct span variable(const char *name) {
	const char *value = getenv(name);
	return value ? (struct span){ value, strlen(value) } : (struct span){ "", 0 };
}

char *config_user_path(void) {
	char *path = path_in(variable("XDG_CONFIG_HOME"), "");
	return path ? path : path_in(variable("HOME"), "/.config");
}

static bool load_users(const struct loading *loading) {
	char *path = config_user_path();
	const bool loaded = !path || loading->file(loading, path);
	free(path);
	return loaded;
}

static bool load_systems(const struct loading *loading) {
	static const char usual[] = "/etc/xdg";
	struct span rest = variable("XDG_CONFIG_DIRS");
	if (rest.length == 0)
		rest = (struct span){ usual, sizeof(usual) - 1 };
	while (rest.length > 0) {
		const char *colon = memchr(rest.bytes, ':', rest.length);
		const size_t length = colon ? (size_t)(colon - rest.bytes) : rest.length;
		if (!load_directory(loading, (struct span){ rest.bytes, length }))
			return false;
		const size_t used = colon ? length + 1 : length;
		rest = (struct span){ rest.bytes + used, rest.length - used };
	}
	return true;
}

bool config_is_allowed(void) {
	return getauxval(AT_SECURE) == 0 && getuid() == geteuid() && getgid() == getegid();
}

bool config_load(struct config *config, char **error) {
	const struct config before = *config;
	const struct loading loading = { config, load_strictly, error, NULL };
	if (!config_is_allowed() || (load_users(&loading) && load_systems(&loading)))
		return true;
	drop_after(config, before.count);
	config->files = before.files;
	return false;
}

void config_load_leniently(struct config *config, struct config_faults *faults) {
	const struct loading loading = { config, load_leniently, NULL, faults };
	if (config_is_allowed()) {
		load_users(&loading);
		load_systems(&loading);
	}
}

static const struct config_entry *find(const struct config *config, const char *key,
                                       size_t key_length) {
	const struct config_entry *found = NULL;
	for (size_t i = 0; i < config->count; i++) {
		const struct config_entry *entry = &config->entries[i];
		if (found && entry->file != found->file)
			break;
		if (strlen(entry->key) == key_length && memcmp(entry->key, key, key_length) == 0)
			found = entry;
	}
	return found;
}

const char *config_get(const struct config *config, const char *key, size_t key_length) {
	const struct config_entry *found = find(config, key, key_length);
	return found ? found->value : NULL;
}

static struct config_setting setting_of(const struct config *config,
                                        const struct config_entry *entry) {
	return (struct config_setting){
		.key = entry->key,
		.value = entry->value,
		.path = entry->file < config->path_count ? config->paths[entry->file] : NULL,
		.line = entry->line,
	};
}

bool config_find(const struct config *config, const char *key, struct config_setting *setting) {
	const struct config_entry *found = find(config, key, strlen(key));
	if (found)
		*setting = setting_of(config, found);
	return found;
}

bool config_at(const struct config *config, size_t index, struct config_setting *setting) {
	if (index >= config->count)
		return false;
	*setting = setting_of(config, &config->entries[index]);
	return true;
}

char *config_fault_text(const struct config_setting *setting, const char *fault) {
	return place_text(setting->path ? setting->path : "", setting->line, fault);
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
	for (size_t i = 0; i < config->path_count; i++)
		free(config->paths[i]);
	free(config->paths);
	*config = (struct config){ 0 };
}
