// SPDX-License-Identifier: MIT
// What the guests share. It allocates nothing, and imports nothing but wasi_snapshot_preview1; a call
// under test is made by the guest itself, raw.

export * from './checks';
export * from './descriptors';
export * from './numbers';
export * from './polling';
