/* SPDX-License-Identifier: MIT
 * What the app gives to a guest, as JavaScript does it: handOff, duplicate, and the app's end of a channel. Typed in
 * addon.ts. Functions answer -errno, or errno where 0 is success. */
#define _GNU_SOURCE
#include "given_object.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "mailbox.h"
#include "napi_values.h"
#include "stop.h"

/* The app's end of a channel. */
struct end {
  struct px_ear ear;
  struct px_channel *channel; /* NULL: destroyed */
};

static napi_value number(napi_env env, double value) {
  napi_value result;
  TRY(napi_create_double(env, value, &result));
  return result;
}

static napi_status bytes_of(napi_env env, napi_value value, uint8_t **data, size_t *size) {
  napi_typedarray_type type;
  return napi_get_typedarray_info(env, value, &type, size, (void **)data, NULL, NULL);
}

/* ---- giving ---- */

struct gift {
  uint32_t listener;
  struct px_arrival *arrival;
  const char *name; /* of a channel that is to be made */
  struct px_channel *channel;
  int status;
};

static void put_gift(struct px_host *host, void *context) {
  struct gift *gift = context;
  gift->status = px_inbox_put(host, gift->listener, gift->arrival);
}

/* A socket that a guest can have: a stream, which it gets non-blocking and without Nagle's algorithm, as it gets
 * those that it accepts. 0 or errno. */
static int prepare(int fd) {
  int type, on = 1;
  socklen_t length = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0) return errno;
  if (type != SOCK_STREAM) return ESOCKTNOSUPPORT;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return errno;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* of a Unix socket: refused, and not needed */
  return 0;
}

static napi_value hand_off(napi_env env, napi_callback_info info) {
  size_t argc = 4, size;
  napi_value argv[4];
  uint32_t id;
  int32_t fd;
  uint8_t *bytes;
  struct gift gift = {.status = -ESRCH};
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_uint32(env, argv[0], &id));
  TRY(napi_get_value_uint32(env, argv[1], &gift.listener));
  TRY(napi_get_value_int32(env, argv[2], &fd));
  TRY(bytes_of(env, argv[3], &bytes, &size));
  int error = prepare(fd);
  if (error != 0) {
    close(fd);
    return number(env, error);
  }
  gift.arrival = size > UINT32_MAX ? NULL : px_arrival_make(fd, NULL, bytes, (uint32_t)size);
  if (gift.arrival == NULL)
    gift.status = -ENOMEM;
  else
    px_registry_use(id, put_gift, &gift);
  if (gift.status < 0) {
    close(fd);
    free(gift.arrival);
  }
  return number(env, -gift.status);
}

static napi_value duplicate(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t fd;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_int32(env, argv[0], &fd));
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  return number(env, copy < 0 ? -errno : copy);
}

/* ---- channels ---- */

static void close_end(struct end *end) {
  if (end->channel == NULL) return;
  px_channel_abandon(end->channel); /* from here on nobody tells */
  end->channel = NULL;
  px_ear_close(&end->ear);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_end(data);
  free(data);
}

static void give_channel(struct px_host *host, void *context) {
  struct gift *gift = context;
  gift->status = -ENOMEM;
  gift->channel = px_channel_make(host, gift->name);
  if (gift->channel == NULL) return;
  gift->arrival = px_arrival_make(-1, gift->channel, NULL, 0);
  if (gift->arrival != NULL) put_gift(host, gift);
  if (gift->status == 0) return;
  px_channel_close(gift->channel);
  free(gift->arrival);
}

