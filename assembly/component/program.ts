// SPDX-License-Identifier: MIT
// The life of the program: what is open before the guest starts, and what is still to be sent when it ends.

import { Kind } from './descriptor';
import { loadEnvironment } from './environment';
import { addDirectories } from './files/preopens';
import { finish } from './host/close';
import { openStandard } from './host/standard';
import { NO_FORM, openListeners, refuse } from './listen';
import * as main from './main-module';
import { badEntry, badLength, hasPeers, readPeers } from './peers';
import { create, insert } from './table';
import { typeOfStandard } from './terminals';
import * as cli from './wasi/cli';

/** What connections have at the end for what they wrote, in ns: as much as pollux gives on io_uring. */
const FLUSH_LIMIT: u64 = 5_000_000_000;

function addStandardStream(kind: Kind, number: i32): void {
  const made = create(kind);
  made.fileType = typeOfStandard(number);
  openStandard(made, number);
  insert(made);
}

/** The component's `run`: 0, which is success. */
export function run(): i32 {
  loadEnvironment();
  addStandardStream(Kind.INPUT, 0);
  addStandardStream(Kind.OUTPUT, 1);
  addStandardStream(Kind.OUTPUT, 2);
  const listeners = openListeners();
  if (!readPeers()) refuse('CONNECT', badEntry, badLength, NO_FORM);
  addDirectories(listeners > 0 || hasPeers());
  main.start();
  finish(FLUSH_LIMIT);
  return 0;
}

/** Ends with a status of eight bits, as the host has them. */
export function proc_exit(status: u32): void {
  finish(FLUSH_LIMIT);
  cli.exitWithCode(status & 0xff);
  unreachable();
}
