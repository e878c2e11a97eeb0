/* What is not known is no difference. */

#include "origin.h"

#include <string.h>

static bool is_known(const char *text) {
	return text && text[0] != '\0';
}

/* False only if they are known to be different. */
static bool may_be_same(const char *a, const char *b) {
	return !is_known(a) || !is_known(b) || strcmp(a, b) == 0;
}

/* A boot tells more than a host's name, which containers have of their own. */
bool origin_shares_cookies(const struct origin *a, const struct origin *b) {
	if (a->netns != 0 && b->netns != 0 && a->netns != b->netns)
		return false;
	if (is_known(a->boot) && is_known(b->boot))
		return strcmp(a->boot, b->boot) == 0;
	return may_be_same(a->host, b->host);
}
