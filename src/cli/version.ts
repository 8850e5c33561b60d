// SPDX-License-Identifier: MIT
// The package's version, put in by the build.

declare const POLLUX_VERSION: string;

export const VERSION: string = POLLUX_VERSION;
