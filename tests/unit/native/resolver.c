/* SPDX-License-Identifier: MIT
 * Answers in place of a name server, of which a machine may have none, or a slow one. The linker puts it before the C
 * library's getaddrinfo. */
#define _GNU_SOURCE
#include <netdb.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

/* `two.test` has 127.0.0.2, where nobody listens, before 127.0.0.1,
 * `slow.test` takes its time, and what ends in `.invalid` is no name (RFC 6761). */
int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list) {
  bool two = host != NULL && strcmp(host, "two.test") == 0;
  bool slow = host != NULL && strcmp(host, "slow.test") == 0;
  const char *end = host == NULL ? NULL : strrchr(host, '.');
  if (end != NULL && strcmp(end, ".invalid") == 0) return EAI_NONAME;
  if ((!two && !slow) || (hints->ai_flags & AI_NUMERICHOST))
    return __real_getaddrinfo(host, service, hints, list);
  if (slow) nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
  int status = __real_getaddrinfo(two ? "127.0.0.2" : "127.0.0.1", service, hints, list);
  return status == 0 && two
             ? __real_getaddrinfo("127.0.0.1", service, hints, &(*list)->ai_next)
             : status;
}
