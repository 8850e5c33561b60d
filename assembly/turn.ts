// SPDX-License-Identifier: MIT
// The second entry of a reactor module, given to asc beside the program: what the host calls.

export { turn } from 'pollux/assembly/reactor/reactor';
