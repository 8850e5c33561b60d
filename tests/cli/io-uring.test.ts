// SPDX-License-Identifier: MIT
// io-uring where a policy denies it: refused with the reason, never replaced by another backend, and no
// hindrance to `auto`. The policy is a real one, put before the command by tests/support/deny.c.

import { execFileSync, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { backends } from '../../src/index.ts';
import { exiting, folder, pollux, root } from './pollux.ts';

const deny = join(folder, 'deny');
/** Numbers of the system calls, the same on each architecture that Node has builds for. */
const SYSCALLS = { io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 };
const { EPERM, ENOSYS, EINVAL } = constants.errno;

beforeAll(() => {
  const source = join(root, 'tests/support/deny.c');
  execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', deny, source]);
}, 60_000);

function denied(syscall: keyof typeof SYSCALLS, errno: number, ...args: string[]) {
  const command = [process.execPath, join(root, 'dist/pollux.js'), ...args];
  return spawnSync(deny, [String(SYSCALLS[syscall]), String(errno), ...command], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
}

test.each([
  ['io_uring_setup', EPERM, /a policy forbids io_uring: seccomp|kernel\.io_uring_disabled is \d/],
  ['io_uring_setup', ENOSYS, /the kernel has no io_uring, or a seccomp policy says so/],
  ['io_uring_enter', EPERM, /a policy forbids io_uring: seccomp|kernel\.io_uring_disabled is \d/],
  ['io_uring_register', EINVAL, /io_uring is too old: it takes Linux 6\.1/],
] as const)(
  'a policy that answers %s with errno %i is told as the reason',
  (syscall, errno, reason) => {
    const run = denied(syscall, errno, 'run', '--backend', 'io-uring', exiting(0));
    expect(run.stderr).toMatch(/^pollux: backend io-uring is not available on this machine: /);
    expect(run.stderr).toMatch(reason);
    expect(run.status).toBe(1);
  },
);

test('the list says that it is not available, and the others are', () => {
  const { stdout, status } = denied('io_uring_setup', EPERM, 'backends');
  expect(status).toBe(0);
  expect(stdout).toMatch(/io-uring +│ no: /);
  expect(stdout).toMatch(/epoll \(auto\) +│ yes/);
});

test('auto and the other backends do not need it', () => {
  for (const backend of ['auto', 'epoll', 'poll', 'select', 'epoll-et', 'sigio']) {
    const run = denied('io_uring_setup', EPERM, 'run', '--backend', backend, exiting(7));
    expect(run.stderr).toBe('');
    expect(run.status).toBe(7);
  }
});

test('auto never takes it, and its name does', () => {
  const stats = (backend: string) =>
    pollux('run', '--stats', '--backend', backend, exiting(0)).stderr;
  expect(stats('auto')).toMatch(/backend epoll/);
  const available = backends().find(({ name }) => name === 'io-uring')?.available;
  if (available) expect(stats('io-uring')).toMatch(/backend io-uring/);
});
