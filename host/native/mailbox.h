/* SPDX-License-Identifier: MIT
 * How the app hears of its channels: one mailbox for each JavaScript environment. What happens on the
 * environment's own thread is told at once, by a function that only schedules; from another thread it comes by a
 * threadsafe function, once for all that happened meanwhile. For channel_object.c. */
#ifndef PX_MAILBOX_H
#define PX_MAILBOX_H

#include <stdbool.h>

#define NAPI_VERSION 8
#include <node_api.h>

struct mailbox;

/* Who is told. Embedded in what owns it, which calls px_ear_close before it goes away. */
struct px_ear {
  struct mailbox *mailbox;
  struct px_ear *next; /* among those to be told */
  napi_ref on_event;   /* () => void */
  bool listed, keeps;
};

/* The mailbox of the environment; NULL: out of memory. */
struct mailbox *px_mailbox_make(napi_env env);

/* From now on `on_event` is called. It keeps the environment's loop alive until px_ear_keep says otherwise. On
 * the environment's thread, as px_ear_close and px_ear_keep. */
napi_status px_ear_open(struct px_ear *ear, struct mailbox *mailbox, napi_value on_event);
void px_ear_close(struct px_ear *ear);
void px_ear_keep(struct px_ear *ear, bool keeps);

/* Any thread. `ear` is a struct px_ear that is open. */
void px_ear_tell(void *ear);

#endif
