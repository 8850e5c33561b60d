// SPDX-License-Identifier: MIT
// The structures of the SDK against simple models: fd index, tokens, the subscription array, the
// timer heap, the output queue. Prints a line for each that held; an assertion traps.

import { formatTime, log, quote, READ, Timer, WRITE } from 'pollux/assembly';
import { freeChunkCount, OutputQueue } from 'pollux/assembly/net/output-queue';
import { FdIndex } from 'pollux/assembly/reactor/fd-index';
import { PollSet } from 'pollux/assembly/reactor/poll-set';
import { ABSENT, SlotTable } from 'pollux/assembly/reactor/slots';
import { SubscriptionArray } from 'pollux/assembly/reactor/subscriptions';
import { TimerHeap } from 'pollux/assembly/reactor/timers';

const MS: u64 = 1_000_000;
let seed: u32 = 2463534242;

/** Marsaglia's xorshift: the same numbers on each run. */
function random(limit: i32): i32 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return <i32>(seed % <u32>limit);
}

function fdIndexIsAMap(): void {
  const index = new FdIndex();
  const model = new Map<i32, i32>();
  for (let i = 0; i < 20_000; i++) {
    const fd = random(700) * (random(2) == 0 ? 1 : 1024); // neighbours, and numbers that collide
    if (model.has(fd)) {
      assert(index.get(fd) == model.get(fd));
      index.remove(fd);
      model.delete(fd);
    } else {
      assert(index.get(fd) == ABSENT);
      index.set(fd, i);
      model.set(fd, i);
    }
  }
  const fds = model.keys();
  for (let i = 0; i < fds.length; i++) assert(index.get(fds[i]) == model.get(fds[i]));
  index.free();
  log('fd index');
}

function staleTokensFindNothing(): void {
  const slots = new SlotTable();
  const first = slots.take(7);
  const token = slots.token(first);
  assert(slots.find(token) == first);
  slots.give(first);
  assert(slots.find(token) == ABSENT);
  const second = slots.take(7);
  assert(second == first, 'the slot is taken again');
  assert(slots.find(token) == ABSENT, 'by the next owner too');
  assert(slots.find(slots.token(second)) == second);
  for (let fd = 0; fd < 1000; fd++) slots.take(fd);
  assert(slots.find(slots.token(second)) == second && slots.at(second).fd == 7);
  slots.free();
  log('tokens');
}

function unchangedSubscriptionsStay(): void {
  const array = new SubscriptionArray();
  for (let i = 0; i < 5; i++) assert(array.add(i, 1, i) == i);
  array.setClock(99, 1);
  assert(array.length == 6);
  assert(!array.remove(1), 'the clock moved, and that concerns nobody');
  assert(array.at(1).tag == 0 && array.at(1).timeoutNs == 99);
  array.setClock(100, 1);
  assert(array.length == 5 && array.at(1).timeoutNs == 100, 'the clock is edited in place');
  assert(array.clearClock() == 1 && array.at(1).userdata == 4);
  assert(array.clearClock() == -1 && array.length == 4);
  assert(array.at(0).userdata == 0 && array.at(2).userdata == 2 && array.at(3).userdata == 3);
  array.free();

  const set = new PollSet();
  const slots: i32[] = [];
  for (let fd = 10; fd < 40; fd++) slots.push(set.register(fd, READ | WRITE));
  for (let i = 0; i < 2000; i++) set.setInterest(slots[random(30)], random(4));
  for (let i = 0; i < 30; i++) set.unregister(slots[i]);
  assert(set.size == 0 && set.find(10) == ABSENT);
  set.free();
  log('subscriptions');
}

class Numbered extends Timer {
  onTimer(): void {}
}

function heapGivesTheEarliest(): void {
  const heap = new TimerHeap();
  const timers: Timer[] = [];
  for (let i = 0; i < 300; i++) timers.push(new Numbered());
  for (let i = 0; i < 5000; i++) {
    const timer = timers[random(300)];
    if (random(4) == 0) heap.remove(timer);
    else heap.set(timer, random(1000));
  }
  let armed = 0;
  for (let i = 0; i < 300; i++) if (timers[i].armed) armed++;
  assert(heap.length == armed);
  assert(heap.takeDue(heap.deadlineNs - 1) === null, 'never early');
  let last: u64 = 0;
  for (; armed > 0; armed--) {
    const timer = heap.takeDue(1000)!;
    assert(timer.deadlineNs >= last && !timer.armed);
    last = timer.deadlineNs;
  }
  assert(heap.deadlineNs == u64.MAX_VALUE);
  log('timers');
}

function queueKeepsOrder(): void {
  const queue = new OutputQueue();
  const piece = new Uint8Array(10_000);
  const out = new Uint8Array(10_000);
  let pushed: u32 = 0;
  let shifted: u32 = 0;
  for (let round = 0; round < 400; round++) {
    const length = random(10_000);
    for (let i = 0; i < length; i++) piece[i] = <u8>((pushed + i) % 251);
    queue.push(piece.dataStart, length);
    pushed += length;
    const count = min(<u32>random(12_000), min(queue.byteLength, 10_000));
    queue.peek(out.dataStart, count);
    for (let i: u32 = 0; i < count; i++) assert(out[i] == <u8>((shifted + i) % 251));
    queue.shift(count);
    shifted += count;
    assert(queue.byteLength == pushed - shifted);
  }
  const free = freeChunkCount();
  queue.clear();
  assert(queue.byteLength == 0 && freeChunkCount() > free, 'an empty queue owns no chunk');
  log('output queue');
}

function textHelps(): void {
  assert(formatTime(0) == '1970-01-01 00:00:00,000');
  assert(formatTime(951_827_696_789 * MS) == '2000-02-29 12:34:56,789');
  assert(formatTime(1_795_471_200_123 * MS + 999_999) == '2026-11-23 22:00:00,123');
  assert(formatTime(4_107_542_399_999 * MS) == '2100-02-28 23:59:59,999');
  const bytes = new Uint8Array(4);
  bytes[0] = 0x0a;
  bytes[1] = 0x22;
  bytes[2] = 0xff;
  bytes[3] = 0x41;
  assert(quote(bytes) == '"\\n\\"\\xffA"' && quote(bytes, 1) == '"\\n…"');
  log('text');
}

fdIndexIsAMap();
staleTokensFindNothing();
unchangedSubscriptionsStay();
heapGivesTheEarliest();
queueKeepsOrder();
textHelps();
