/* Two configuration files of any content, one after the other: what follows the first "\n--\n" is
 * the second. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "util.h"

static size_t count_lines(const char *text, size_t length) {
	size_t lines = length > 0;
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* In memory of its own, so that a sanitizer sees a read behind it. */
static void parse(struct config *config, const uint8_t *data, size_t size) {
	const size_t count = config->count;
	const size_t files = config->files;
	size_t line = 0;
	char *text = xmalloc(size);
	if (size > 0)
		memcpy(text, data, size);
	const char *fault = config_parse(config, text, size, &line);
	const size_t lines = count_lines(text, size);
	free(text);
	assert(config->files == files + !fault);
	assert(!fault || (config->count == count && line > 0 && line <= lines));
	assert(config->count - count <= lines);
}

/* Every name that is told is there, sorted, and every key is told. */
static void check(const struct config *config) {
	size_t count = 0;
	size_t filter_count = 0;
	const char **keys = config_names(config, "", &count);
	const char **filters = config_names(config, "filter.", &filter_count);
	assert(count <= config->count && filter_count <= count);
	for (size_t i = 0; i < count; i++) {
		const char *value = config_get(config, keys[i], strlen(keys[i]));
		assert(keys[i][0] != '\0' && !strpbrk(keys[i], " \t\r\n=#"));
		assert(i == 0 || strcmp(keys[i - 1], keys[i]) < 0);
		assert(value && !strchr(value, '\n') && value[0] != ' ' && value[0] != '\t');
	}
	for (size_t i = 0; i < filter_count; i++) {
		char *key = xasprintf("filter.%s", filters[i]);
		assert(filters[i][0] != '\0' && !strchr(filters[i], '.'));
		assert(config_get(config, key, strlen(key)));
		free(key);
	}
	free(keys);
	free(filters);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const char between[] = "\n--\n";
	const size_t length = sizeof(between) - 1;
	struct config config = { 0 };
	const uint8_t *cut = size > 0 ? memmem(data, size, between, length) : NULL;
	const size_t first = cut ? (size_t)(cut - data) : size;
	parse(&config, data, first);
	check(&config);
	if (cut)
		parse(&config, cut + length, size - first - length);
	check(&config);
	config_finish(&config);
	assert(config.count == 0 && !config_get(&config, "", 0));
	return 0;
}
