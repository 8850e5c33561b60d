// SPDX-License-Identifier: MIT
// What a task of WASI 0.3 waits for: built-in functions of the component model. A waitable is the handle of a stream's
// end, or of a subtask, which is a call of an async function that is under way.

export declare function newSet(): i32;
/** The kind of an event, whose waitable is at `event` and its code at 4; the payload of what came first. Waits. */
export declare function wait(set: i32, event: usize): i32;
/** The same without waiting: 0 where there is no event. */
export declare function poll(set: i32, event: usize): i32;
/** Into a set, or out of it: 0. */
export declare function join(waitable: i32, set: i32): void;
/** Lets the host go on, which else happens in `wait` alone. */
export declare function yieldThread(): i32;
/** Waits until a call has ended, which may not be in a set. */
export declare function cancelSubtask(subtask: i32): i32;
/** Only once it has ended. */
export declare function dropSubtask(subtask: i32): void;
