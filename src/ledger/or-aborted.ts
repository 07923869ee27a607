/** Resolves when the work is done or as soon as `signal` is aborted. */
export function orAborted(done: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      signal.removeEventListener('abort', finish);
      resolve();
    };
    if (signal.aborted) finish();
    signal.addEventListener('abort', finish);
    done.then(finish, finish);
  });
}
