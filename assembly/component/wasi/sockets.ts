// SPDX-License-Identifier: MIT
// wasi:sockets. An address is its family and eleven flat values, as address.ts has it. Results are at `answer`; of an error
// the first byte is the case of error-code, which other numbers stand for in WASI 0.2 than in 0.3.

/** result<own tcp-socket, error-code> */
export declare function createSocket(family: i32, answer: usize): void;
/** result<ip-socket-address, error-code> */
export declare function localAddress(socket: i32, answer: usize): void;
export declare function remoteAddress(socket: i32, answer: usize): void;
/** result<_, error-code>, as those without a comment. */
export declare function setBacklog(socket: i32, length: u64, answer: usize): void;
export declare function dropSocket(socket: i32): void;

// WASI 0.2

export declare function network(): i32;
export declare function dropNetwork(network: i32): void;

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
/** A pollable. */
export declare function subscribeSocket(socket: i32): i32;

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

// WASI 0.3. Of those that answer a number, it is streams.BLOCKED, or as streams.ts tells.

export declare function bind(
  socket: i32,
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
/** result<stream<tcp-socket>, error-code> */
export declare function listen(socket: i32, answer: usize): void;
/** tuple<stream<u8>, future<result<_, error-code>>> */
export declare function receive(socket: i32, answer: usize): void;
/** Takes the readable end of a stream of bytes; a future as of `receive`. */
export declare function send(socket: i32, stream: i32): i32;
/** How receiving or sending has ended: result<_, error-code>. */
export declare function readResult(future: i32, answer: usize): i32;
export declare function dropResult(future: i32): void;
/** Reads `most` handles of accepted connections to `to`. */
export declare function readAccepted(stream: i32, to: usize, most: i32): i32;
export declare function cancelAccepting(stream: i32): i32;
export declare function dropAccepting(stream: i32): void;

/**
 * Calls that go on while the guest does: the low four bits are 2 where one has ended at once, else its subtask is in the
 * others. `answer` is written when it ends. The arguments are a record: the socket; at 4 the family u8; at 8 the address, the
 * port u16 first, with four bytes at 10, or the flow u32 at 12, eight u16 at 16, and the scope u32 at 32.
 */
export declare function connectLater(record: usize, answer: usize): i32;
/** result<list<ip-address>, error-code of lookups> */
export declare function resolveLater(name: usize, length: i32, answer: usize): i32;
/** The same; waits. */
export declare function resolve(name: usize, length: i32, answer: usize): void;
