/* SPDX-License-Identifier: MIT
 * What has to be done before a signal ends the process. It stands before SIGINT, SIGTERM and SIGHUP
 * where they would end it, and lets happen what would have happened without it. */
#ifndef PX_ENDING_H
#define PX_ENDING_H

#include <stdbool.h>

/* Must be async-signal-safe: it runs in the signal's handler. */
typedef void px_ending_hook(void *argument);

/* `own_thread`: only if the signal finds the thread that calls this now; so the hook need not fear that
 * its argument is in use. Not in a forked child. Without memory nothing is added. */
void px_ending_add(px_ending_hook *hook, void *argument, bool own_thread);
void px_ending_remove(px_ending_hook *hook, void *argument);

#endif
