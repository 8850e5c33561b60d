// SPDX-License-Identifier: MIT
// wasi:sockets of WASI 0.2: tcp, tcp-create-socket, instance-network and ip-name-lookup. An address is its family and
// eleven flat values, as address.ts has it. Results are at `answer`; an error is one byte of error-code.

export declare function network(): i32;
export declare function dropNetwork(network: i32): void;

/** result<own tcp-socket, error-code> */
export declare function createSocket(family: i32, answer: usize): void;
/** result<_, error-code>, as those without a comment. */
export declare function startBind(
  socket: i32,
  network: i32,
  family: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
  w8: i32,
  w9: i32,
  w10: i32,
  answer: usize,
): void;
export declare function finishBind(socket: i32, answer: usize): void;
export declare function setBacklog(socket: i32, length: u64, answer: usize): void;
export declare function startListen(socket: i32, answer: usize): void;
export declare function finishListen(socket: i32, answer: usize): void;
/** result<tuple<own tcp-socket, own input-stream, own output-stream>, error-code> */
export declare function accept(socket: i32, answer: usize): void;
export declare function startConnect(
  socket: i32,
  network: i32,
  family: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
  w8: i32,
  w9: i32,
  w10: i32,
  answer: usize,
): void;
/** result<tuple<own input-stream, own output-stream>, error-code> */
export declare function finishConnect(socket: i32, answer: usize): void;
/** 0: receive, 1: send, 2: both. */
export declare function shutdown(socket: i32, how: i32, answer: usize): void;
/** result<ip-socket-address, error-code> */
export declare function localAddress(socket: i32, answer: usize): void;
export declare function remoteAddress(socket: i32, answer: usize): void;
/** A pollable. */
export declare function subscribeSocket(socket: i32): i32;
export declare function dropSocket(socket: i32): void;

/** result<own resolve-address-stream, error-code> */
export declare function resolveAddresses(
  network: i32,
  name: usize,
  length: i32,
  answer: usize,
): void;
/** result<option<ip-address>, error-code> */
export declare function resolveNext(resolving: i32, answer: usize): void;
/** A pollable. */
export declare function subscribeResolving(resolving: i32): i32;
export declare function dropResolving(resolving: i32): void;
