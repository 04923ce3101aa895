// Aborts of promises. Any number of calls share one listener on a signal.

/** The calls that wait for each signal, and the listener that ends them. */
const waiting = new WeakMap();

/** Waits for work on another thread, but no longer than until an abort. */
export async function abortable(signal, Cancel, work) {
  if (signal === undefined) return work();
  const cancel = new Cancel();
  let reject;
  const aborted = new Promise((_, fail) => (reject = fail));
  const call = (reason) => {
    cancel.cancel();
    reject(reason);
  };
  add(signal, call);
  try {
    return await Promise.race([work(cancel), aborted]);
  } finally {
    remove(signal, call);
  }
}

function add(signal, call) {
  let entry = waiting.get(signal);
  if (entry === undefined) {
    const calls = new Set();
    const listener = () => {
      for (const each of [...calls]) each(signal.reason);
    };
    entry = { calls, listener };
    waiting.set(signal, entry);
    signal.addEventListener('abort', listener, { once: true });
  }
  entry.calls.add(call);
}

function remove(signal, call) {
  const { calls, listener } = waiting.get(signal);
  calls.delete(call);
  if (calls.size > 0) return;
  signal.removeEventListener('abort', listener);
  waiting.delete(signal);
}
