/* SPDX-License-Identifier: MIT
 * The list of all backends. A new one adds its line here, its file beside this one, and its
 * name to binding.gyp. */
#include "../backend.h"

#include <stddef.h>
#include <string.h>

extern const struct px_backend_ops px_epoll_ops, px_epoll_et_ops, px_poll_ops, px_select_ops,
    px_sigio_ops, px_io_uring_ops;

const struct px_backend_ops *const px_backends[] = {&px_epoll_ops, &px_poll_ops,
                                                    &px_select_ops, &px_epoll_et_ops,
                                                    &px_sigio_ops, &px_io_uring_ops,
                                                    NULL};

const struct px_backend_ops *px_backend_find(const char *name) {
  for (int i = 0; px_backends[i] != NULL; i++)
    if (strcmp(px_backends[i]->name, name) == 0) return px_backends[i];
  return NULL;
}

int px_backend_probe(const struct px_backend_ops *ops) {
  struct px_backend *backend;
  struct px_counters counters = {0};
  int status = ops->open(&backend, &counters);
  if (status < 0) return status;
  ops->close(backend);
  return 0;
}

const char *px_backend_reason(const struct px_backend_ops *ops, int status) {
  const char *reason = ops->explain == NULL ? NULL : ops->explain(-status);
  return reason == NULL ? strerror(-status) : reason;
}
