// SPDX-License-Identifier: MIT
// The life of the program: what is open before the guest starts, and what is still to be sent when it ends.

import { Kind } from '../descriptor';
import { loadEnvironment } from '../environment';
import { addDirectories } from '../files/preopens';
import * as main from '../main-module';
import { intoScratch } from '../memory';
import { badEntry, badLength, hasPeers, readPeers } from '../peers';
import { FileType } from '../preview1';
import { create, insert } from '../table';
import * as cli from '../wasi/cli';
import * as streams from '../wasi/streams';
import { complain } from './complain';
import { flushAll } from './lingering';
import { NO_FORM, openListeners } from './listen';

/** What connections have at the end for what they wrote, in ns: as much as pollux gives on io_uring. */
const FLUSH_LIMIT: u64 = 5_000_000_000;

function addStandardStream(input: i32, output: i32): void {
  const made = create(input != 0 ? Kind.INPUT : Kind.OUTPUT);
  made.fileType = FileType.CHARACTER_DEVICE;
  made.input = input;
  made.output = output;
  insert(made);
}

/** The component's `run`: 0, which is success. */
export function run(): i32 {
  intoScratch();
  loadEnvironment();
  addStandardStream(streams.standardInput(), 0);
  addStandardStream(0, streams.standardOutput());
  addStandardStream(0, streams.standardError());
  const listeners = openListeners();
  if (!readPeers()) complain('CONNECT', badEntry, badLength, NO_FORM);
  addDirectories(listeners > 0 || hasPeers());
  main.start();
  flushAll(FLUSH_LIMIT);
  return 0;
}

/** Ends with a status of eight bits, as the host has them. */
export function proc_exit(status: u32): void {
  flushAll(FLUSH_LIMIT);
  cli.exitWithCode(status & 0xff);
  unreachable();
}
