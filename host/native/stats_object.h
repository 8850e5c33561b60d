/* SPDX-License-Identifier: MIT
 * Counters as JavaScript sees them: HostStats of host/wasi/stats.ts. */
#ifndef PX_STATS_OBJECT_H
#define PX_STATS_OBJECT_H

#include "napi_values.h"
#include "snapshot.h"

/* NULL: an exception is pending. */
napi_value px_stats_object(napi_env env, const struct px_snapshot *snapshot);

#endif
