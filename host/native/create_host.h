/* SPDX-License-Identifier: MIT
 * The addon's createHost. For addon.c. */
#ifndef PX_CREATE_HOST_H
#define PX_CREATE_HOST_H

#define NAPI_VERSION 8
#include <node_api.h>

/* An object with the host's methods, or with `error`. NULL: an exception is pending. */
napi_value px_create_host(napi_env env, napi_callback_info info);

#endif
