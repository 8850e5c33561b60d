/* SPDX-License-Identifier: MIT
 * See suspended.c. For host_object.c. */
#ifndef PX_SUSPENDED_H
#define PX_SUSPENDED_H

#include "instance.h"

/* Something that the suspended call waits for may be there: makes it again. */
void px_suspended_resume(napi_env env, struct instance *in);

/* The host is closed: the suspended call is answered with the error of a stop. */
void px_suspended_reject(napi_env env, struct instance *in);

#endif
