/* SPDX-License-Identifier: MIT
 * What the app gives to a guest, as JavaScript does it. For addon.c. */
#ifndef PX_GIVEN_OBJECT_H
#define PX_GIVEN_OBJECT_H

#define NAPI_VERSION 8
#include <node_api.h>

/* Puts the functions on the addon's exports. NULL: an exception is pending. */
napi_value px_given_define(napi_env env, napi_value exports);

#endif
