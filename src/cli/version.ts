// SPDX-License-Identifier: MIT
// The package's version, put in by the build.

declare const POLLUX_VERSION: string;

declare const ASSEMBLYSCRIPT_VERSION: string;

export const VERSION: string = POLLUX_VERSION;

/** The compiler that this version was built and tested with. */
export const ASSEMBLYSCRIPT: string = ASSEMBLYSCRIPT_VERSION;
