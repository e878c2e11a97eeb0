/* A recording is read through once for the places and times of its moments, and then only the
 * moment that is wanted. */

#include "side.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "live.h"
#include "playback.h"
#include "sink.h"
#include "source.h"
#include "timeline.h"

/* A file, and which moment of it. */
struct target {
	char *path;
	bool has_when;
	struct when when;
};

/* Which moment of a recording, if nobody says. */
enum side_moment { SIDE_FIRST, SIDE_LAST };

struct compare_side side_compared(struct side *side) {
	return (struct compare_side){
		.snapshot = &side->frame.snapshot,
		.origin = frame_origin(&side->frame),
	};
}

void side_finish(struct side *side) {
	frame_finish(&side->frame);
	free(side->fault);
	*side = (struct side){ 0 };
}

static void take(struct side *side, const struct source *source, const struct want *want) {
	frame_look_for(&side->frame, source, want);
	side->needs = source->needs;
}

static enum exit_status look_at_machine(struct side *side, const struct side_wish *wish,
                                        char **error) {
	struct live live;
	bool no_such = false;
	if (!live_open(&live, wish->netns, NULL, &no_such, error))
		return no_such ? EXIT_STATUS_USAGE : EXIT_STATUS_PARTIAL;
	const struct source source = live_source(&live);
	take(side, &source, wish->want);
	live_close(&live);
	return EXIT_STATUS_MATCHED;
}

static struct target target_of(const char *word) {
	struct target target = { 0 };
	size_t length = strlen(word);
	if (access(word, F_OK) != 0)
		target.has_when = when_split(word, &length, &target.when);
	target.path = xasprintf("%.*s", (int)length, word);
	return target;
}

/* `fault` says why there are no more, if that is not the end of the file. */
static struct timeline find_moments(struct playback *playback, char **fault) {
	struct timeline moments = { 0 };
	struct source source;
	uint64_t position = playback_position(playback);
	while (playback_next(playback, &source, fault)) {
		timeline_add(&moments, &(struct timeline_moment){ .position = position,
		                                                  .time_ns = source.time_ns });
		position = playback_position(playback);
	}
	return moments;
}

/* A recording whose moments are known. */
struct opened {
	struct target target;
	struct playback playback;
	struct timeline moments; /* at least one; nobody counted the sockets */
	char *fault;
};

static void close_file(struct opened *opened) {
	playback_close(&opened->playback);
	timeline_finish(&opened->moments);
	free(opened->target.path);
	free(opened->fault);
}

static enum exit_status open_file(struct opened *opened, const char *word, char **error) {
	*opened = (struct opened){ .target = target_of(word), .playback.fd = -1 };
	if (!playback_open_seekable(&opened->playback, opened->target.path, error))
		return EXIT_STATUS_USAGE;
	opened->moments = find_moments(&opened->playback, &opened->fault);
	if (opened->moments.count > 0)
		return EXIT_STATUS_MATCHED;
	*error = opened->fault ? opened->fault
	                       : xasprintf("%s", _("the recording ends before its first look"));
	opened->fault = NULL;
	return EXIT_STATUS_PARTIAL;
}

static char *no_such_moment(const struct opened *opened) {
	const struct timeline *moments = &opened->moments;
	char *name = escape_copy(opened->target.path, strlen(opened->target.path));
	const struct sink_time first = sink_time(moments->times_ns[0]);
	const struct sink_time last = sink_time(moments->times_ns[moments->count - 1]);
	char *text =
	    xasprintf(_("'%s' has no such moment; it has %zu, from %s to %s"), name, moments->count,
	              first.text[0] ? first.text : "-", last.text[0] ? last.text : "-");
	free(name);
	return text;
}

static size_t index_of(const struct opened *opened, enum side_moment otherwise) {
	const struct timeline *moments = &opened->moments;
	if (opened->target.has_when)
		return when_find(&opened->target.when, moments->times_ns, moments->count);
	return otherwise == SIDE_FIRST ? 0 : moments->count - 1;
}

static enum exit_status look_at_moment(struct side *side, struct opened *opened, size_t index,
                                       const struct want *want, char **error) {
	struct source source;
	if (index == opened->moments.count) {
		*error = no_such_moment(opened);
		return EXIT_STATUS_USAGE;
	}
	const int result =
	    playback_seek(&opened->playback, opened->moments.positions[index], index);
	if (result < 0)
		*error = xasprintf("%s", strerror(-result));
	if (result < 0 || !playback_next(&opened->playback, &source, error))
		return EXIT_STATUS_PARTIAL;
	take(side, &source, want);
	return EXIT_STATUS_MATCHED;
}

static void hand_over_fault(struct opened *opened, struct side *side) {
	side->fault = opened->fault;
	opened->fault = NULL;
}

enum exit_status side_look(struct side *side, const struct side_wish *wish, char **error) {
	struct opened opened;
	*side = (struct side){ 0 };
	if (when_is_now(wish->word))
		return look_at_machine(side, wish, error);
	enum exit_status status = open_file(&opened, wish->word, error);
	if (status == EXIT_STATUS_MATCHED)
		status =
		    look_at_moment(side, &opened, index_of(&opened, SIDE_LAST), wish->want, error);
	hand_over_fault(&opened, side);
	close_file(&opened);
	return status;
}

enum exit_status side_look_alone(struct side *before, struct side *now,
                                 const struct side_wish *wish, char **error) {
	struct opened opened;
	*before = *now = (struct side){ 0 };
	enum exit_status status = open_file(&opened, wish->word, error);
	if (status == EXIT_STATUS_MATCHED)
		status = look_at_moment(before, &opened, index_of(&opened, SIDE_FIRST), wish->want,
		                        error);
	if (status == EXIT_STATUS_MATCHED)
		status = look_at_moment(now, &opened, opened.moments.count - 1, wish->want, error);
	hand_over_fault(&opened, now);
	close_file(&opened);
	return status;
}
