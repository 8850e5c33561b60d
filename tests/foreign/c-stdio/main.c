/* SPDX-License-Identifier: MIT
 * A store of files in C, all of it on stdio: the connection is a FILE of fdopen(3), the files of /data
 * come from fopen(3). One client after the other, in blocking calls.
 *
 *   PUT name length\n bytes   ->  OK length\n
 *   GET name\n                ->  OK length\n bytes
 *   LIST\n                    ->  name\n of each, and OK count\n
 *   anything that fails       ->  ERROR message\n */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static void fail(FILE *out) {
  fprintf(out, "ERROR %s\n", strerror(errno));
}

static void path_of(char path[300], const char *name) {
  snprintf(path, 300, "/data/%s", name);
}

static void copy(FILE *from, FILE *to, size_t length) {
  char block[5000]; /* no divisor of any buffer on the way */
  while (length > 0) {
    size_t n = fread(block, 1, length < sizeof block ? length : sizeof block, from);
    if (n == 0) return;
    length -= n;
    if (to != NULL) fwrite(block, 1, n, to);
  }
}

static void put(FILE *in, FILE *out, const char *name, size_t length) {
  char path[300];
  path_of(path, name);
  FILE *file = fopen(path, "wb");
  if (file == NULL) fail(out);
  copy(in, file, length); /* the bytes are on their way, whether we can keep them or not */
  if (file == NULL) return;
  if (fclose(file) != 0)
    fail(out);
  else
    fprintf(out, "OK %zu\n", length);
}

static void get(FILE *out, const char *name) {
  char path[300];
  path_of(path, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fail(out);
    return;
  }
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  fprintf(out, "OK %ld\n", length);
  copy(file, out, (size_t)length);
  fclose(file);
}

static void list(FILE *out) {
  DIR *directory = opendir("/data");
  if (directory == NULL) {
    fail(out);
    return;
  }
  int names = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    fprintf(out, "%s\n", entry->d_name);
    names++;
  }
  closedir(directory);
  fprintf(out, "OK %d\n", names);
}

static void serve(int fd) {
  /* Two streams, as C wants a seek between reading and writing of one. */
  FILE *in = fdopen(fd, "rb");
  FILE *out = fdopen(fd, "wb");
  if (in == NULL || out == NULL) {
    perror("fdopen");
    exit(1);
  }
  char line[400], name[256];
  size_t length;
  while (fgets(line, sizeof line, in) != NULL) {
    if (sscanf(line, "PUT %255s %zu", name, &length) == 2)
      put(in, out, name, length);
    else if (sscanf(line, "GET %255s", name) == 1)
      get(out, name);
    else if (strcmp(line, "LIST\n") == 0)
      list(out);
    else
      fprintf(out, "ERROR what is %s", line);
    if (fflush(out) != 0) break;
  }
  fclose(in); /* closes fd; `out` has nothing left to write */
  fclose(out);
}

int main(void) {
  /* Listeners start non-blocking; this program has nothing else to do than to wait. */
  if (fcntl(LISTENER, F_SETFL, 0) != 0) {
    perror("fcntl");
    return 1;
  }
  puts("ready");
  fflush(stdout);
  for (;;) {
    int fd = accept(LISTENER, NULL, NULL);
    if (fd < 0) {
      perror("accept");
      return 1;
    }
    serve(fd);
  }
}
