#pragma once
/* What the lab says, for people and as JSON. */

#include <stddef.h>
#include <stdint.h>

#include "lab_bench.h"
#include "lab_options.h"
#include "out.h"

/* Every condition with its sentence. */
void lab_write_list(const struct lab_plan *plan, struct out *out);

/* What was made, or why not, and how to see it. */
void lab_write_made(const struct lab_plan *plan, const struct lab_made *made,
                    const struct lab_sights *sights, struct out *out);

/* Once all are made, and once all are closed. */
void lab_write_holding(const struct lab_plan *plan, struct out *out);
void lab_write_summary(const struct lab_plan *plan, size_t made, uint64_t held_ns, struct out *out);

/* The table of --verify, line by line. */
enum lab_verdict { LAB_PASS, LAB_FAIL, LAB_SKIPPED, LAB_ERROR, LAB_VERDICT_COUNT };
void lab_write_heading(const struct lab_plan *plan, struct out *out);
void lab_write_verdict(const struct lab_plan *plan, const struct lab_made *made,
                       const struct lab_sights *sights, enum lab_verdict verdict, struct out *out);
void lab_write_verdicts(const struct lab_plan *plan, const size_t counts[LAB_VERDICT_COUNT],
                        struct out *out);