static napi_value open_channel(napi_env env, napi_callback_info info) {
  size_t argc = 4, length;
  napi_value argv[4], handle;
  uint32_t id;
  char name[sizeof((struct px_channel *)0)->name];
  void *mailbox;
  struct gift gift = {.name = name, .status = -ESRCH};
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, &mailbox));
  TRY(napi_get_value_uint32(env, argv[0], &id));
  TRY(napi_get_value_uint32(env, argv[1], &gift.listener));
  TRY(napi_get_value_string_utf8(env, argv[2], name, sizeof name, &length));
  struct end *end = calloc(1, sizeof *end);
  if (end == NULL) return number(env, -ENOMEM);
  napi_status status = napi_create_external(env, end, finalize, NULL, &handle);
  if (status != napi_ok) free(end);
  TRY(status);
  px_registry_use(id, give_channel, &gift);
  if (gift.status < 0) {
    if (gift.channel != NULL) px_channel_abandon(gift.channel);
    return number(env, gift.status);
  }
  status = px_ear_open(&end->ear, mailbox, argv[3]);
  if (status != napi_ok) px_channel_abandon(gift.channel);
  TRY(status);
  end->channel = gift.channel;
  px_channel_listen(end->channel, px_ear_tell, &end->ear);
  return handle;
}

/* The end that the first argument is, and `argc` arguments in all; NULL: an exception is pending. */
static struct end *end_of(napi_env env, napi_callback_info info, size_t argc, napi_value *argv) {
  void *end;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_external(env, argv[0], &end));
  return end;
}

static napi_value channel_write(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  uint8_t *bytes;
  size_t size;
  uint32_t from;
  const struct end *end = end_of(env, info, 3, argv);
  if (end == NULL) return NULL;
  TRY(bytes_of(env, argv[1], &bytes, &size));
  TRY(napi_get_value_uint32(env, argv[2], &from));
  if (end->channel == NULL || from > size) return number(env, -EBADF);
  return number(env, (double)px_channel_put(end->channel, bytes + from, size - from));
}

static napi_value channel_read(napi_env env, napi_callback_info info) {
  napi_value argv[3];
  uint8_t *bytes;
  size_t size;
  uint32_t from;
  const struct end *end = end_of(env, info, 3, argv);
  if (end == NULL) return NULL;
  TRY(bytes_of(env, argv[1], &bytes, &size));
  TRY(napi_get_value_uint32(env, argv[2], &from));
  if (end->channel == NULL || from >= size) return number(env, -EBADF);
  return number(env, (double)px_channel_get(end->channel, bytes + from, size - from));
}

static napi_value channel_end(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  const struct end *end = end_of(env, info, 1, argv);
  if (end != NULL && end->channel != NULL) px_channel_end(end->channel);
  return NULL;
}

static napi_value channel_is_over(napi_env env, napi_callback_info info) {
  napi_value argv[1], over;
  const struct end *end = end_of(env, info, 1, argv);
  if (end == NULL) return NULL;
  TRY(napi_get_boolean(env, end->channel == NULL || px_channel_is_over(end->channel), &over));
  return over;
}

static napi_value channel_keep(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  bool keeps;
  struct end *end = end_of(env, info, 2, argv);
  if (end == NULL) return NULL;
  TRY(napi_get_value_bool(env, argv[1], &keeps));
  if (end->channel != NULL) px_ear_keep(&end->ear, keeps);
  return NULL;
}

static napi_value channel_destroy(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct end *end = end_of(env, info, 1, argv);
  if (end != NULL) close_end(end);
  return NULL;
}

napi_value px_given_define(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback function;
  } table[] = {
      {"handOff", hand_off},           {"duplicate", duplicate},
      {"openChannel", open_channel},   {"channelWrite", channel_write},
      {"channelRead", channel_read},   {"channelEnd", channel_end},
      {"channelIsOver", channel_is_over}, {"channelKeep", channel_keep},
      {"channelDestroy", channel_destroy},
  };
  napi_value function;
  struct mailbox *mailbox = px_mailbox_make(env);
  if (mailbox == NULL) {
    napi_throw_error(env, NULL, "pollux: out of memory");
    return NULL;
  }
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    TRY(napi_create_function(env, table[i].name, NAPI_AUTO_LENGTH, table[i].function, mailbox,
                             &function));
    TRY(napi_set_named_property(env, exports, table[i].name, function));
  }
  return exports;
}
