/* Nothing is asked of anybody unless a word of the filter cannot do without. */

#include "filter_sources.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "resolve.h"
#include "services.h"
#include "text_file.h"
#include "util.h"

enum { FILTER_FILE_MAX = 1 << 20 };

static size_t find_ports(void *context, const char *name, size_t length, uint16_t *ports,
                         size_t max) {
	struct filter_sources *sources = context;
	int error = 0;
	if (!sources->services)
		sources->services = services_load(&error);
	return sources->services ? services_ports(sources->services, name, length, ports, max) : 0;
}

static const char *find_named(void *context, const char *name, size_t length) {
	struct filter_sources *sources = context;
	if (!sources->has_config && !config_load(&sources->config, &sources->error))
		return NULL;
	sources->has_config = true;
	char *key = xasprintf("filter.%.*s", (int)length, name);
	const char *text = config_get(&sources->config, key, strlen(key));
	free(key);
	return text;
}

static const char *find_similar(void *context, const char *name, size_t length) {
	struct filter_sources *sources = context;
	size_t count = 0;
	const char **names = config_names(&sources->config, "filter.", &count);
	const char *like = util_closest(name, length, names, count);
	free(names);
	return like;
}

struct filter_names filter_sources_names(struct filter_sources *sources) {
	return (struct filter_names){
		.context = sources,
		.ports = find_ports,
		.named = find_named,
		.similar = find_similar,
	};
}

void filter_sources_finish(struct filter_sources *sources) {
	services_destroy(sources->services);
	config_finish(&sources->config);
	free(sources->error);
	*sources = (struct filter_sources){ 0 };
}

/* What a name server should know is an error of the filter; what nobody says is none. */
static enum exit_status take_answer(struct filter *filter, size_t index,
                                    const struct resolve_host *host, char **error) {
	for (size_t i = 0; i < host->count; i++)
		filter_add_address(filter, index, (enum sock_family)host->addresses[i].family,
		                   host->addresses[i].address);
	if (host->outcome == RESOLVE_FOUND)
		return EXIT_STATUS_MATCHED;
	char *name = escape_copy(host->name, strlen(host->name));
	*error = xasprintf(_("filter: host '%s': %s"), name, resolve_reason(host));
	free(name);
	return host->outcome == RESOLVE_NO_SUCH_HOST ? EXIT_STATUS_USAGE : EXIT_STATUS_PARTIAL;
}

enum exit_status filter_look_up(struct filter *filter, char **error) {
	enum exit_status status = EXIT_STATUS_MATCHED;
	size_t count = 0;
	while (filter_host_name(filter, count))
		count++;
	if (count == 0)
		return status;
	struct resolve_host *hosts = xcalloc(count, sizeof(*hosts));
	for (size_t i = 0; i < count; i++)
		hosts[i].name = filter_host_name(filter, i);
	resolve_hosts(hosts, count, RESOLVE_LIMIT_MS);
	for (size_t i = 0; i < count && status == EXIT_STATUS_MATCHED; i++)
		status = take_answer(filter, i, &hosts[i], error);
	for (size_t i = 0; i < count; i++)
		free(hosts[i].addresses);
	free(hosts);
	return status;
}

/* Every byte keeps its place, so that an error can name it. What is in quotes is no comment. */
static void blank_comments(char *text) {
	bool in_comment = false;
	char quote = '\0';
	char before = '\n';
	for (; *text; before = *text++) {
		if (*text == '\n')
			in_comment = false;
		else if (!quote && *text == '#' && strchr(" \t\r\n", before))
			in_comment = true;
		if (in_comment)
			*text = ' ';
		else if (quote ? *text == quote && before != '\\' : *text == '"' || *text == '\'')
			quote = quote ? '\0' : *text;
	}
}

char *filter_read_file(const char *path, char **error) {
	char *text = NULL;
	size_t length = 0;
	if (text_file_read(path, FILTER_FILE_MAX, &text, &length, error) < 0)
		return NULL;
	blank_comments(text);
	return text;
}
