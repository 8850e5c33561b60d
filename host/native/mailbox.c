/* SPDX-License-Identifier: MIT
 * See mailbox.h. */
#include "mailbox.h"

#include <pthread.h>
#include <stdlib.h>

struct mailbox {
  pthread_mutex_t lock;
  int holders; /* the environment, and the ears that are open */
  napi_env env;
  pthread_t thread;
  bool gone; /* the environment goes down */
  struct px_ear *told;
  napi_threadsafe_function wake;
  int keeping; /* ears that keep the loop alive */
};

static void leave(struct mailbox *mailbox) {
  pthread_mutex_lock(&mailbox->lock);
  bool last = --mailbox->holders == 0;
  pthread_mutex_unlock(&mailbox->lock);
  if (!last) return;
  pthread_mutex_destroy(&mailbox->lock);
  free(mailbox);
}

static void on_end_of_env(void *data) { leave(data); }

struct mailbox *px_mailbox_make(napi_env env) {
  struct mailbox *mailbox = calloc(1, sizeof *mailbox);
  if (mailbox == NULL) return NULL;
  pthread_mutex_init(&mailbox->lock, NULL);
  mailbox->holders = 1;
  mailbox->env = env;
  mailbox->thread = pthread_self();
  napi_add_env_cleanup_hook(env, on_end_of_env, mailbox);
  return mailbox;
}

/* Comes before the end of the threadsafe function, whose own hook was added before: nobody calls it any more. */
static void on_end_of_wake(void *data) {
  struct mailbox *mailbox = data;
  pthread_mutex_lock(&mailbox->lock);
  mailbox->gone = true;
  napi_release_threadsafe_function(mailbox->wake, napi_tsfn_abort);
  mailbox->wake = NULL;
  pthread_mutex_unlock(&mailbox->lock);
}

static bool call(napi_env env, const struct px_ear *ear) {
  napi_handle_scope scope;
  napi_value function, receiver;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return false;
  bool called = napi_get_reference_value(env, ear->on_event, &function) == napi_ok &&
                napi_get_undefined(env, &receiver) == napi_ok &&
                napi_call_function(env, receiver, function, 0, NULL, NULL) == napi_ok;
  napi_close_handle_scope(env, scope);
  return called;
}

static struct px_ear *take(struct mailbox *mailbox) {
  pthread_mutex_lock(&mailbox->lock);
  struct px_ear *ear = mailbox->told;
  if (ear != NULL) {
    mailbox->told = ear->next;
    ear->listed = false;
  }
  pthread_mutex_unlock(&mailbox->lock);
  return ear;
}

static void call_all(napi_env env, napi_value ignored, void *context, void *data) {
  (void)ignored;
  (void)data;
  if (env == NULL) return; /* it goes down */
  for (struct px_ear *ear; (ear = take(context)) != NULL;) call(env, ear);
}

static napi_status open_wake(struct mailbox *mailbox) {
  napi_env env = mailbox->env;
  napi_value name;
  if (mailbox->wake != NULL) return napi_ok;
  napi_status status = napi_create_string_utf8(env, "pollux.channel", NAPI_AUTO_LENGTH, &name);
  if (status == napi_ok)
    status = napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, mailbox,
                                             call_all, &mailbox->wake);
  if (status != napi_ok) return status;
  napi_unref_threadsafe_function(env, mailbox->wake);
  return napi_add_env_cleanup_hook(env, on_end_of_wake, mailbox);
}

napi_status px_ear_open(struct px_ear *ear, struct mailbox *mailbox, napi_value on_event) {
  napi_status status = open_wake(mailbox);
  *ear = (struct px_ear){.mailbox = mailbox};
  if (status == napi_ok) status = napi_create_reference(mailbox->env, on_event, 1, &ear->on_event);
  if (status != napi_ok) return status;
  pthread_mutex_lock(&mailbox->lock);
  mailbox->holders++;
  pthread_mutex_unlock(&mailbox->lock);
  px_ear_keep(ear, true);
  return napi_ok;
}

void px_ear_keep(struct px_ear *ear, bool keeps) {
  struct mailbox *mailbox = ear->mailbox;
  if (ear->keeps == keeps) return;
  ear->keeps = keeps;
  mailbox->keeping += keeps ? 1 : -1;
  if (mailbox->wake == NULL) return;
  if (keeps && mailbox->keeping == 1) napi_ref_threadsafe_function(mailbox->env, mailbox->wake);
  if (!keeps && mailbox->keeping == 0) napi_unref_threadsafe_function(mailbox->env, mailbox->wake);
}

void px_ear_close(struct px_ear *ear) {
  struct mailbox *mailbox = ear->mailbox;
  px_ear_keep(ear, false);
  pthread_mutex_lock(&mailbox->lock);
  for (struct px_ear **at = &mailbox->told; *at != NULL; at = &(*at)->next) {
    if (*at != ear) continue;
    *at = ear->next;
    break;
  }
  pthread_mutex_unlock(&mailbox->lock);
  napi_delete_reference(mailbox->env, ear->on_event);
  leave(mailbox);
}

void px_ear_tell(void *data) {
  struct px_ear *ear = data;
  struct mailbox *mailbox = ear->mailbox;
  /* What fails here (an exception is pending, the environment goes down) goes the long way. */
  if (pthread_equal(pthread_self(), mailbox->thread) && call(mailbox->env, ear)) return;
  pthread_mutex_lock(&mailbox->lock);
  if (!mailbox->gone && !ear->listed) {
    bool first = mailbox->told == NULL;
    ear->listed = true;
    ear->next = mailbox->told;
    mailbox->told = ear;
    if (first) napi_call_threadsafe_function(mailbox->wake, NULL, napi_tsfn_nonblocking);
  }
  pthread_mutex_unlock(&mailbox->lock);
}
