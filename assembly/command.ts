// SPDX-License-Identifier: MIT
// The second entry of a command module, given to asc beside the program: it makes `abort`, to which the compiler's
// option `use` refers, a part of programs too that import nothing of the SDK. It exports nothing.

import 'pollux/assembly/wasi/abort';
