// SPDX-License-Identifier: MIT
// Whether the standard streams are terminals, by which libcs decide how to buffer and programs whether to use colours.

import { ANSWER } from './memory';
import { FileType } from './preview1';
import * as cli from './wasi/cli';

/** True where a host has answered with a terminal, whose handle nobody needs. */
function isTerminal(isInput: bool): bool {
  if (load<u8>(ANSWER) == 0) return false;
  const terminal = load<i32>(ANSWER, 4);
  if (isInput) cli.dropTerminalInput(terminal);
  else cli.dropTerminalOutput(terminal);
  return true;
}

/** The type of standard stream 0, 1 or 2. Of others than terminals the host does not tell what they are. */
export function typeOfStandard(fd: i32): FileType {
  if (fd == 0) cli.terminalInput(ANSWER);
  else if (fd == 1) cli.terminalOutput(ANSWER);
  else cli.terminalError(ANSWER);
  return isTerminal(fd == 0) ? FileType.CHARACTER_DEVICE : FileType.UNKNOWN;
}
