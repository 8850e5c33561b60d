/* SPDX-License-Identifier: MIT
 * Latency histogram with fixed buckets: 64 a power of two, so a figure is at most 1.6% off, and
 * recording is one increment. Only load.c uses it. */
#ifndef PX_BENCH_HISTOGRAM_H
#define PX_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { SUB_BITS = 6, SUB_COUNT = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS) * SUB_COUNT };

struct histogram {
    uint64_t count;
    uint64_t max_ns;
    uint64_t buckets[BUCKETS];
};

/* Values below 64 have a bucket each; above, the 6 bits after the leading one choose it. */
static inline unsigned bucket_of(uint64_t ns) {
    if (ns < SUB_COUNT) return (unsigned)ns;
    unsigned shift = 63u - (unsigned)__builtin_clzll(ns) - SUB_BITS;
    return (shift + 1) * SUB_COUNT + (unsigned)((ns >> shift) - SUB_COUNT);
}

static inline void histogram_add(struct histogram *h, uint64_t ns) {
    h->count++;
    if (ns > h->max_ns) h->max_ns = ns;
    h->buckets[bucket_of(ns)]++;
}

/* The middle of the bucket in which the given fraction (0 to 1) of all values is reached; ns.
 * 0 where nothing was recorded. */
static inline uint64_t histogram_quantile(const struct histogram *h, double fraction) {
    uint64_t wanted = (uint64_t)(fraction * (double)h->count), seen = 0;
    for (unsigned i = 0; i < BUCKETS && h->count > 0; i++) {
        seen += h->buckets[i];
        if (seen <= wanted && seen < h->count) continue;
        if (i < SUB_COUNT) return i;
        unsigned shift = i / SUB_COUNT - 1;
        uint64_t low = (uint64_t)(SUB_COUNT + i % SUB_COUNT) << shift;
        return low + ((1ull << shift) >> 1);
    }
    return 0;
}

#endif
