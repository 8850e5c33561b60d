;; SPDX-License-Identifier: MIT
;; Loads and stores of the guest's memory, for the adapter, which has another one: a module with both would need
;; multi-memory, which Node 20 has not. Declared in ../guest.ts.
(module
  (import "guest" "memory" (memory 0))
  (func (export "size") (result i64) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load16") (param i32) (result i32) (i32.load16_u (local.get 0)))
  (func (export "load32") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load64") (param i32) (result i64) (i64.load (local.get 0)))
  ;; userdata u64, tag u8 at 8, union at 16: u32 descriptor
  (func (export "subscription") (param i32) (result i64)
    (i64.or
      (i64.load8_u offset=8 (local.get 0))
      (i64.shl (i64.load32_u offset=16 (local.get 0)) (i64.const 32))))
  (func (export "store8") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "store16") (param i32 i32) (i32.store16 (local.get 0) (local.get 1)))
  (func (export "store32") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "store64") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  ;; userdata u64, error u16 at 8, type u8 at 10, fd_readwrite at 16: nbytes u64, flags u16
  (func (export "event") (param i32 i64 i32 i32 i64 i32)
    (i64.store (local.get 0) (local.get 1))
    (i64.store offset=8 (local.get 0)
      (i64.extend_i32_u (i32.or (local.get 2) (i32.shl (local.get 3) (i32.const 16)))))
    (i64.store offset=16 (local.get 0) (local.get 4))
    (i64.store offset=24 (local.get 0) (i64.extend_i32_u (local.get 5)))))
