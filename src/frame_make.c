/* The sockets of a look come in one batch, which is moved into the frame together with the memory
 * that it lies in; and that memory was the frame's before, so that a frame as large as the last but
 * one is made without asking the system for any. */

#include "frame_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "annotate.h"
#include "util.h"

struct making {
	struct frame *frame;
	const struct source *source;
};

/* The caller empties what is left here, which is nothing. */
static bool take_all(void *context, struct snapshot *batch) {
	const struct making *making = context;
	struct frame *frame = making->frame;
	struct sock **all = xcalloc(batch->count, sizeof(struct sock *));
	for (size_t i = 0; i < batch->count; i++)
		all[i] = &batch->socks[i];
	const struct annotation annotation =
	    annotate(making->source, batch, all, batch->count, frame->needs, NULL);
	free(all);
	frame->owners = annotation.owners;
	frame->snapshot = *batch;
	batch->arena = (struct arena){ 0 };
	batch->socks = NULL;
	batch->count = 0;
	batch->capacity = 0;
	return true;
}

/* Whatever is found out last is in the reports that stayed behind. */
static void look(struct making *making, const struct want *want) {
	struct frame *frame = making->frame;
	const struct source *source = making->source;
	struct snapshot batch = frame->snapshot;
	snapshot_reset(&batch);
	memset(batch.reports, 0, sizeof(batch.reports));
	frame->snapshot = (struct snapshot){ 0 };
	if (source->begin)
		source->begin(source->self, frame->needs);
	source->sockets(source->self, want, SIZE_MAX, &batch, take_all, making);
	if (source->conclude)
		source->conclude(source->self, &batch);
	memcpy(frame->snapshot.reports, batch.reports, sizeof(batch.reports));
	snapshot_finish(&batch);
}

void frame_look_for(struct frame *frame, const struct source *source, const struct want *want) {
	struct making making = { frame, source };
	*frame = (struct frame){
		.snapshot = frame->snapshot,
		.time_ns = source->time_ns,
		.monotonic_ns = source->monotonic_ns,
		.ephemeral = { source->ephemeral[0], source->ephemeral[1] },
		.needs = want->needs,
	};
	snprintf(frame->host, sizeof(frame->host), "%s", source->host);
	snprintf(frame->boot, sizeof(frame->boot), "%s", source->boot ? source->boot : "");
	frame->netns = source->netns;
	look(&making, want);
}

void frame_look(struct frame *frame, const struct source *source, uint32_t needs) {
	const struct want want = want_everything(needs);
	frame_look_for(frame, source, &want);
}

struct origin frame_origin(const struct frame *frame) {
	return (struct origin){ frame->host, frame->boot, frame->netns };
}

bool frame_shares_cookies(const struct frame *a, const struct frame *b) {
	const struct origin one = frame_origin(a);
	const struct origin other = frame_origin(b);
	return origin_shares_cookies(&one, &other);
}

void frame_compare(struct frame *frame, const struct frame *before, struct life *life) {
	const uint64_t now_ns = frame->monotonic_ns;
	const bool goes_on = before && frame_shares_cookies(before, frame);
	const struct snapshot *last = goes_on ? &before->snapshot : NULL;
	const uint64_t elapsed_ns =
	    goes_on && now_ns > before->monotonic_ns ? now_ns - before->monotonic_ns : 0;
	frame->number = before ? before->number + 1 : 1;
	if (!goes_on)
		life->looks = 0;
	life_update(life, last, &frame->snapshot, now_ns);
	frame->totals = totals_of(last, &frame->snapshot, elapsed_ns);
}

void frame_make(struct frame *frame, const struct frame *before, struct life *life,
                const struct source *source, uint32_t needs) {
	frame_look(frame, source, needs);
	frame_compare(frame, before, life);
}

void frame_finish(struct frame *frame) {
	snapshot_finish(&frame->snapshot);
	*frame = (struct frame){ 0 };
}
