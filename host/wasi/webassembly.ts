// SPDX-License-Identifier: MIT
// The names of WebAssembly's objects, for programs whose tsconfig.json has no `dom`: TypeScript declares them there alone,
// and @types/node not at all. With `dom` these merge into its interfaces, to which they add nothing.

declare global {
  namespace WebAssembly {
    interface Instance {}
    interface Memory {}
    interface Module {}
  }
}

export {};
